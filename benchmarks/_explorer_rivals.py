"""The same points in datamapplot's and embedding-atlas's pages, both made to work without a network.

`python` is an interpreter that has the library. datamapplot fetches its libraries from a CDN; the same files come from
npm's registry and are put where its `offline_mode` looks for them. embedding-atlas exports a folder for a web host.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import gzip
import http.server
import json
import os
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from _explorer_points import Points

__all__ = ["Host", "datamapplot", "embedding_atlas", "served"]

UNPKG = "https://unpkg.com"
# Where datamapplot looks for a library, its package on npm's registry, and the file in it.
LIBRARIES = (
    (f"{UNPKG}/deck.gl@9.1/dist.min.js", "deck.gl@9.1", "dist.min.js"),
    (f"{UNPKG}/apache-arrow@latest/Arrow.es2015.min.js", "apache-arrow", "Arrow.es2015.min.js"),
    (f"{UNPKG}/d3@latest/dist/d3.min.js", "d3", "dist/d3.min.js"),
    (f"{UNPKG}/jquery@3.7.1/dist/jquery.min.js", "jquery@3.7.1", "dist/jquery.min.js"),
    (f"{UNPKG}/d3-cloud@1.2.7/build/d3.layout.cloud.js", "d3-cloud@1.2.7", "build/d3.layout.cloud.js"),
)
DATAMAPPLOT = """
import sys, numpy as np, datamapplot
points, labels = np.load(sys.argv[1]), np.load(sys.argv[2])
plot = datamapplot.create_interactive_plot(
    points, labels, inline_data=True, enable_search=False, noise_label="Unlabelled", offline_mode=True)
plot.save(sys.argv[3])
"""


def datamapplot(python: str, points: Points, folder: Path) -> Path:
    """Write datamapplot's page of the points as one offline file, and return its folder."""
    page, data = folder / "datamapplot" / "index.html", folder / "data"
    page.parent.mkdir(exist_ok=True)
    cache = data / "datamapplot"
    cache.mkdir(parents=True, exist_ok=True)
    if not (cache / "datamapplot_js_encoded.json").is_file():
        (cache / "datamapplot_css_encoded.json").write_text("{}")
        (cache / "datamapplot_fonts_encoded.json").write_text("{}")
        (cache / "datamapplot_js_encoded.json").write_text(json.dumps(libraries(folder)))
    arrays = [folder / "points.npy", folder / "labels.npy"]
    np.save(arrays[0], points.map.layout.positions)
    np.save(arrays[1], points.labels())
    command = [python, "-c", DATAMAPPLOT, *map(str, arrays), str(page)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "XDG_DATA_HOME": str(data)})
    return page.parent


def libraries(folder: Path) -> dict[str, dict[str, str]]:
    """Return datamapplot's libraries as its cache has them, from npm's registry."""
    found = {}
    for address, package, name in LIBRARIES:
        packed = subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True)  # noqa: S607
        with tarfile.open(folder / packed.stdout.decode().split()[-1]) as files:
            member = files.extractfile(f"package/{name}")
            content = member.read() if member else b""
        parts = urlsplit(address)
        called = f"{parts.netloc.replace('.', '_')}_{parts.path.split('/')[-1].replace('.', '_')}"
        found[address] = {"encoded_content": base64.b64encode(content).decode(), "name": called}
    return found


def embedding_atlas(python: str, points: Points, folder: Path) -> Path:
    """Write embedding-atlas's page of the points as a folder, and return it."""
    table, target = folder / "points.parquet", folder / "embedding-atlas"
    points.table(table)
    program = str(Path(python).with_name("embedding-atlas"))
    where = ["--x", "x", "--y", "y", "--text", points.text, "--disable-projection"]
    command = [program, str(table), *where, "--export-application", str(target)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "XDG_CACHE_HOME": str(folder)})
    return target


class Host:
    """Serves a folder on the loopback, compressed, as a web host does, and counts what went out."""

    def __init__(self, folder: Path) -> None:
        handler = functools.partial(Handler, directory=str(folder))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        Handler.sent = 0
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def sent(self) -> int:
        """How many bytes went out."""
        return Handler.sent

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()


class Handler(http.server.SimpleHTTPRequestHandler):
    """Says nothing; packs what it sends once."""

    sent = 0

    def do_GET(self) -> None:
        """Send a file."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        content = pack(str(path), path.stat().st_mtime_ns)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        Handler.sent += len(content)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@functools.cache
def pack(path: str, changed: int) -> bytes:  # noqa: ARG001  a file that was written anew is another
    """Return a file compressed."""
    return gzip.compress(Path(path).read_bytes(), 5)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Host]:
    """Serve a folder; what is large is packed before anybody asks."""
    for file in folder.rglob("*"):
        if file.is_file():
            pack(str(file), file.stat().st_mtime_ns)
    host = Host(folder)
    try:
        yield host
    finally:
        host.stop()
