"""Proofs take long, but that their published tables are of today's code is asked at once (test_published)."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent == HERE and item.path.name != "test_published.py":
            item.add_marker(pytest.mark.long)
