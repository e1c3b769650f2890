"""What an appraisal is for and what it looks at, and which indicators serve each goal and each content."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from design_lab.catalogue.indicators import Card, cards
from design_lab.catalogue.words import LANGUAGES
from design_lab.errors import StudyError, nearest
from design_lab.files import read_yaml, validated

_FILE = Path(__file__).with_name("goals.yaml")


class Aim(BaseModel):
    """A goal or a content: its name, the indicators that serve it, and those that the client itself names for it.

    `stated` is None where nothing is known of that; `method` says how a goal is followed, `serves` what the whole house
    has of it, and `guards` are indicators that must not get worse meanwhile, the first with data before the others.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: dict[str, str]  # by language
    indicators: tuple[str, ...]
    stated: tuple[str, ...] | None = None
    method: dict[str, str] | None = None  # by language
    serves: dict[str, str] | None = None  # by language
    guards: tuple[str, ...] = ()


class Aims(BaseModel):
    """The goals and the contents of an appraisal, by id."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    goals: dict[str, Aim]
    contents: dict[str, Aim]


def aims(path: Path | None = None, known: Mapping[str, Card] | None = None) -> Aims:
    """Return the goals and contents of a file, of the catalogue where there is none at `path`.

    An indicator without a metric card (`known`, the catalogue's unless given) or a text that lacks a language raises
    `StudyError`, a line a fault.

    >>> aims().goals["teamwork"].indicators
    ('peer_rating_adjusted', 'peer_rating', 'team_result')
    """
    file = path if path is not None and path.is_file() else _FILE
    read: Aims = validated(Aims, read_yaml(file), file)
    if faults := _faults(read, known if known is not None else cards()):
        raise StudyError("\n".join(f"{file}: {fault}" for fault in faults))
    return read


def _faults(read: Aims, known: Mapping[str, Card]) -> list[str]:
    faults = []
    for kind, held in (("goals", read.goals), ("contents", read.contents)):
        for name, aim in held.items():
            unsaid = dict.fromkeys(LANGUAGES, "")
            for text, said in (("name", aim.name), ("method", aim.method or unsaid), ("serves", aim.serves or unsaid)):
                faults += [f"{kind}.{name}.{text}: is missing in {lang}" for lang in LANGUAGES if lang not in said]
            for key, listed in (("indicators", aim.indicators), ("stated", aim.stated or ()), ("guards", aim.guards)):
                faults += [
                    f"{kind}.{name}.{key}: {one} has no metric card; {nearest(one, known)}"
                    for one in listed
                    if one not in known
                ]
    return faults
