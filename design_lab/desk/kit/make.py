"""The kit of a study: every form made, written whole, and what could not be made said in a sentence."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from design_lab.catalogue import words
from design_lab.desk.kit.appeal import appeal
from design_lab.desk.kit.appraisal import appraisal, metric_cards
from design_lab.desk.kit.calibration import calibration
from design_lab.desk.kit.content import Grid, Heading, Made, Paper, Points, Text
from design_lab.desk.kit.excel import write_book
from design_lab.desk.kit.facts import Facts, UnmadeError
from design_lab.desk.kit.legal import congress_evidence, impact_assessment, legal_checklist
from design_lab.desk.kit.own_score import my_score
from design_lab.desk.kit.process import process_map
from design_lab.desk.kit.publication import publication_pack
from design_lab.desk.kit.ratings import peer_rating, rater_training
from design_lab.desk.kit.shelf import Shelf
from design_lab.desk.kit.targets import target_setting
from design_lab.desk.kit.told import Told
from design_lab.desk.kit.word import write_paper
from design_lab.display import worded
from design_lab.files import names_a_file
from design_lab.ingest import identify
from design_lab.ingest.keys import key_in
from design_lab.periods import Quarter
from design_lab.scheme import Scheme
from design_lab.study import Study

Names = Mapping[str, str]
_EACH = 50  # papers of people between two signs of life
_FORMS: Mapping[str, Callable[[Told, Names], Iterator[Made]]] = {
    "appraisal": lambda told, _: appraisal(told),
    "peer_rating": lambda told, _: peer_rating(told),
    "appeal": lambda told, _: appeal(told),
    "metric_cards": lambda told, _: metric_cards(told),
    "calibration": calibration,
    "rater_training": lambda told, _: rater_training(told),
    "target_setting": lambda told, _: target_setting(told),
    "process_map": lambda told, _: process_map(told),
    "impact_assessment": lambda told, _: impact_assessment(told),
    "congress_evidence": lambda told, _: congress_evidence(told),
    "legal_checklist": lambda told, _: legal_checklist(told),
    "publication_pack": lambda told, _: publication_pack(told),
    "my_score": my_score,
}
FORMS = tuple(_FORMS)
_OF_PEOPLE = ("my_score",)  # forms with a file a person, in a folder of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What was made: by language its folder, the files, sentences on forms that cannot be made and on files kept."""

    folders: Mapping[str, Path]
    files: Mapping[str, tuple[str, ...]]
    unmade: Mapping[str, tuple[str, ...]]
    kept: Mapping[str, tuple[str, ...]]

    def lines(self) -> list[str]:
        """Return what is said on a console, each language in its own words."""
        said = []
        for lang, folder in self.folders.items():
            count = words(lang).say("kit.written", files=str(len(self.files[lang])), folder=str(folder))
            said += [count, *self.unmade[lang], *self.kept[lang]]
        return said


