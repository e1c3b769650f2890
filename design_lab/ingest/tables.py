"""Canonical tables, one parquet file a table and quarter, built from the client's files when those have changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from design_lab.arrivals import Agreement, Arrivals, FileReport, Refusal, SetAside
from design_lab.errors import DataError
from design_lab.files import Digests, read_json, replacing, sha256, sha256_of, sweep, sync_folder, write_json
from design_lab.ingest.agreement import agreements
from design_lab.ingest.extracts import digest_of, extract_of, quarter_digests
from design_lab.ingest.freshness import Wanted, reason, told
from design_lab.ingest.keys import pseudonym_key
from design_lab.ingest.mapping import EVERY_QUARTER, Source, Sources, read_sources
from design_lab.ingest.readers import RawRows, matching, read
from design_lab.ingest.readers.database import read_database
from design_lab.ingest.rows import LISTED, Conformed, Context, conform, hidden_external_ids, identities
from design_lab.ingest.selection import selected, without_totals
from design_lab.periods import Quarter
from design_lab.processes import each
from design_lab.schema import GRADES, TABLES, WORK_SOURCES, Table
from design_lab.study import Study

if TYPE_CHECKING:
    import pyarrow as pa

Progress = Callable[[str], None]
_SHARED = ("arrivals.py", "schema.py")  # what the tables' shape and account rest on beside this folder


def build(study: Study, *, progress: Progress = lambda _: None, force: bool = False, jobs: int = 1) -> Arrivals:
    """Build what is missing or changed of all the study's tables and return what arrived.

    A synthetic study's raw files are made first, as far as they are missing. A file that cannot be used, or in which
    more rows are wrong than sources.yaml allows, raises `DataError` with every fault of its quarter; tables built
    before stay as they are.
    """
    sources = read_sources(study.folder)
    complete_raw(study, progress, jobs)
    for folder in (study.folder, study.folder / "schemes", study.tables):
        sweep(folder, deep=folder == study.tables)
    if force:
        shutil.rmtree(study.counted, ignore_errors=True)
    digests = study.digests()
    held = {quarter: quarter_digests(study, sources, quarter) for quarter in study.quarters}
    wanted = {quarter: _inputs(study, sources, quarter, digests, held[quarter]) for quarter in study.quarters}
    reasons = {q: "--force" if force else _stale(study, q, inputs, digests) for q, inputs in wanted.items()}
    for line in told(reasons):
        progress(line)
    stale = [quarter for quarter, why in reasons.items() if why]
    for quarter, rows in each(_build_quarter, [(study, sources, q, wanted[q], held[q]) for q in stale], jobs):
        progress(f"tables of {quarter}: {rows:,} rows")
    digests.save()
    return arrivals(study)


def complete_raw(study: Study, progress: Progress, jobs: int) -> None:
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
        written = _account(study, quarter)
        if not written:
            raise DataError(f"study {study.name}: the tables of {quarter} are not built; run design-lab run first")
        found = [FileReport.from_dict(report) for report in written["files"]]
        reports += found
        held += [Agreement.from_dict(agreement) for agreement in written["agreements"]]
        missing[str(quarter)] = tuple(written["missing"])
    return Arrivals(files=tuple(reports), agreements=tuple(held), missing_by_quarter=missing)


def table_path(study: Study, table: str, quarter: Quarter) -> Path:
    """Return where a canonical table of a quarter stands; it is absent if nothing was delivered."""
    return study.tables / table / f"{quarter}.parquet"


def _manifest(study: Study, quarter: Quarter) -> Path:
    return study.tables / ".built" / f"{quarter}.json"


def _stale(study: Study, quarter: Quarter, wanted: Wanted, digests: Digests) -> str | None:
    """Say why a quarter is to be built; None if its tables stand, to the byte, as built from what is wanted."""
    written = _account(study, quarter)
    tables = written["tables"] if written else {}
    changed = [name for name, made in tables.items() if _digest(digests, table_path(study, name, quarter)) != made]
    return reason(written, wanted, changed)


def _account(study: Study, quarter: Quarter) -> dict[str, Any] | None:
    """What the last build of a quarter wrote of it; None if there was none, or its account is not whole."""
    try:
        written = read_json(_manifest(study, quarter))
        seal = written.pop("seal")
        return dict(written) if seal == sha256_of(written) else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _inputs(study: Study, sources: Sources, quarter: Quarter, digests: Digests, databases: Mapping[str, str]) -> Wanted:
    """Bind all that decides a quarter's tables: mapping, calendar, key, code, files and databases' rows."""
    package = Path(__file__).parent.parent
    code = [
        sha256(path) for path in (*sorted(Path(__file__).parent.rglob("*.py")), *(package / name for name in _SHARED))
    ]
    raw = {
        f"raw/{path.relative_to(study.raw).as_posix()}": _digest(digests, path)
        for name in sources.tables
        for path in _files(study, sources, name, quarter)
    } | dict(databases)
    parts = {
        "sources.yaml": sha256_of(sources.model_dump(mode="json")),
        "the calendar in study.yaml": sha256_of(study.settings.calendar.model_dump()),
        "the program that reads files": sha256_of(code),
    }
    return Wanted(parts=parts | raw, key=sha256_of(pseudonym_key(study)))


def _digest(digests: Digests, path: Path) -> str:
    """A file's digest, or why there is none: the reader says that in words."""
    try:
        return digests.of(path)
    except (OSError, RuntimeError) as error:
        return type(error).__name__


