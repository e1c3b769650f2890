"""The explorer in JupyterLab, in a real browser: a slider is moved and the number under it changes."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from design_lab.study import project_root

WAIT_SECONDS = 240

pytestmark = pytest.mark.long


@pytest.fixture
def lab(small, tmp_path):
    """JupyterLab with the explorer's notebook on the small study; its address."""
    book = json.loads((project_root() / "notebooks" / "explorer.ipynb").read_text(encoding="utf-8"))
    cell = next(cell for cell in book["cells"] if "parameters" in cell["metadata"].get("tags", []))
    cell["source"] = "".join(cell["source"]).replace("data/h_bank", small.folder.as_posix(), 1)
    (tmp_path / "explorer.ipynb").write_text(json.dumps(book), encoding="utf-8")
    token = secrets.token_hex(16)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {
        name: str(tmp_path / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "HOME")
    }
    started = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser", f"--port={port}",
         "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={tmp_path}"],
        env=os.environ | kept | {"PYTHONPATH": str(project_root())}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(f"http://127.0.0.1:{port}/api?token={token}")
        yield f"http://127.0.0.1:{port}/lab/tree/explorer.ipynb?token={token}"
    finally:
        started.terminate()
        started.wait(timeout=60)


def _wait_for(address):
    end = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            assert time.monotonic() < end, f"JupyterLab did not answer at {address} within {WAIT_SECONDS} s"
            time.sleep(0.5)


def test_a_slider_moves_the_number(lab):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "there is no chromium here: install Debian's package chromium (apt-get install chromium)"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 1800})
        page.set_default_timeout(WAIT_SECONDS * 1000)
        page.goto(lab)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext?.isReady")
        page.evaluate("async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells') }")
        shown = page.locator(".explored pre")
        shown.wait_for()
        before = shown.inner_text()
        assert re.search("Better grade than today: 0 people; worse: 0 people", before)
        readings = page.locator(".widget-slider .widget-readout")
        assert [int(text) for text in readings.all_inner_texts()] == [40, 25, 25, 10]
        page.locator(".widget-slider .noUi-handle").first.focus()
        page.keyboard.press("Home")  # workload to 0
        page.wait_for_function("before => document.querySelector('.explored pre').innerText !== before", arg=before)
        moved = [int(text) for text in readings.all_inner_texts()]
        assert moved[0] == 0
        assert sum(moved) == 100
        assert shown.inner_text() != before
        browser.close()
