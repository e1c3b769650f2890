"""What a search tried for a role, as points of a picture: too many to be findings, and no sentence is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from design_lab.errors import FindingError
from design_lab.files import read_json, write_json

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Landscape:
    """Schemes tried for the role or level `name`, as points (x, y) of the two figures named in `axes`.

    `cloud` and `front` are some of those that another scheme beats, and of those that none does; `named` are today's
    weights and the proposals. `role` is the role's name by language.
    """

    name: str
    role: Mapping[str, str]
    axes: tuple[str, str]
    cloud: Points
    front: Points
    named: Mapping[str, tuple[float, float]]

    @property
    def plotted(self) -> int:
        """How many schemes a picture of it shows, today's and the proposals aside."""
        return len(self.cloud) + len(self.front)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Landscape:
        """Read a landscape back; an unknown or missing key raises `FindingError`."""
        if odd := set(content) ^ set(cls.__slots__):
            raise FindingError(f"landscape {content.get('name')!r}: these keys are missing or unknown: {sorted(odd)}")
        points = {key: tuple((x, y) for x, y in content[key]) for key in ("cloud", "front")}
        named = {key: (x, y) for key, (x, y) in content["named"].items()}
        across, up = content["axes"]
        return cls(name=content["name"], role=content["role"], axes=(across, up), named=named, **points)


def write_landscapes(landscapes: Iterable[Landscape], out: str | Path, notebook: str) -> Path:
    """Write landscapes to `<out>/landscapes/<notebook>.json`, where a run finds them, and return the path."""
    path = Path(out) / "landscapes" / f"{notebook}.json"
    write_json(path, [asdict(landscape) for landscape in landscapes])
    return path


def read_landscapes(path: Path) -> tuple[Landscape, ...]:
    """Read what `write_landscapes` wrote; none where there is no file."""
    return tuple(Landscape.from_dict(one) for one in read_json(path)) if path.is_file() else ()