def _files(study: Study, sources: Sources, name: str, quarter: Quarter) -> list[Path]:
    parts = [source for source in sources.tables[name] if source.format != "table"]
    return [path for source in parts for path in matching(study.raw, str(quarter), source)]


def _build_quarter(
    study: Study, sources: Sources, quarter: Quarter, wanted: Wanted, databases: Mapping[str, str]
) -> tuple[Quarter, int]:
    from pyarrow import parquet

    reading = read_quarter(study, sources, quarter, databases=databases)
    reading.refuse()
    # Without its manifest a quarter counts as not built, so that a kill between two tables leaves nothing half-trusted.
    _forget(_manifest(study, quarter))
    made = {}
    for name in TABLES:
        path = table_path(study, name, quarter)
        if name not in reading.tables:
            path.unlink(missing_ok=True)
            continue
        with replacing(path) as temporary:
            parquet.write_table(reading.tables[name], temporary, compression="zstd")
            made[name] = sha256(temporary)
    held = [agreement.to_dict() for agreement in reading.agreements(study)]
    files, missing = [report.to_dict() for report in reading.reports], list(reading.missing)
    made_of = {"inputs": wanted.digest, "parts": dict(wanted.parts), "tables": made}
    account = {**made_of, "files": files, "agreements": held, "missing": missing}
    write_json(_manifest(study, quarter), {**account, "seal": sha256_of(account)})
    return quarter, sum(report.used for report in reading.reports)


def _forget(manifest: Path) -> None:
    """Remove a manifest durably, so that no power cut brings it back beside newer tables."""
    manifest.unlink(missing_ok=True)
    if manifest.parent.is_dir():
        sync_folder(manifest.parent)


@dataclass(slots=True, kw_only=True)
class Reading:
    """A quarter as it was read: canonical tables by name, means that files state, and each file's account."""

    quarter: Quarter
    tables: dict[str, pa.Table] = field(default_factory=dict)
    stated: list[pa.Table] = field(default_factory=list)
    reports: list[FileReport] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def refused(self) -> set[str]:
        """The tables of which a file cannot be used."""
        files = [report.table for report in self.reports if report.refusal]
        return {*files, *(refusal.table for refusal in self.refusals if refusal.table)}

    @property
    def missing(self) -> tuple[str, ...]:
        """The tables for which nothing was delivered; ratings that sheets count by grade stand for single ones."""
        delivered = {report.table for report in self.reports}
        sheets = self.tables.get("agent_periods")
        if sheets is not None and any(sheets[f"rated_{grade}"].null_count < sheets.num_rows for grade in GRADES):
            delivered.add("surveys")
        return tuple(name for name in TABLES if name not in delivered)

    @property
    def usable(self) -> dict[str, pa.Table]:
        """The tables that can be held against others; none while roster or identity map leave open whose work it is."""
        if self.refused & {"staff", "id_map"} or "staff" not in self.tables:
            return {}
        return {name: table for name, table in self.tables.items() if name not in self.refused}

    def agreements(self, study: Study) -> tuple[Agreement, ...]:
        """Hold the tables that can be used against each other."""
        return agreements(
            self.usable, str(self.quarter), stated=self.stated, month_ends_on=study.settings.calendar.month_ends_on
        )

    def refuse(self) -> None:
        """Raise `DataError` if anything of the quarter cannot be used."""
        arrived = Arrivals(
            files=tuple(self.reports), agreements=(), missing_by_quarter={}, refusals=tuple(self.refusals)
        )
        arrived.refuse()


