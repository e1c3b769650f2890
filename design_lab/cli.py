"""The command line: `design-lab new`, `run`, `check`, `freeze` and so on. It reads arguments and words refusals.

Exit status: 0 done, 1 refused (the reason stands on standard error), 2 bad arguments.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from design_lab.errors import DataError, DesignLabError, system_refusal

_FORMATS = ("html", "docx", "pptx", "pdf")
_INTERRUPTED = 130

app = typer.Typer(
    help="Find, test and defend the weights of an appraisal scheme on a service centre's own data.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Run the command line and exit; a refusal is printed as sentences, without a traceback."""
    _print_any_text()
    sys.exit(_status())


def _status() -> int:
    try:
        app()
    except SystemExit as end:  # how typer ends, with 2 for bad arguments
        return end.code if isinstance(end.code, int) else 0
    except _StoppedError:
        _say_error("stopped by the user; what was published before is as it was")
        return _INTERRUPTED
    except DesignLabError as refusal:
        _say_error(str(refusal))
        return 1
    except OSError as error:
        if not (told := system_refusal(error)):
            raise
        _say_error(told)
        return 1
    return 0


class _StoppedError(Exception):
    """The user pressed Ctrl-C."""


@app.callback()
def _commands() -> None:
    pass


@app.command()
def new(
    path: Annotated[Path, typer.Argument(help="The study's folder, anywhere; its name becomes the study's.")],
    more: Annotated[list[Path] | None, typer.Argument(metavar="[FILES]...", help="More files, after --from.")] = None,
    *,
    files: Annotated[list[Path] | None, typer.Option("--from", help="The client's files or folders.")] = None,
) -> None:
    """Make a client's study folder, draft its mapping from the files that came, and write the forms."""
    if more and not files:
        raise typer.BadParameter(f"{more[0]}: name the client's files after --from", param_hint="FILES")
    import datetime as dt

    from design_lab.desk.new import new_study

    with _progress() as progress:
        made = new_study(path, files=[*(files or ()), *(more or ())], today=dt.date.today(), progress=progress)
    for line in made.lines():
        _say(line)


@app.command()
def run(
    study: Annotated[Path, typer.Argument(help="A study folder.")] = Path("data/h_bank"),
    *,
    quarter: Annotated[str | None, typer.Option(help="Such as 2026Q3; the latest whole quarter if absent.")] = None,
    scheme: Annotated[list[str] | None, typer.Option(help="A scheme of the study; repeatable. All if absent.")] = None,
    lang: Annotated[Literal["en", "zh", "both"], typer.Option(help="The report's language.")] = "both",
    formats: Annotated[str, typer.Option(help="Of html, docx, pptx and pdf, with commas.")] = ",".join(_FORMATS),
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes at a time; 2 if absent.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Run although nothing changed.")] = False,
    reports: Annotated[Path, typer.Option(help="Where reports are published.")] = Path("reports"),
) -> None:
    """Check the data, build what is missing, execute the notebooks and publish the report."""
    _check_quarter(quarter)
    chosen = _split_formats(formats)
    from design_lab.run.road import run as walk

    with _progress() as progress:
        walk(
            study,
            quarter=quarter,
            schemes=scheme or (),
            lang=lang,
            formats=chosen,
            jobs=jobs,
            force=force,
            reports=reports,
            progress=progress,
            say=_say,
        )


@app.command()
def check(
    study: Annotated[Path, typer.Argument(help="A study folder.")],
    *,
    reports: Annotated[Path, typer.Option(help="Where the page for the client's IT is written.")] = Path("reports"),
) -> None:
    """Check the data of every quarter; write a page and a list for the client's IT, and build nothing."""
    from design_lab.run.road import check as look

    with _progress() as progress:
        lines = look(study, reports=reports, progress=progress)
    for line in lines or ["every row of every file can be used"]:
        _say(line)


@app.command()
def lint(
    scheme: Annotated[Path, typer.Argument(help="A scheme file, or with --study the name of one of its schemes.")],
    *,
    study: Annotated[Path | None, typer.Option(help="The study in which it is to be used.")] = None,
    quarter: Annotated[str | None, typer.Option(help="Whose values are looked at; the latest if absent.")] = None,
    lang: Annotated[Literal["en", "zh"], typer.Option(help="The language of the reasons.")] = "en",
) -> None:
    """Say what is wrong or doubtful in a scheme file, a line each; exit with 1 if it cannot be scored."""
    _check_quarter(quarter)
    if quarter and not study:
        raise typer.BadParameter("a quarter belongs to a study; name it", param_hint="--study")
    from design_lab.evaluation.lint import lint_file
    from design_lab.study import Study

    home = Study.open(study) if study else None
    named = home is not None and not scheme.suffix and not scheme.exists()
    path = home.folder / "schemes" / f"{scheme}.yaml" if home and named else scheme
    found = lint_file(path, study=home, quarter=home.quarter(quarter) if home else None)
    for line in found.lines(lang):
        _say(line)
    if found.of("error"):
        raise typer.Exit(1)


