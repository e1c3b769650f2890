"""Canonical tables, one parquet file a table and quarter, built from the client's files when those have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from design_lab.errors import DataError, place
from design_lab.files import Digests, read_json, replacing, sha256, sha256_of, write_json
from design_lab.ingest.agreement import Agreement, agreements
from design_lab.ingest.arrivals import Arrivals, FileReport, SetAside
from design_lab.ingest.extracts import digest_of, extract_of, quarter_digests
from design_lab.ingest.keys import pseudonym_key
from design_lab.ingest.mapping import EVERY_QUARTER, Source, Sources, read_sources
from design_lab.ingest.readers import RawRows, matching, read
from design_lab.ingest.readers.database import read_database
from design_lab.ingest.rows import Context, conform, hidden_external_ids, identities
from design_lab.ingest.selection import selected, without_totals
from design_lab.periods import Quarter
from design_lab.schema import GRADES, TABLES, WORK_SOURCES, Table
from design_lab.study import Study

if TYPE_CHECKING:
    import pyarrow as pa

Progress = Callable[[str], None]


def build(study: Study, *, progress: Progress = lambda _: None, force: bool = False, jobs: int = 1) -> Arrivals:
    """Build what is missing or changed of all the study's tables and return what arrived.

    A synthetic study's raw files are made first, as far as they are missing. A file that cannot be used, or in which
    more rows are wrong than sources.yaml allows, raises `DataError` with every fault of its quarter; tables built
    before stay as they are.
    """
    sources = read_sources(study.folder)
    _complete_raw(study, progress, jobs)
    digests = Digests(study.tables / ".digests.json")
    held = {quarter: quarter_digests(study, sources, quarter) for quarter in study.quarters}
    wanted = {quarter: _inputs(study, sources, quarter, digests, held[quarter]) for quarter in study.quarters}
    stale = [quarter for quarter, inputs in wanted.items() if force or not _is_built(study, quarter, inputs)]
    for quarter, rows in _each(_build_quarter, [(study, sources, q, wanted[q], held[q]) for q in stale], jobs):
        progress(f"tables of {quarter}: {rows:,} rows")
    digests.save()
    return arrivals(study)


def check(study: Study, *, progress: Progress = lambda _: None, jobs: int = 1) -> Arrivals:
    """Check all files of all quarters without building anything; faults of every quarter are raised together."""
    sources = read_sources(study.folder)
    _complete_raw(study, progress, jobs)
    reports: list[FileReport] = []
    held: list[Agreement] = []
    missing: dict[str, tuple[str, ...]] = {}
    refusals: list[str] = []
    for quarter in study.quarters:
        try:
            tables, found = _read_quarter(study, sources, quarter)
        except DataError as error:
            refusals.append(str(error))
            continue
        reports += found
        held += agreements(tables, str(quarter))
        missing[str(quarter)] = _missing(tables)
        progress(f"checked {quarter}: {sum(report.rows for report in found):,} rows")
    if refusals:
        raise DataError("\n".join(refusals))
    return Arrivals(files=tuple(reports), agreements=tuple(held), missing_by_quarter=missing)


def _complete_raw(study: Study, progress: Progress, jobs: int) -> None:
    """Make the raw files that a synthetic study lacks; those that are there stay as they are."""
    if study.settings.synthetic and (study.folder / "centre.yaml").is_file():
        from design_lab.synthetic import generate

        generate(study.folder, quarters=study.quarters, progress=progress, jobs=jobs)


def arrivals(study: Study) -> Arrivals:
    """Return what arrived, as the last build wrote it down; a study that was never built raises `DataError`."""
    reports: list[FileReport] = []
    held: list[Agreement] = []
    missing = {}
    for quarter in study.quarters:
        if not _manifest(study, quarter).is_file():
            raise DataError(f"study {study.name}: the tables of {quarter} are not built; run design-lab run first")
        written = read_json(_manifest(study, quarter))
        found = [FileReport.from_dict(report) for report in written["files"]]
        reports += found
        held += [Agreement(**agreement) for agreement in written["agreements"]]
        missing[str(quarter)] = tuple(written["missing"])
    return Arrivals(files=tuple(reports), agreements=tuple(held), missing_by_quarter=missing)


def table_path(study: Study, table: str, quarter: Quarter) -> Path:
    """Return where a canonical table of a quarter stands; it is absent if nothing was delivered."""
    return study.tables / table / f"{quarter}.parquet"


def _manifest(study: Study, quarter: Quarter) -> Path:
    return study.tables / ".built" / f"{quarter}.json"


def _is_built(study: Study, quarter: Quarter, inputs: str) -> bool:
    manifest = _manifest(study, quarter)
    if not manifest.is_file():
        return False
    written = read_json(manifest)
    present = all(table_path(study, report["table"], quarter).is_file() for report in written["files"])
    return bool(written["inputs"] == inputs and present)


def _inputs(study: Study, sources: Sources, quarter: Quarter, digests: Digests, databases: Mapping[str, str]) -> str:
    """One digest of all that decides a quarter's tables: mapping, calendar, key, code, files and databases' rows."""
    code = [sha256(path) for path in sorted(Path(__file__).parent.rglob("*.py"))]
    raw = {
        path.relative_to(study.raw).as_posix(): _digest(digests, path)
        for name in sources.tables
        for path in _files(study, sources, name, quarter)
    } | dict(databases)
    calendar = study.settings.calendar.model_dump()
    hidden_key = sha256_of(pseudonym_key(study))
    return sha256_of([sources.model_dump(mode="json"), calendar, hidden_key, code, sha256(_schema_file()), raw])


def _digest(digests: Digests, path: Path) -> str:
    """A file's digest, or why there is none: the reader says that in words."""
    try:
        return digests.of(path)
    except (OSError, RuntimeError) as error:
        return type(error).__name__