def read_quarter(
    study: Study,
    sources: Sources,
    quarter: Quarter,
    *,
    listed: int = LISTED,
    databases: Mapping[str, str] | None = None,
) -> Reading:
    """Read all tables of a quarter; the roster and the identity map first, since the others are held against them.

    Of each fault the first `listed` cells are kept. Rows of a database whose digest is not among `databases`, if it is
    given, were changed since they were asked for. Nothing is raised for what the files hold.
    """
    calendar = study.settings.calendar.month_ends_on
    key = pseudonym_key(study)
    days = quarter.first_day(calendar), quarter.last_day(calendar)
    context = Context(
        first_day=days[0], last_day=days[1], key=key, month_ends_on=calendar, digests=databases or {}, listed=listed
    )
    reading = Reading(quarter=quarter)
    for name in sorted(sources.tables, key=list(TABLES).index):
        table = _read_table(study, sources, TABLES[name], context, reading)
        if name in ("staff", "id_map") and name in reading.refused:
            context = replace(context, knowable=False)
        if table is None:
            continue
        if name == "staff":
            context = replace(context, people=frozenset(table["employee_id"].to_pylist()))
        if name == "id_map":
            systems = frozenset(table["system"].to_pylist())
            table = _ordered(hidden_external_ids(table, key), TABLES[name])
            context = replace(context, identities=identities(table), systems=systems)
        reading.tables[name] = table
    if not reading.refused:
        reading.refusals += _absent(sources, reading.tables, quarter)
    return reading


def _read_table(study: Study, sources: Sources, table: Table, context: Context, reading: Reading) -> pa.Table | None:
    """Read one table's files; their accounts and refusals go into `reading`."""
    import pyarrow as pa

    parts: list[pa.Table] = []
    quarter = str(reading.quarter)
    for source in sources.tables[table.name]:
        for path in _places(study, reading.quarter, source):
            try:
                found = list(_read_file(study, path, source, table, reading.quarter, context))
            except DataError as error:
                file = path.relative_to(study.raw / _folder(source, reading.quarter)).as_posix()
                said = {"said": str(error)}
                reading.refusals.append(
                    Refusal(kind="unreadable", quarter=quarter, table=table.name, file=file, parts=said)
                )
                continue
            for made, report in found:
                fresh, account = _first_seen(made.rows, report, parts) if source.distinct else (made.rows, report)
                parts.append(fresh)
                reading.reports.append(account)
                reading.stated += [made.stated] if made.stated is not None else []
    if not parts:
        return None
    whole = _ordered(pa.concat_tables(parts), table)
    reading.refusals += _repeated(whole, table, reading.quarter)
    return whole


def _folder(source: Source, quarter: Quarter) -> str:
    return EVERY_QUARTER if source.every_quarter else str(quarter)


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


def _read_file(
    study: Study, path: Path, source: Source, table: Table, quarter: Quarter, context: Context
) -> Iterator[tuple[Conformed, FileReport]]:
    """Yield the rows and the account of each sheet of a file (of a file without sheets: once)."""
    folder = _folder(source, quarter)
    file = path.relative_to(study.raw / folder).as_posix()
    name = f"{folder}/{file}"
    is_table = source.format == "table"
    for raw in [_extract(study, source, table, quarter, context)] if is_table else read(path, source, name):
        rows, totals, disagreements = without_totals(raw, table, source)
        rows, aside = selected(rows, source)
        made = conform(rows, table, source, context, name)
        yield made, FileReport(
            table=table.name, quarter=str(quarter), file=file, sheet=raw.sheet, used=made.rows.num_rows,
            rows=raw.columns.num_rows, excluded=made.excluded, subtotals=totals, exclude_limit=source.exclude_limit,
            faults=made.faults, set_aside=(*aside, *made.set_aside), disagreements=disagreements,
        )  # fmt: skip


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


def _repeated(whole: pa.Table, table: Table, quarter: Quarter) -> list[Refusal]:
    """A key that stands in two files of a quarter: the same file twice, or a split that overlaps."""
    keys = whole.select(list(table.key)).to_pandas()
    repeated = int(keys.duplicated().sum())
    if not repeated:
        return []
    parts = {"rows": str(repeated), "table": table.name, "columns": " + ".join(table.key)}
    return [Refusal(kind="in_two_files", quarter=str(quarter), table=table.name, parts=parts)]


def _absent(sources: Sources, tables: Mapping[str, Any], quarter: Quarter) -> list[Refusal]:
    if "staff" not in tables:
        files = ", ".join(source.files or f"table {source.table}" for source in sources.tables.get("staff", ())) or "–"
        return [Refusal(kind="no_roster", quarter=str(quarter), parts={"files": files})]
    if not any(name in tables for name in WORK_SOURCES):
        return [Refusal(kind="no_work", quarter=str(quarter), parts={"tables": " or ".join(WORK_SOURCES)})]
    return []
