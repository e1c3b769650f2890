"""Published tables are those of the code as it stands."""

import pytest

from tests.proofs.published import METHOD, PROOFS, digest, publish, published, sources


@pytest.mark.parametrize("name", PROOFS)
def test_the_published_table_is_of_this_code(name):
    assert published().get(name) == digest(name), f"run: python -m tests.proofs --full {name}"


def test_a_proof_hangs_on_what_it_imports():
    named = {path.name for path in sources("test_checks")}
    assert {"test_checks.py", "teams.py", "test_staggered.py", "before.py", "suite.py"} <= named
    assert "claim.py" not in named


def test_a_table_is_put_in_its_place_and_nothing_else_is_touched(tmp_path, monkeypatch):
    place = tmp_path / "method.md"
    place.write_text(METHOD.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr("tests.proofs.published.METHOD", place)
    publish("test_within", ["| one |", "|---|", "| 1 |"], digest("test_within"))
    before, after = (path.read_text(encoding="utf-8").splitlines() for path in (METHOD, place))
    assert "| 1 |" in after
    changed = [line for line in after if line not in before]
    assert all("test_within" in line or line in ("| one |", "|---|", "| 1 |") for line in changed)
