"""What takes long to make is made once for all processes that share the tests."""

import os
import time

PATIENCE_SECONDS = 900  # of a process for what another makes


def made_once(tmp_path_factory, name, make):
    """The folder of what `make` writes into it; who reads it must not change it."""
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"once {name}"
    try:
        place.mkdir()
    except FileExistsError:  # another process makes it, or this one did
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (place / "ready").exists():
            assert not (place / "failed").exists(), f"{name} could not be made"
            assert time.monotonic() < deadline, f"the process that makes {name} does not end"
            time.sleep(0.2)
    else:
        try:
            make(place)
        except BaseException:
            (place / "failed").touch()
            raise
        (place / "ready").touch()
    return place
