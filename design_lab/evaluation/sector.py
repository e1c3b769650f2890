"""A centre beside its trade: what trades publish of themselves is a check of scale, never a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from design_lab.catalogue.sectors import Sector, sectors
from design_lab.display import Shown, Term, number
from design_lab.finding import Finding, state
from design_lab.ingest.facts import Facts
from design_lab.ingest.tables import table_path
from design_lab.periods import Quarter
from design_lab.scoring import Panel
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_YEAR = 365  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """One measure of the centre in a quarter: its value and over how many people, calls or ratings it is."""

    value: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Beside(Shown):
    """A centre's measures beside those that its trade published; both empty where the study names no trade."""

    quarter: str
    own: Mapping[str, Own]
    sector: Sector | None

    def table(self) -> pd.DataFrame:
        """Return one row a measure: centre (None where no table tells it), the latest year published, its value."""
        import pandas as pd

        rows = []
        for name, one in (self.sector.measures if self.sector else {}).items():
            own, year = self.own.get(name), max(one.published)
            rows.append((name, own.value if own else None, str(year), one.published[year]))
        return pd.DataFrame(rows, columns=["measure", "centre", "year", "published"])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with each row in its own unit."""
        shown = self.table().astype(object)
        measures = self.sector.measures if self.sector else {}
        for column in ("centre", "published"):
            values = zip(shown[column], shown["measure"], strict=True)
            shown[column] = [number(value, measures[name].unit, lang) for value, name in values]
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State each measure of the centre, and each year that its trade published."""
        held = self.sector
        return tuple(found for name in held.measures for found in self._of(name, held)) if held else ()

    def _of(self, name: str, sector: Sector) -> list[Finding]:
        one, own = sector.measures[name], self.own.get(name)
        parts: dict[str, Any] = {"measure": Term(f"measure.{name}"), "sector": sector.name}
        found = [
            state(
                f"sector.{name}.own", own.value if own else None, says=f"sector.{'own' if own else 'untold'}",
                unit=one.unit, n=own.n if own else 0, claim="accounting" if own else "unidentified",
                quarter=self.quarter, **parts,
            )
        ]  # fmt: skip
        return found + [
            state(
                f"sector.{name}.y{year}", value, says="sector.published", unit=one.unit, n=None, claim="accounting",
                limits=("sector_definitions",), year=str(year), source=sector.source, **parts,
            )
            for year, value in one.published.items()
        ]  # fmt: skip


def beside_sector(study: Study, panel: Panel, found: Facts) -> Beside:
    """Measure what the study's trade publishes: calls a person and year, calls answered of those offered, CSAT.

    `found` is what arrived for the panel's quarter. A measure whose table was not delivered is not there.
    """
    named = study.settings.sector
    own: dict[str, Own] = {}
    heads = sum(found.staff.values())
    if found.volume and heads:
        own["calls_per_person_year"] = Own(value=found.volume.contacts_per_day * _YEAR / heads, n=heads)
    if connected := _connected(study, Quarter.parse(panel.quarter)):
        own["connect_rate"] = connected
    if "csat" in panel.centre.index and panel.centre["value"].notna()["csat"]:
        own["csat"] = Own(value=float(panel.centre["value"]["csat"]), n=int(panel.centre["n"]["csat"]))
    return Beside(quarter=panel.quarter, own=own, sector=sectors()[named] if named else None)


def _connected(study: Study, quarter: Quarter) -> Own | None:
    """Calls answered of those offered in all queues, None where the table is not there or no call was offered."""
    from pyarrow import compute, parquet

    path = table_path(study, "queue_intervals", quarter)
    if not path.is_file():
        return None
    counts = parquet.read_table(path, columns=["offered", "answered"])
    offered, answered = (int(compute.sum(counts[name]).as_py() or 0) for name in ("offered", "answered"))
    return Own(value=answered / offered, n=offered) if offered else None