def _schema_file() -> Path:
    return Path(__file__).parent.parent / "schema.py"


def _files(study: Study, sources: Sources, name: str, quarter: Quarter) -> list[Path]:
    parts = [source for source in sources.tables[name] if source.format != "table"]
    return [path for source in parts for path in matching(study.raw, str(quarter), source)]


def _build_quarter(
    study: Study, sources: Sources, quarter: Quarter, inputs: str, databases: Mapping[str, str]
) -> tuple[Quarter, int]:
    from pyarrow import parquet

    tables, reports = _read_quarter(study, sources, quarter, databases)
    # Without its manifest a quarter counts as not built, so that a kill between two tables leaves nothing half-trusted.
    _manifest(study, quarter).unlink(missing_ok=True)
    for name in TABLES:
        path = table_path(study, name, quarter)
        if name not in tables:
            path.unlink(missing_ok=True)
            continue
        with replacing(path) as temporary:
            parquet.write_table(tables[name], temporary, compression="zstd")
    held = [agreement.to_dict() for agreement in agreements(tables, str(quarter))]
    files = [report.to_dict() for report in reports]
    missing = list(_missing(tables))
    write_json(_manifest(study, quarter), {"inputs": inputs, "files": files, "agreements": held, "missing": missing})
    return quarter, sum(report.used for report in reports)


def _read_quarter(
    study: Study, sources: Sources, quarter: Quarter, databases: Mapping[str, str] | None = None
) -> tuple[dict[str, pa.Table], list[FileReport]]:
    """Read all tables of a quarter; the roster and the identity map first, since the others are held against them.

    Rows of a database whose digest is not that of `databases`, if it is given, were changed since they were asked for.
    """
    calendar = study.settings.calendar.month_ends_on
    key = pseudonym_key(study)
    days = quarter.first_day(calendar), quarter.last_day(calendar)
    context = Context(first_day=days[0], last_day=days[1], key=key, digests=databases or {})
    tables: dict[str, pa.Table] = {}
    reports: list[FileReport] = []
    refusals: list[str] = []
    for name in sorted(sources.tables, key=list(TABLES).index):
        table, found, refused = _read_table(study, sources, TABLES[name], quarter, context)
        refusals += refused
        if table is None:
            continue
        reports += found
        if name == "staff":
            context = replace(context, people=frozenset(table["employee_id"].to_pylist()))
        if name == "id_map":
            table = _ordered(hidden_external_ids(table, key), TABLES[name])
            context = replace(context, identities=identities(table))
        tables[name] = table
    refusals += _absent(sources, tables, quarter, bool(refusals))
    if refusals:
        raise DataError("\n".join(refusals))
    return tables, reports


def _read_table(
    study: Study, sources: Sources, table: Table, quarter: Quarter, context: Context
) -> tuple[pa.Table | None, list[FileReport], list[str]]:
    import pyarrow as pa

    parts: list[pa.Table] = []
    reports: list[FileReport] = []
    refusals: list[str] = []
    for source in sources.tables[table.name]:
        for path in _places(study, quarter, source):
            try:
                found = list(_read_file(study, path, source, table, quarter, context))
            except DataError as error:
                refusals.append(str(error))
                continue
            for part, report in found:
                fresh, account = _first_seen(part, report, parts) if source.distinct else (part, report)
                refusals += _over_limit(account, source)
                parts.append(fresh)
                reports.append(account)
    if not parts:
        return None, [], refusals
    whole = _ordered(pa.concat_tables(parts), table)
    return whole, reports, refusals + _repeated(whole, table, quarter)