@app.command()
def verify(
    report_folder: Annotated[Path, typer.Argument(help="Such as reports/h_bank/2026Q3.")],
    study: Annotated[Path | None, typer.Option(help="The study's folder, if it is not found by its name.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if an input is not the same.")] = False,
    replay: Annotated[bool, typer.Option("--replay", help="Execute its notebooks again and compare.")] = False,
) -> None:
    """Compare a published report with its record, and its inputs with those that are there now."""
    from design_lab.run.publish import settle
    from design_lab.run.record import verify as compare

    settle(report_folder.resolve().parent)
    found = compare(report_folder, study=study)
    for line in found.lines():
        _say(line)
    differs = not found.passes(strict=strict)
    if replay and found.files:
        from design_lab.run.replay import replay as execute_again

        with _progress() as progress:
            again = execute_again(report_folder, study=study, progress=progress)
        for line in again.lines():
            _say(line)
        differs = differs or bool(again.differences)
    if differs:
        raise typer.Exit(1)


@app.command()
def identify(
    study: Annotated[Path, typer.Argument(help="A study folder.")],
    pseudonyms: Annotated[list[str], typer.Argument(help="Such as E8c024c137289b598.")],
) -> None:
    """Say who pseudonyms are, by the client's own ids; needs the study's key and rosters, and writes nothing."""
    from design_lab.ingest import identify as resolve
    from design_lab.study import Study

    for pseudonym, own in resolve(Study.open(study), pseudonyms).items():
        _say(f"{pseudonym} {own}")


@app.command()
def preferences(
    study: Annotated[Path, typer.Argument(help="A study folder.")],
    *,
    respondent: Annotated[list[str] | None, typer.Option(help="Write an empty form for R01, say; repeatable.")] = None,
) -> None:
    """Write forms on which people say what should weigh how much, or check those that are filled in."""
    from design_lab.desk.preferences import preference_forms
    from design_lab.evaluation.weighting import preferences as read_forms
    from design_lab.study import Study

    opened = Study.open(study)
    if respondent:
        for path in preference_forms(opened, respondent):
            _say(f"{path} is written")
        return
    found = read_forms(opened)
    for line in found.lines():
        _say(line)
    if found.faults:
        raise DataError("\n".join(found.faults))


@app.command()
def explain(
    study: Annotated[Path, typer.Argument(help="A study folder; its tables must be built.")],
    employee: Annotated[str, typer.Argument(help="A pseudonym, such as E8c024c137289b598.")],
    *,
    quarter: Annotated[str | None, typer.Option(help="Such as 2026Q3; the latest whole quarter if absent.")] = None,
    scheme: Annotated[list[str] | None, typer.Option(help="One or two schemes; the one in force if absent.")] = None,
    changes: Annotated[list[str] | None, typer.Option("--set", help="A corrected datum, indicator=value.")] = None,
    lang: Annotated[Literal["en", "zh", "both"], typer.Option(help="The language of page and text.")] = "both",
    out: Annotated[Path | None, typer.Option(help="The page; explain_<pseudonym>_<quarter>.html if absent.")] = None,
) -> None:
    """Explain one person's score: what makes it up, how sure it is, and what corrected data would change."""
    _check_quarter(quarter)
    if scheme and len(scheme) > 2:
        raise typer.BadParameter("one or two schemes can be explained at a time", param_hint="--scheme")
    from design_lab.desk.explain import explain as account_for
    from design_lab.study import Study

    home = Study.open(study)
    at = home.quarter(quarter)
    with _progress() as progress:
        found = account_for(home, employee, quarter=at, schemes=scheme or (), changes=changes or (), progress=progress)
    langs = ("zh", "en") if lang == "both" else (lang,)
    for one in langs:
        for line in found.lines(one):
            _say(line)
    _say(str(found.write(out or Path(f"explain_{employee}_{at}.html"), langs)))


@app.command("view")
def view_as(
    study: Annotated[Path, typer.Argument(help="A study folder; its tables must be built.")],
    *,
    audience: Annotated[Literal["executive", "hr", "leader", "person", "it", "auditor"], typer.Option("--as")],
    who: Annotated[str | None, typer.Option(help="A leader's or a person's pseudonym, or a team.")] = None,
    quarter: Annotated[str | None, typer.Option(help="Such as 2026Q3; the latest whole quarter if absent.")] = None,
    lang: Annotated[Literal["en", "zh", "both"], typer.Option(help="The language of the page.")] = "both",
    out: Annotated[Path | None, typer.Option(help="The page; view_<audience>_<quarter>.html if absent.")] = None,
    reports: Annotated[Path, typer.Option(help="Where reports are published.")] = Path("reports"),
) -> None:
    """Write one page for an audience, with what is its business and nothing else."""
    _check_quarter(quarter)
    from design_lab.desk.views import view
    from design_lab.run.publish import settle
    from design_lab.run.record import verify as compare
    from design_lab.study import Study

    home, langs = Study.open(study), ("zh", "en") if lang == "both" else (lang,)
    settle(reports.resolve() / home.name)
    asked: dict[str, Any] = {"quarter": home.quarter(quarter), "who": who, "langs": langs, "out": out}
    _say(str(view(home, audience, reports=reports, verify=lambda at: compare(at, study=home.folder), **asked)))


