"""Lint a scheme: by its file and the catalogue alone, against its baseline, in its study, and on people's values."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from design_lab.catalogue import cards
from design_lab.catalogue.lints import Needs, lint_cards
from design_lab.errors import DataError, DesignLabError, Fault, SchemeError
from design_lab.evaluation.lint.indicators import of_indicators
from design_lab.evaluation.lint.people import of_data, of_leaders, of_reliability, of_values
from design_lab.evaluation.lint.points import of_rules, of_targets
from design_lab.evaluation.lint.record import SEVERITIES, Lint, Lints, say
from design_lab.evaluation.lint.weights import against_baseline, of_weights
from design_lab.evaluation.reliability import Reliabilities, reliabilities
from design_lab.periods import Quarter
from design_lab.scheme import Scheme
from design_lab.scheme_faults import places
from design_lab.scoring import Panel
from design_lab.scoring.panel import panel
from design_lab.scoring.targets import targets
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd


class Linter:
    """Lints schemes one after another, as `lint` does, in one study and on one panel.

    What hangs on which indicators are weighed, and not on how much, is looked at once for all schemes alike in it.
    """

    def __init__(
        self, *, study: Study | None = None, people: Panel | None = None, medians: pd.DataFrame | None = None
    ) -> None:
        self.study, self.people, self.medians = study, people, medians
        self._known = study.cards if study else cards()
        self._reliable: dict[tuple[str, ...], Reliabilities] = {}
        self._of_values: dict[Hashable, tuple[Lint, ...]] = {}
        self._before: tuple[Scheme, list[Lint]] | None = None

    def lint(self, scheme: Scheme, *, baseline: Scheme | None = None) -> Lints:
        """Say what is doubtful in a scheme that can be scored; what the file waives is marked with its reason."""
        found = list(self._found(scheme, baseline))
        checked = _checked(baseline, self.study, self.people)
        if baseline is not None and baseline.name != scheme.name:
            found = _beside(found, scheme, self._of_baseline(baseline), baseline)
        waived = [replace(one, waived=scheme.waive.get(one.id)) for one in found]
        idle = [
            say("idle_waiver", f"waive.{name}")
            for name in scheme.waive
            if lint_cards()[name].needs in checked and name not in {one.id for one in found}
        ]
        return Lints(scheme=scheme.name, title=scheme.title, found=_sorted([*waived, *idle]), checked=checked)

    def _of_baseline(self, baseline: Scheme) -> list[Lint]:
        if self._before is None or self._before[0] is not baseline:
            self._before = baseline, list(self._found(baseline, None))
        return self._before[1]

    def _found(self, scheme: Scheme, baseline: Scheme | None) -> Iterator[Lint]:
        yield from of_weights(scheme, self._known)
        if baseline is not None:
            yield from against_baseline(scheme, baseline, self._known)
        yield from of_indicators(scheme, self._known)
        yield from of_rules(scheme, self._known, self.people)
        if self.study is not None:
            yield from of_leaders(scheme, self.study, self.people)
        if self.study is not None and self.people is not None:
            if scheme.indicators not in self._reliable:
                roles, least = self.study.settings.roles, self.study.settings.privacy.strictest
                self._reliable[scheme.indicators] = reliabilities(self.people, scheme, roles=roles, least=least)
            yield from of_reliability(scheme, self.study, self.people, self._reliable[scheme.indicators])
            if (weighed := _weighed(scheme)) not in self._of_values:
                self._of_values[weighed] = tuple(self._values(scheme, self.study, self.people))
            yield from self._of_values[weighed]

    def _values(self, scheme: Scheme, study: Study, people: Panel) -> Iterator[Lint]:
        usable, least = people.usable(), study.settings.privacy.strictest
        yield from of_data(scheme, study, people, usable, least=least)
        yield from of_values(scheme, study, people, usable, least=least)
        if self.medians is not None:
            yield from of_targets(scheme, people, usable, self.medians, least=least)


def _beside(found: Iterable[Lint], scheme: Scheme, before: Iterable[Lint], baseline: Scheme) -> list[Lint]:
    """Mark what is said of the baseline in the same words, where they hold for all for whom they hold in the scheme.

    Where the baseline states a role or level apart and the scheme does not, what is said of a wider place is news.
    """
    said = {(one.id, one.reason["en"], _place(one, baseline)) for one in before}
    apart = {place[1:] for place in places(baseline)} - {place[1:] for place in places(scheme)}

    def is_kept(one: Lint) -> bool:
        role, level = _place(one, scheme)
        widened = any(role in ("", other) and not level for other, _ in apart)
        return not widened and any(
            (one.id, one.reason["en"], at) in said for at in ((role, level), (role, ""), ("", ""))
        )

    return [replace(one, as_in=baseline.title) if is_kept(one) else one for one in found]


def _place(one: Lint, scheme: Scheme) -> tuple[str, str]:
    """The role and level for which a lint is stated."""
    number = re.match(r"overrides\.(\d+)", one.where)
    if number is None:
        return "", ""
    override = scheme.overrides[int(number[1])]
    return override.role, override.level or ""


def _weighed(scheme: Scheme) -> Hashable:
    """What a scheme has in common with others of whose values the same is to be said: all but how much is weighed."""
    at = [(*place, tuple(scheme.dimension_of(*place[1:]).items())) for place in places(scheme)]
    rules = [scheme.rules, *(one.rules for one in scheme.overrides)]
    return scheme.appraised, scheme.indicators, tuple(at), tuple(tuple(one.items()) for one in rules)


def lint(
    scheme: Scheme,
    *,
    baseline: Scheme | None = None,
    study: Study | None = None,
    people: Panel | None = None,
    medians: pd.DataFrame | None = None,
) -> Lints:
    """Say what is doubtful in a scheme that can be scored; what the file waives is marked with its reason.

    What is to be said of the `baseline` just so stands apart: it is no news of this scheme. Without `baseline`, `study`
    or `people` (the panel of a quarter) what needs them is left out; `people` needs the study, and `medians`
    (`targets`). Bounds and sources stand in catalogue/lints.yaml.

    >>> scheme = Scheme.read("data/h_bank/schemes/current.yaml")
    >>> sorted({one.id for one in lint(scheme).found})
    ['raw_value']
    """
    return Linter(study=study, people=people, medians=medians).lint(scheme, baseline=baseline)


def lint_file(path: Path, *, study: Study | None = None, quarter: Quarter | None = None) -> Lints:
    """Lint a scheme file; what its reader refuses becomes lints of severity error instead of being raised.

    Within a study the values of a quarter (the latest unless said) are looked at, if its tables are built. The baseline
    is the study's, or outside one the file of its name in the same folder, if there is one.
    """
    try:
        scheme = study.read_scheme(path) if study else Scheme.read(path)
    except SchemeError as error:
        found = [_refused(fault, path.name) for fault in error.faults]
        checked = _checked(None, study, None)
        return Lints(scheme=path.stem, title={"en": path.stem, "zh": path.stem}, found=_sorted(found), checked=checked)
    try:
        baseline = _baseline(scheme, path, study)
    except DesignLabError as error:  # of another file, or of a name that there is not
        said = str(error).splitlines()[0]
        found = [_refused(Fault("unknown_word", "baseline", said), path.name)]
        return Lints(scheme=scheme.name, title=scheme.title, found=tuple(found), checked=_checked(None, study, None))
    if study is None:
        return lint(scheme, baseline=baseline)
    at = quarter or study.quarters[-1]
    try:
        people, medians = panel(study, at), targets(study, at)
    except DataError as error:
        return replace(lint(scheme, baseline=baseline, study=study), left_out=str(error))
    return lint(scheme, baseline=baseline, study=study, people=people, medians=medians)


def _checked(baseline: Scheme | None, study: Study | None, people: Panel | None) -> frozenset[Needs]:
    given: dict[Needs, object] = {"file": True, "baseline": baseline, "study": study, "panel": people}
    return frozenset(name for name, held in given.items() if held is not None)


def _baseline(scheme: Scheme, path: Path, study: Study | None) -> Scheme | None:
    name = scheme.baseline
    if name is None or name == scheme.name:
        return None
    if study:
        return study.scheme(name)
    beside = path.with_name(f"{name}.yaml")
    return Scheme.read(beside) if beside.is_file() else None


def _refused(fault: Fault, file: str) -> Lint:
    """Say what the reader refuses, at its key, else of the whole file."""
    return say(fault.kind, fault.where or file, says=f"refused.{fault.kind}", said=fault.said, **fault.parts)


def _sorted(found: Iterable[Lint]) -> tuple[Lint, ...]:
    """News first, then what is as in the baseline, waived ones last; the gravest first, otherwise as in the file."""
    order = {id: place for place, id in enumerate(lint_cards())}

    def rank(one: Lint) -> tuple[bool, bool, int, int]:
        return one.waived is not None, one.as_in is not None, SEVERITIES.index(one.severity), order[one.id]

    return tuple(sorted(found, key=rank))