def _read_file(
    study: Study, path: Path, source: Source, table: Table, quarter: Quarter, context: Context
) -> Iterator[tuple[pa.Table, FileReport]]:
    """Yield the rows and the account of each sheet of a file (of a file without sheets: once)."""
    folder = EVERY_QUARTER if source.every_quarter else str(quarter)
    file = path.relative_to(study.raw / folder).as_posix()
    name = f"{folder}/{file}"
    is_table = source.format == "table"
    for raw in [_extract(study, source, table, quarter, context)] if is_table else read(path, source, name):
        rows, totals, disagreements = without_totals(raw, table, source)
        rows, aside = selected(rows, source)
        made = conform(rows, table, source, context, name)
        yield made.rows, FileReport(
            table=table.name, quarter=str(quarter), file=file, sheet=raw.sheet, used=made.rows.num_rows,
            rows=raw.columns.num_rows, subtotals=totals, exclusions=made.exclusions,
            set_aside=(*aside, *made.set_aside), disagreements=disagreements,
        )  # fmt: skip


def _places(study: Study, quarter: Quarter, source: Source) -> Iterable[Path]:
    """The files of a source, or the one name by which the account calls a table of a database."""
    if source.format == "table":
        return [study.raw / EVERY_QUARTER / f"table {source.table}"]
    return matching(study.raw, str(quarter), source)


def _extract(study: Study, source: Source, table: Table, quarter: Quarter, context: Context) -> RawRows:
    """A quarter's rows of a database, the same as when their digest was taken."""
    extract = extract_of(study, source, table.name, quarter)
    raw = read_database(extract)
    if context.digests and digest_of(raw.columns) not in context.digests.values():
        raise DataError(f"{extract.where}: its rows of {quarter} were changed while they were read; run again")
    return raw


def _first_seen(part: pa.Table, report: FileReport, before: list[pa.Table]) -> tuple[pa.Table, FileReport]:
    """Set the rows of a distinct source aside that an earlier file or sheet holds already."""
    import pyarrow as pa

    if not before:
        return part, report
    whole = pa.concat_tables([*before, part]).to_pandas()
    fresh = part.filter(pa.array(~whole.duplicated(keep="first").to_numpy()[-part.num_rows :] if part.num_rows else []))
    repeated = part.num_rows - fresh.num_rows
    aside = (SetAside(reason="repeated", column="all columns", value=None, count=repeated),) if repeated else ()
    return fresh, replace(report, used=fresh.num_rows, set_aside=(*report.set_aside, *aside))


def _ordered(rows: pa.Table, table: Table) -> pa.Table:
    return rows.sort_by([(column, "ascending") for column in table.key])


def _over_limit(report: FileReport, source: Source) -> list[str]:
    where = place(f"{report.quarter}/{report.file}", sheet=report.sheet)
    if not report.data_rows:
        if report.rows and not report.subtotals:
            return []  # all rows are set aside: of other quarters, or other words
        what = "holds totals but none of the rows they sum" if report.subtotals else "has a header but no rows"
        return [f"{where}: {what}; ask for it again"]
    if report.excluded <= source.exclude_limit * report.data_rows:
        return []
    share = report.excluded / report.data_rows
    return [
        *report.lines(),
        f"{where}: {report.excluded} of {report.data_rows} rows ({share:.1%}) cannot be used, more than the limit of "
        f"{source.exclude_limit:.1%} (sources.yaml, exclude_limit); mend the causes above or raise the limit",
    ]


def _repeated(whole: pa.Table, table: Table, quarter: Quarter) -> list[str]:
    """A key that stands in two files of a quarter: the same file twice, or a split that overlaps."""
    keys = whole.select(list(table.key)).to_pandas()
    repeated = int(keys.duplicated().sum())
    if not repeated:
        return []
    return [
        f"{quarter}: {repeated} rows of {table.name} stand in two files (the same {' + '.join(table.key)}); "
        "a file may have been delivered twice: remove one"
    ]


def _absent(sources: Sources, tables: Mapping[str, Any], quarter: Quarter, already_refused: bool) -> list[str]:
    if already_refused:
        return []
    if "staff" not in tables:
        files = ", ".join(source.files or f"table {source.table}" for source in sources.tables.get("staff", ()))
        where = files or "not in sources.yaml"
        return [f"{quarter}: there is no roster (staff: {where}); nothing can be said without one"]
    if not any(name in tables for name in WORK_SOURCES):
        return [f"{quarter}: there is no source of work ({' or '.join(WORK_SOURCES)}); one of them is needed"]
    return []


def _missing(tables: Mapping[str, pa.Table]) -> tuple[str, ...]:
    """Name the tables that nothing was delivered for; ratings that sheets count by grade stand for single ones."""
    sheets = tables.get("agent_periods")
    rated = sheets is not None and any(sheets[f"rated_{grade}"].null_count < sheets.num_rows for grade in GRADES)
    return tuple(name for name in TABLES if name not in tables and not (name == "surveys" and rated))


def _each(task: Callable[..., Any], calls: list[tuple[Any, ...]], jobs: int) -> Iterable[Any]:
    """Call `task` for each, in this process or, with more jobs, in others; results in the order of the calls."""
    if jobs == 1 or len(calls) < 2:
        for call in calls:
            yield task(*call)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(max_workers=jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(task, *zip(*calls, strict=True))
