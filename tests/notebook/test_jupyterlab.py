"""The map in a real JupyterLab: a real kernel, a real Chromium. Run by `nox -s notebook`; not part of CI's sessions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from localatlas import AtlasDataset, configure
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = pytest.mark.browser
Seen = TypeVar("Seen")
KINDS = [(color, fruit) for color in ("red", "green") for fruit in ("apple", "pear")]
TEXTS = [f"{color} {fruit} {what}" for color, fruit in KINDS for what in ("pie", "jam", "tea")]
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--window-size=1400,1000")
SHOW = """from localatlas import AtlasDataset
from localatlas import selections as s
shown = AtlasDataset("jams").maps[0].widget(height=500)
shown"""
CELLS = [
    SHOW,
    "shown.selection = s.contains('jam')",
    "print('READ', shown.count, shown.ids, shown.row)",
    "shown.ids = ['r0', 'r7']",
    "print('READ', shown.count, shown.ids, shown.row)",
]
OPTIONS = (
    "--no-browser",
    "--allow-root",
    "--ip=127.0.0.1",
    "--port=0",
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)
RUN = """
const [number, done] = arguments, panel = jupyterapp.shell.currentWidget;
panel.content.activeCellIndex = number;
jupyterapp.commands.execute("notebook:run-cell").then(() => done(true), (error) => done(String(error)));
"""
OUTPUT = "return jupyterapp.shell.currentWidget.content.widgets[arguments[0]].outputArea.node.textContent"
READY = "return Boolean(window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle')"
FRAME = "return jupyterapp.shell.currentWidget.content.widgets[0].outputArea.node.querySelector('iframe')"
DRAWN = "return document.querySelector('#map')?.dataset.state === 'resting'"
COUNT = "return Number(document.querySelector('#selected[aria-busy=false]')?.dataset.count ?? -1)"
TYPED = """
const box = document.querySelector('#search');
box.focus(); box.value = arguments[0]; box.dispatchEvent(new InputEvent('input', {bubbles: true}));
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a map of twelve rows."""
    place = tmp_path_factory.mktemp("home")
    configure(home=str(place), seed=3)
    try:
        dataset = AtlasDataset("jams", unique_id_field="id")
        dataset.add_data([{"id": f"r{row}", "text": text} for row, text in enumerate(TEXTS)])
        dataset.create_index(indexed_field="text", progress=False)
    finally:
        configure(home=None, seed=None)
    return place


@pytest.fixture(scope="module")
def lab(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A JupyterLab with settings of its own, and the address of the notebook in it."""
    folder = tmp_path_factory.mktemp("lab")
    empty = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**empty, "id": f"c{at}", "source": text} for at, text in enumerate(CELLS)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (folder / "map.ipynb").write_text(json.dumps(book), "utf-8")
    own = {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    command = [sys.executable, "-m", "jupyterlab", *OPTIONS, f"--ServerApp.root_dir={folder}"]
    environment = os.environ | own | {"LOCALATLAS_HOME": str(home)}
    with (folder / "log").open("wb") as log, subprocess.Popen(command, env=environment, stdout=log, stderr=log) as lab:
        try:
            told = wait_for(
                lambda: next((folder / "runtime").glob("jpserver-*.json"), None), (folder / "log").read_text
            )
            said = json.loads(told.read_text())
            yield f"{said['url']}lab/tree/map.ipynb?token={said['token']}"
        finally:
            lab.terminate()


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A Chromium; a missing one is a failure, not a reason to skip."""
    program, controller = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or controller is None:
        pytest.fail("this needs `chromium` and `chromedriver`; on Debian: apt-get install chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(controller))
    yield started
    started.quit()


def wait_for(look: Callable[[], Seen], said: Callable[[], object], seconds: float = 120.0) -> Any:
    """Wait until something is seen, and return it."""
    try:
        return WebDriverWait(None, seconds, 0.1, ignored_exceptions=(OSError, ValueError)).until(lambda _: look())  # type: ignore[type-var]
    except Exception as error:
        raise AssertionError(f"{said()}") from error


class Notebook:
    """The notebook in the browser."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def run(self, number: int) -> str:
        """Run a cell to its end and return what it printed."""
        self.driver.switch_to.default_content()
        assert self.driver.execute_async_script(RUN, number) is True
        printed: str = self.driver.execute_script(OUTPUT, number)
        return printed

    def in_map(self, script: str, wanted: object) -> None:
        """Wait until a script, run in the map's frame, gives what is wanted."""
        self.driver.switch_to.default_content()
        self.driver.switch_to.frame(wait_for(lambda: self.driver.execute_script(FRAME), lambda: "no frame"))
        seen: list[Any] = []

        def look() -> bool:
            seen.append(self.driver.execute_script(script))
            return bool(seen[-1] == wanted)

        wait_for(look, lambda: f"{script} gives {seen[-1:]}, not {wanted}", 60.0)


def test_the_selection_is_read_and_set_from_python(lab: str, driver: webdriver.Chrome) -> None:
    driver.set_script_timeout(120)
    driver.get(lab)
    wait_for(lambda: driver.execute_script(READY), lambda: "the notebook has no kernel")
    notebook = Notebook(driver)
    notebook.run(0)
    notebook.in_map(DRAWN, wanted=True)
    notebook.run(1)
    notebook.in_map(COUNT, 4)
    assert notebook.run(2).strip() == "READ 4 ['r1', 'r4', 'r7', 'r10'] None"
    notebook.run(3)
    notebook.in_map(COUNT, 2)
    assert notebook.run(4).strip() == "READ 2 ['r0', 'r7'] None"
    # And the other way: what is searched and opened in the page is known in Python.
    notebook.in_map("document.querySelector('#clear-selection').click(); return 1", 1)
    notebook.in_map(COUNT, 12)
    driver.execute_script("location.hash = 'row=3'")
    notebook.in_map("return document.querySelector('#detail')?.dataset.row", "3")
    driver.execute_script(TYPED, "pear")
    notebook.in_map(COUNT, 6)
    assert notebook.run(4).strip() == "READ 6 ['r3', 'r4', 'r5', 'r9', 'r10', 'r11'] 3"
    severe = [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE" and "srcdoc" in str(entry)]
    assert severe == []