@app.command()
def kit(
    study: Annotated[Path, typer.Argument(help="A study folder.")],
    *,
    lang: Annotated[Literal["en", "zh", "both"], typer.Option(help="The language of the forms.")] = "both",
    out: Annotated[Path | None, typer.Option(help="The folder; kit/<study> if absent.")] = None,
    quarter: Annotated[str | None, typer.Option(help="Whose results; the latest whole quarter if absent.")] = None,
    scheme: Annotated[str | None, typer.Option(help="By which forms are filled; the current one if absent.")] = None,
    key: Annotated[Path | None, typer.Option(help="A file with the key of the pseudonyms: puts own ids in.")] = None,
) -> None:
    """Write the forms that the client hands out, in Word and Excel, filled with the study's own numbers."""
    _check_quarter(quarter)
    from design_lab.desk.kit import kit as make
    from design_lab.study import Study

    home = Study.open(study)
    plan = home.scheme(scheme) if scheme else None
    folder, langs = out or Path("kit") / home.name, ("en", "zh") if lang == "both" else (lang,)
    with _progress() as progress:
        made = make(home, folder, quarter=home.quarter(quarter), scheme=plan, langs=langs, key=key, progress=progress)
    for line in made.lines():
        _say(line)


@app.command()
def freeze(
    study: Annotated[Path, typer.Argument(help="A study folder.")],
    *,
    scheme: Annotated[str, typer.Option(help="The scheme that is adopted.")],
    decision: Annotated[str, typer.Option(help="Who decided what; it stands in the ledger.")],
) -> None:
    """Write what is expected of an adopted scheme, and of no change, to the study's ledger."""
    import datetime as dt

    from design_lab.desk.ledger_lines import line_told
    from design_lab.expected.frozen import freeze as write_down
    from design_lab.run.publish import held
    from design_lab.study import Study

    home = Study.open(study)
    with held(home.tables, f"study {home.name}"):
        lines = write_down(home, scheme, decision, today=dt.date.today())
    for line in lines:
        _say(line_told(line.number, line.content))


@app.command()
def ledger(
    study: Annotated[Path, typer.Argument(help="A study folder.")],
    *,
    score: Annotated[bool, typer.Option("--score", help="Write down what came of each forecast that is due.")] = False,
) -> None:
    """Show what is frozen, and whether a line was changed since; with --score, what came of it, for good."""
    from design_lab.desk.ledger_lines import line_told, score_due
    from design_lab.ledger import FILE, read_ledger
    from design_lab.study import Study

    home = Study.open(study)
    if score:
        from design_lab.run.publish import held

        with held(home.tables, f"study {home.name}"):
            new = score_due(home)
    lines = read_ledger(home.folder / FILE)
    for line in lines:
        _say(line_told(line.number, line.content))
    _say(f"{len(lines)} lines, none changed" if lines else "nothing is frozen yet")
    if score:
        _say(f"{new} of them are new" if new else "nothing is due that is not written down already")


def _check_quarter(quarter: str | None) -> None:
    if quarter is not None and not re.fullmatch(r"\d{4}Q[1-4]", quarter):
        raise typer.BadParameter(f"{quarter!r} is not of the form 2026Q3", param_hint="--quarter")


def _split_formats(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    unknown = [name for name in names if name not in _FORMATS]
    if unknown or not names:
        raise typer.BadParameter(f"{text!r}: choose among {', '.join(_FORMATS)}", param_hint="--formats")
    return names


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Lines on standard error, in a terminal with a sign of life beneath them; Ctrl-C ends the work in order."""
    try:
        if not sys.stderr.isatty():
            yield _say_error
            return
        from rich.console import Console
        from rich.text import Text

        console = Console(stderr=True)
        with console.status("starting", spinner="line") as status:

            def show(line: str) -> None:
                console.print(line, markup=False, highlight=False, soft_wrap=True)
                status.update(Text(line))

            yield show
    except KeyboardInterrupt:
        raise _StoppedError from None


def _say(line: str) -> None:
    print(line, flush=True)


def _say_error(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _print_any_text() -> None:
    """Let Chinese text and odd file names pass through any console, escaped where it cannot show them."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