def kit(
    study: Study,
    out: Path,
    *,
    quarter: Quarter | None = None,
    scheme: Scheme | None = None,
    langs: Sequence[str] = ("en", "zh"),
    key: Path | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> Kit:
    """Make all forms of a study, as it stands at the end of a quarter, below `out/<lang>/`.

    Forms are filled by a scheme, the current one if none is given; results are those of the schemes in force. With
    `key`, a file that holds the key of the pseudonyms, people are called by the client's own ids. A folder in which
    the study's own files lie raises `StudyError`; so does a key that resolves nobody.
    """
    facts = Facts(study, quarter or study.quarters[-1], scheme or study.current)
    names = _names(facts, key)
    folders = {lang: out / lang for lang in langs}
    made = {lang: _write(Told(facts, lang), folder, names, progress) for lang, folder in folders.items()}
    return Kit(
        folders=folders,
        files={lang: one.files for lang, one in made.items()},
        unmade={lang: one.unmade for lang, one in made.items()},
        kept={lang: one.kept for lang, one in made.items()},
    )


def _names(facts: Facts, key: Path | None) -> Names:
    """The client's own ids of everybody who has a result or a score, by pseudonym; none without a key."""
    if key is None:
        return MappingProxyType({})
    secret = key_in(key)
    try:
        wanted = {str(one) for one in facts.people.index}
    except UnmadeError:
        wanted = set()
    if facts.official.results is not None:
        wanted |= {str(one) for one in facts.official.results.index}
    named = identify(facts.study, sorted(wanted), key=secret)  # a wrong key is refused before anything is computed
    scored = {one.employee for one in facts.explanations} if wanted else set()
    return {**named, **identify(facts.study, sorted(scored - wanted), key=secret)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    files: tuple[str, ...]
    unmade: tuple[str, ...]
    kept: tuple[str, ...]


def _write(told: Told, folder: Path, names: Names, progress: Callable[[str], None]) -> _Written:
    shelf = Shelf.open(folder, told.facts.study)
    unmade: dict[str, str] = {}
    listed: dict[str, list[str]] = {}
    for number, (form, make) in enumerate(_FORMS.items(), 1):
        progress(f"{told.lang}: {told.say(f'form.{form}')}")
        try:
            for at, one in enumerate(make(told, names)):
                if at and at % _EACH == 0:
                    progress(f"{told.lang}: {told.say(f'form.{form}')}, {at}")
                name = _file(number, form, one, at)
                listed.setdefault(form, []).append(name)
                shelf.put(name, functools.partial(_write_one, one, told))
        except UnmadeError as error:
            unmade[form] = _sentence(told, form, error)
    contents = _contents(told, listed, tuple(unmade.values()), resolved=bool(names))
    shelf.put("00_contents.docx", functools.partial(_write_one, contents, told))
    kept = tuple(told.say("kept", file=str(folder / name)) for name in shelf.close())
    return _Written(files=shelf.files, unmade=tuple(unmade.values()), kept=kept)


def _sentence(told: Told, form: str, error: UnmadeError) -> str:
    parts = {key: worded(part, told.lang) for key, part in error.parts.items()}
    return told.say("unmade.sentence", form=told.say(f"form.{form}"), why=told.say(f"unmade.{error.why}", **parts))


def _file(number: int, form: str, one: Made, at: int) -> str:
    """The file's name below the language's folder: of letters that every system can write."""
    part = one.part if names_a_file(one.part) else str(at + 1) if one.part else ""
    suffix = "docx" if isinstance(one, Paper) else "xlsx"
    if form in _OF_PEOPLE:
        return f"{number:02d}_{form}/{part}.{suffix}"
    return f"{number:02d}_{form}{'_' if part else ''}{part}.{suffix}"


def _write_one(one: Made, told: Told, path: Path) -> None:
    if isinstance(one, Paper):
        write_paper(path, one, lang=told.lang, mark=told.mark, pages=told.say("pages", page="{page}", of="{of}"))
    else:
        write_book(path, one, mark=told.mark)


def _contents(told: Told, listed: Mapping[str, Sequence[str]], unmade: tuple[str, ...], *, resolved: bool) -> Paper:
    """What the kit holds, for whom, and what could not be made."""
    rows = tuple(
        (
            _listed(told, form, files),
            told.say(f"form.{form}"),
            told.say(f"about.{form}"),
            told.say(f"for.{form}"),
        )
        for form, files in listed.items()
    )
    columns = tuple(told.say(f"contents.column.{one}") for one in ("file", "form", "about", "for"))
    return Paper(
        title=told.say("form.contents"),
        subtitle=told.subtitle(told.facts.due),
        blocks=(
            Text(told.say("contents.note", quarter=str(told.facts.quarter), due=str(told.facts.due))),
            Text(told.say("contents.resolved" if resolved else "contents.pseudonyms"), "lead"),
            Grid(columns=columns, rows=rows, widths=(4.4, 2.6, 5, 3)),
            *((Heading(told.say("contents.unmade"), 2), Points(unmade)) if unmade else ()),
        ),
        wide=True,
    )


def _listed(told: Told, form: str, files: Sequence[str]) -> str:
    """How a form's files are named: the one, the first of several, or the folder of those of people."""
    if form in _OF_PEOPLE:
        return told.say("contents.folder", folder=files[0].split("/")[0], files=str(len(files)))
    return files[0] if len(files) == 1 else told.say("contents.several", first=files[0], more=str(len(files) - 1))
