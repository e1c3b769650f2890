"""Coverage: for which roles the appraisal looks at what it is for, and where it looks at nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from design_lab.catalogue import Card, words
from design_lab.catalogue.goals import Aim, Aims
from design_lab.catalogue.words import LANGUAGES
from design_lab.display import Quantity, Shown, Wording
from design_lab.evaluation.grounds import claim_of, is_reconstructed, limits_of
from design_lab.finding import Claim, Finding, state
from design_lab.scheme import Scheme
from design_lab.scoring import InForce, Panel
from design_lab.scoring.points import appraised, weighed
from design_lab.scoring.roster import headcount

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["goal", "content", "dimension"]
Status = Literal["covered", "assumed", "no_data", "not_weighed", "nothing"]
ENOUGH = 0.5  # share of a role's people who must have data for a cell to count as covered


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One role and one goal, content or dimension (`aim`, an id).

    `share` of the role's `people` have a weighed indicator with enough data for it; `weighed` are the indicators that
    the scheme weighs for the role and that serve the aim; `dimensions` are those in which they are weighed, each with
    the share of people who have enough data there. `status` is covered (by at least half of the people), assumed (the
    same, but by indicators that the client has neither confirmed nor named), no_data (weighed, but fewer have data),
    not_weighed (data, but no weight) or nothing.
    """

    kind: Kind
    aim: str
    role: str
    people: int
    share: float
    weighed: tuple[str, ...]
    dimensions: Mapping[str, float]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Coverage(Shown):
    """The cells of roles by goals, contents and dimensions under one scheme.

    `people` are those whom the scheme appraises, by role; `roles` the roles' names by language.
    """

    quarter: str
    scheme: Scheme
    cells: tuple[Cell, ...]
    people: Mapping[str, frozenset[str]]
    aims: Aims
    roles: Mapping[str, Mapping[str, str]]
    cards: Mapping[str, Card]
    limits: tuple[str, ...] = ()  # whose the coverage is
    least: int = 1  # people of whom a share is told
    among: Mapping[str, str] | None = None  # the scheme, where these are only the people under it

    def of(self, kind: Kind) -> tuple[Cell, ...]:
        """Return the cells of one kind."""
        return tuple(cell for cell in self.cells if cell.kind == kind)

    def covered(self, kind: Kind) -> int:
        """How many cells of a kind are covered, by assumption or not."""
        return sum(cell.status in ("covered", "assumed") for cell in self.of(kind))

    def table(self) -> pd.DataFrame:
        """Return one row a role, one column a goal and content: the dimensions that look at it, or what is lacking."""
        import pandas as pd

        rows: dict[str, dict[str, str]] = {}
        for cell in (*self.of("goal"), *self.of("content")):
            seen = cell.status in ("covered", "assumed")
            said = ", ".join(cell.dimensions) + (" (assumed)" if cell.status == "assumed" else "")
            rows.setdefault(cell.role, {})[f"{cell.kind} {cell.aim}"] = said if seen else cell.status.replace("_", " ")
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("role").reset_index()

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for ids."""
        import pandas as pd

        spoken = words(lang)
        rows: dict[str, dict[str, str]] = {}
        for cell in (*self.of("goal"), *self.of("content")):
            seen = [self.scheme.named(name)[lang] for name in cell.dimensions]
            status = spoken.say(f"coverage.{cell.status}", dimensions=spoken.say("run.join").join(seen))
            rows.setdefault(self._role(cell.role)[lang], {})[self._aim(cell.kind, cell.aim).name[lang]] = status
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis(spoken.say("coverage.role")).reset_index()

    def findings(self) -> tuple[Finding, ...]:
        """State the share of cells that are covered, each hole by name, each role and goal, and what is named."""
        kinds: tuple[Kind, ...] = ("goal", "content", "dimension")
        shares = [self._share(kind) for kind in kinds]
        holes = [finding for kind in kinds for finding in self._holes(kind)]
        matrix = [finding for cell in self.of("goal") for finding in self._by_role(cell)]
        return *shares, *holes, *matrix, *self._named_by_client()

    @property
    def _assumed(self) -> bool:
        return is_reconstructed(self.scheme, "weights")

    @property
    def _claim(self) -> Claim:
        return claim_of(self._assumed)

    @property
    def _limits(self) -> tuple[str, ...]:
        return (*limits_of(self._assumed), *self.limits)

    def _share(self, kind: Kind) -> Finding:
        cells = self.of(kind)
        assumed = sum(cell.status == "assumed" for cell in cells)
        return state(
            f"diagnosis.coverage.{kind}s", self.covered(kind) / len(cells), says=f"diagnosis.coverage_{kind}s",
            unit="share", n=len(cells), claim=self._claim, limits=self._limits, among=self.among, quarter=self.quarter,
            assumed=Quantity(assumed, "count"), covered=Quantity(self.covered(kind), "count"),
        )  # fmt: skip

    def _holes(self, kind: Kind) -> Iterable[Finding]:
        """One finding an aim and way of not being covered, naming the roles."""
        held: dict[tuple[str, Status], list[Cell]] = {}
        for cell in self.of(kind):
            if cell.status != "covered":
                held.setdefault((cell.aim, cell.status), []).append(cell)
        for (aim, status), cells in held.items():
            yield state(
                f"diagnosis.coverage.{kind}_{aim}.{status}", len(cells), says=f"diagnosis.coverage_{status}",
                unit="count", n=len(frozenset().union(*(self.people[cell.role] for cell in cells))),
                claim=self._claim, limits=self._limits, among=self.among,
                aim=self._named(kind, aim), roles=_joined(self._role(cell.role) for cell in cells),
                indicators=self._indicators(one for cell in cells for one in cell.weighed),
            )  # fmt: skip

    def _by_role(self, cell: Cell) -> Iterable[Finding]:
        """One finding a dimension that looks at the goal in the role, or one that says that none does."""
        said: dict[str, Any] = {"role": self._role(cell.role), "aim": self._named(cell.kind, cell.aim)}
        stem = f"diagnosis.coverage_by_role.{cell.role}.{cell.aim}.{cell.status}"
        few = cell.people < self.least
        for name, share in cell.dimensions.items():
            yield state(
                f"{stem}.{name}", None if few else share, says=f"diagnosis.coverage_by_role{'_few' if few else ''}",
                unit="share", n=cell.people, claim="unidentified" if few else self._claim, limits=self._limits,
                among=self.among, dimension=self._named("dimension", name), least=Quantity(self.least, "people"),
                **said,
            )  # fmt: skip
        if not cell.dimensions:
            yield state(
                stem, 0.0, says="diagnosis.coverage_by_role_none", unit="share", n=cell.people, claim=self._claim,
                limits=self._limits, among=self.among, **said,
            )  # fmt: skip

    def _named_by_client(self) -> Iterable[Finding]:
        """What the client itself names for each aim; where that is nothing, what the scheme makes up for it."""
        for kind in ("goal", "content"):
            for name, aim in self._aims(kind).items():
                if aim.stated is None:
                    continue
                weighed = [one for cell in self.of(kind) if cell.aim == name for one in cell.weighed]
                says = "named" if aim.stated else "unnamed" if weighed else "unnamed_unfilled"
                yield state(
                    f"diagnosis.coverage.{'named' if aim.stated else 'unnamed'}.{kind}_{name}", len(aim.stated),
                    says=f"diagnosis.coverage_{says}", unit="count", n=None, claim="accounting", aim=aim.name,
                    indicators=self._indicators(aim.stated or weighed),
                )  # fmt: skip

    def _aims(self, kind: Kind) -> Mapping[str, Aim]:
        return self.aims.goals if kind == "goal" else self.aims.contents

    def _aim(self, kind: Kind, name: str) -> Aim:
        return self._aims(kind)[name]

    def _named(self, kind: Kind, name: str) -> Wording:
        if kind != "dimension":
            return self._aim(kind, name).name
        return self.scheme.named(name)

    def _role(self, role: str) -> Mapping[str, str]:
        return self.roles.get(role, dict.fromkeys(LANGUAGES, role))

    def _indicators(self, names: Iterable[str]) -> Mapping[str, str]:
        return _joined(self.cards[name].name for name in dict.fromkeys(names))


def coverage(
    panel: Panel,
    scheme: Scheme,
    aims: Aims,
    *,
    roles: Mapping[str, Mapping[str, str]],
    least: int,
    held: InForce | None = None,
) -> Coverage:
    """Say for each role which goals, contents and dimensions the scheme looks at with data that suffice.

    A person is covered if the scheme weighs, for her role and level, an indicator that serves the aim and she has as
    many observations of it as its card demands, in one of her spells in the role; a cell if at least half of the role's
    people are. Of roles with fewer people than `least` no share is told. Who is not appraised is not counted, nor is
    who was under another scheme, if `held` says so.
    """
    if held is not None:
        panel = panel.only(held.under == scheme.name)
    panel = panel.only(appraised(panel.people, scheme))
    usable = panel.usable().notna()
    weights = weighed(panel.people, scheme).weights
    usable = usable.reindex(columns=list(dict.fromkeys((*usable.columns, *weights.columns))), fill_value=False)
    weights = weights.reindex(columns=usable.columns, fill_value=0.0)
    cells = []
    for role in panel.people["role"].drop_duplicates().sort_values():
        mine = panel.people["role"].eq(role)
        levels = panel.people.loc[mine, "level"].unique()
        home = {one: name for level in levels for one, name in scheme.dimension_of(role, level).items()}
        for kind, name, aim in _asked(aims, home):
            cells.append(_cell(kind, name, aim, role, weights[mine] > 0, usable[mine], home, scheme))
    by_role = panel.people["role"].reset_index().groupby("role")["employee_id"]
    people = {str(role): frozenset(members) for role, members in by_role}
    return Coverage(
        quarter=panel.quarter, scheme=scheme, cells=tuple(cells), people=people, aims=aims, roles=roles,
        cards=panel.cards, limits=held.limits if held else (),
        least=least, among=scheme.title if held and held.several else None,
    )  # fmt: skip


def _asked(aims: Aims, home: Mapping[str, str]) -> Iterable[tuple[Kind, str, Aim]]:
    for name, aim in aims.goals.items():
        yield "goal", name, aim
    for name, aim in aims.contents.items():
        yield "content", name, aim
    for name in dict.fromkeys(home.values()):
        yield "dimension", name, Aim(name={}, indicators=tuple(one for one, held in home.items() if held == name))


def _cell(
    kind: Kind,
    name: str,
    aim: Aim,
    role: str,
    weighed: pd.DataFrame,
    usable: pd.DataFrame,
    home: Mapping[str, str],
    scheme: Scheme,
) -> Cell:
    serving = [one for one in aim.indicators if one in weighed]
    counted = tuple(one for one in serving if weighed[one].any())
    share = _share_of_people((weighed & usable)[serving])
    status: Status
    if share >= ENOUGH:
        confirmed = "indicators" not in scheme.assumed or set(counted) & set(aim.stated or ())
        status = "covered" if confirmed else "assumed"
    elif counted:
        status = "no_data"
    else:
        has_data = _share_of_people(usable[serving]) >= ENOUGH
        status = "not_weighed" if has_data else "nothing"
    homes: dict[str, list[str]] = {}
    for one in counted:
        if one in home:
            homes.setdefault(home[one], []).append(one)
    dimensions = {name: _share_of_people((weighed & usable)[held]) for name, held in homes.items()}
    return Cell(
        kind=kind, aim=name, role=role, people=headcount(weighed.index), share=share, weighed=counted,
        dimensions=dimensions, status=status,
    )  # fmt: skip


def _share_of_people(flags: pd.DataFrame) -> float:
    """The share of people with any flag in any of their rows."""
    return float(flags.any(axis="columns").groupby(level="employee_id").any().mean())


def _joined(names: Iterable[Mapping[str, str]]) -> dict[str, str]:
    listed = list(names)
    return {lang: words(lang).say("run.join").join(name.get(lang, "") for name in listed) for lang in LANGUAGES}
