"""Which tables are built again, and what is said of why."""

import pytest

from design_lab.ingest import build
from design_lab.ingest.freshness import Wanted, reason, told
from design_lab.periods import Quarter
from design_lab.study import Study

PARTS = {"sources.yaml": "1", "the program that reads files": "1", "raw/2026Q3/a.csv": "1", "raw/2026Q3/b.csv": "1"}


def heard(mini):
    said = []
    build(Study.open(mini.folder), progress=said.append)
    return [line for line in said if "rows" not in line]


def test_a_new_quarter_builds_its_own_tables_and_no_others(mini):
    mini.build()
    old = mini.folder / "tables/interactions/2026Q3.parquet"
    before = old.stat()
    settings = mini.folder / "study.yaml"
    text = settings.read_text(encoding="utf-8").replace("last: 2026Q3", "last: 2026Q4")
    settings.write_text(text.replace("2026-09-30", "2026-12-31"), encoding="utf-8")
    for name in ("roster.csv", "calls.csv"):
        path = mini.folder / "raw/2026Q4" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text((mini.raw / name).read_text(encoding="utf-8").replace("2026-07-", "2026-10-"), encoding="utf-8")
    assert heard(mini) == ["tables of 2026Q3 reused", "tables of 2026Q4 are built: not built yet"]
    assert (old.stat().st_mtime_ns, old.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert heard(mini) == ["tables of 2 quarters reused"]
    late = mini.raw / "calls.csv"
    late.write_text("\n".join(late.read_text(encoding="utf-8").splitlines()[:-1]), encoding="utf-8")
    assert heard(mini) == [
        "tables of 2026Q3 are built: raw/2026Q3/calls.csv changed", "tables of 2026Q4 reused",
    ]  # fmt: skip
    (mini.folder / "tables/interactions/2026Q4.parquet").unlink()
    assert heard(mini)[1] == "tables of 2026Q4 are built: interactions is gone or was changed since they were built"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"sources.yaml": "2"}, "sources.yaml changed"),
        ({"raw/2026Q3/c.csv": "1"}, "raw/2026Q3/c.csv is new"),
        ({"the program that reads files": "2"}, "the program that reads files changed"),
        ({f"raw/2026Q3/{n}.csv": "1" for n in range(5)},
         "raw/2026Q3/0.csv is new, raw/2026Q3/1.csv is new, raw/2026Q3/2.csv is new, and 2 more"),
    ],
)  # fmt: skip
def test_what_changed_is_named(changed, why):
    written = {"inputs": Wanted(parts=PARTS, key="k").digest, "parts": PARTS}
    assert reason(written, Wanted(parts=PARTS | changed, key="k"), []) == why
    assert reason(written, Wanted(parts=PARTS, key="k"), []) is None


def test_a_changed_key_is_told_and_its_digest_is_not_written_down():
    now = Wanted(parts=PARTS, key="other")
    written = {"inputs": Wanted(parts=PARTS, key="k").digest, "parts": PARTS}
    assert reason(written, now, []) == "the key of pseudonyms changed"
    assert "other" not in now.parts.values()
    assert reason({"inputs": "1"}, now, []) == "an earlier version of the program built them"


def test_quarters_with_the_same_reason_stand_in_one_line():
    quarters = [Quarter.parse(f"2026Q{n}") for n in (1, 2, 3)]
    reasons = dict.fromkeys(quarters, "--force")
    assert told(reasons) == ["tables of 3 quarters are built: --force"]
