"""The tables of docs/method.md that proofs write, each bound to the code that it proves.

A table stands between `<!-- proof NAME DIGEST -->` and `<!-- end of proof -->`. The digest is of the proof, of what it
imports from beside it and of the modules that it imports from design_lab.evidence and design_lab.expected, or from what
keeps files whole or reads them: where one of them has changed since, the table is stale and the proof must be run anew.
"""

import ast
import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
METHOD = ROOT / "docs" / "method.md"
PROOFS = (
    "test_staggered",
    "test_dose_slope",
    "test_trends",
    "test_within",
    "test_checks",
    "test_pilots",
    "test_forecast",
    "test_kills",
    "test_fuzz",
)
_SAFE = (
    "design_lab.files", "design_lab.ingest.readers", "design_lab.ledger", "design_lab.plain_yaml", "design_lab.processes",
    "design_lab.run.",
)  # fmt: skip
_OWN = ("design_lab.evidence.", "design_lab.expected.", "tests.proofs.", *_SAFE)
BLOCK = re.compile(r"<!-- proof (\w+) ([0-9a-z]+) -->\n(.*?)<!-- end of proof -->", re.DOTALL)


def sources(name):
    """The files that a proof's table hangs on."""
    proof = ROOT / "tests" / "proofs" / f"{name}.py"
    found = {proof}
    for node in ast.walk(ast.parse(proof.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith(_OWN):
            place = ROOT.joinpath(*node.module.split("."))
            found |= set(place.glob("*.py")) if place.is_dir() else {place.with_suffix(".py")}
    return sorted(found)


def digest(name):
    """The first 16 hexadecimal digits of the SHA-256 over names and texts of a proof's files."""
    told = hashlib.sha256()
    for path in sources(name):
        told.update(path.relative_to(ROOT).as_posix().encode())
        told.update(path.read_text(encoding="utf-8").encode())
    return told.hexdigest()[:16]


def published():
    """The digests that stand beside the published tables, by proof."""
    return {name: told for name, told, _ in BLOCK.findall(METHOD.read_text(encoding="utf-8"))}


def publish(name, lines, of):
    """Put a table in its place, with the digest `of` the code that made it."""
    text = METHOD.read_text(encoding="utf-8")
    made = "\n".join([f"<!-- proof {name} {of} -->", "", *lines, "", "<!-- end of proof -->"])
    METHOD.write_text(
        BLOCK.sub(lambda found: made if found[1] == name else found[0], text), encoding="utf-8", newline="\n"
    )
