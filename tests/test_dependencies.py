"""pyproject.toml is the one list of dependencies; constraints.txt and environment.yml are kept in step with it."""

import re
import tomllib

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from design_lab.study import project_root

ROOT = project_root()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = ("dev", "postgres", "spark", "dask")
WANTED = [
    Requirement(text)
    for text in (*PROJECT["dependencies"], *(one for name in EXTRAS for one in PROJECT["optional-dependencies"][name]))
]


def pinned():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(pin.name): next(iter(pin.specifier)) for pin in pins}


def test_every_dependency_has_a_lower_bound_or_a_reason():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for wanted in WANTED:
        upper = [spec for spec in wanted.specifier if spec.operator in ("<", "<=", "==", "~=")]
        if upper:
            line = next(line for line in text.splitlines() if f'"{wanted.name}' in line)
            assert "#" in line, f"{wanted}: an upper bound needs its reason beside it"
        else:
            assert [spec.operator for spec in wanted.specifier] == [">="], f"{wanted}: needs a lower bound"


def test_every_dependency_is_pinned_within_its_bounds():
    pins = pinned()
    for wanted in WANTED:
        pin = pins[canonicalize_name(wanted.name)]
        assert pin.operator == "=="
        assert wanted.specifier.contains(pin.version, prereleases=True), f"{wanted} is pinned to {pin.version}"


def test_the_engine_takes_a_table_with_the_pinned_versions():
    import ibis
    import pyarrow as pa

    engine = ibis.duckdb.connect()
    table = engine.create_table("people", pa.table({"employee_id": ["E1", "E2"]}))
    assert engine.to_pyarrow(table.count()).as_py() == 2


def test_constraints_name_no_index_and_no_place():
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line) for line in lines)


def test_conda_installs_the_same_list():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, by_pip = environment["dependencies"]
    assert python == f"python{PROJECT['requires-python']}"
    assert pip == "pip"
    assert by_pip == {"pip": ["-e .[dev]"]}
