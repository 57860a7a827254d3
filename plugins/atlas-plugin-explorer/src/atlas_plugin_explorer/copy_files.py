"""Where the files of a copy go: into a folder, or as elements into one HTML file."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import re
from pathlib import Path
from typing import BinaryIO, Protocol

__all__ = ["FolderCopy", "HtmlCopy", "Sink", "whole_page"]

POLICY = (
    "default-src 'none'; script-src {scripts}; style-src {styles}; img-src 'self' data: blob:; connect-src {connect}; "
    "worker-src {workers}; base-uri 'none'; form-action 'none'"
)
# Scripts of panels come as bytes, and only a script of the page can make an address of such.
PANELS = " blob:"
COPIED = re.compile(r"static/([\w.-]+)")
SCRIPT = re.compile(r'\s*<script type="module" src="static/([\w.-]+)"></script>')
WORKER = re.compile(r'<meta name="atlas-worker" content="static/([\w.-]+)" />')
STYLE = re.compile(r'<link rel="stylesheet" href="static/([\w.-]+)" />')
HEAD = '<meta charset="utf-8" />'


class Sink(Protocol):
    """Takes the files of a copy, the most urgent first."""

    def add(self, name: str, content: bytes) -> None:
        """Take one file."""
        ...


class FolderCopy:
    """A folder for any web host: the page, its bundle, and `data/<name>.bin`, compressed.

    The files have one ending that no host takes for compressed, and so none unpacks them on the way.
    """

    def __init__(self, folder: Path, static: Path, title: str, *, panels: bool) -> None:
        self._folder = folder
        page = (static / "copy.html").read_text("utf-8")
        for name in sorted({*COPIED.findall(page), "LICENSES.txt"}):
            self._write(f"static/{name}", (static / name).read_bytes())
        policy = POLICY.format(scripts="'self'" + PANELS * panels, styles="'self'", connect="'self'", workers="'self'")
        self._write("index.html", with_head(page, title, policy, "folder").encode())

    def add(self, name: str, content: bytes) -> None:
        """Take one file."""
        self._write(f"data/{name}.bin", packed(name, content))

    def _write(self, name: str, content: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


class HtmlCopy:
    """One HTML file that asks nobody for anything: its policy allows no request, and no script but its own."""

    def __init__(self, file: BinaryIO, static: Path, title: str, *, panels: bool) -> None:
        self._file = file
        start, end = whole_page(static, title, panels=panels)
        file.write(start.encode())
        self._end = end.encode()

    def add(self, name: str, content: bytes) -> None:
        """Take one file."""
        text = base64.b64encode(packed(name, content))
        self._file.write(b'<script type="application/gzip" id="%s">%s</script>\n' % (html.escape(name).encode(), text))

    def finish(self) -> None:
        """Write the end of the file."""
        self._file.write(self._end)


def whole_page(static: Path, title: str, stand_in: str | None = None, *, panels: bool) -> tuple[str, str]:
    """Return a page that carries the whole front end, in two parts: what is put between them is data.

    Args:
        static: the bundled front end.
        title: of the page.
        stand_in: the script that stands in for the server; by default that of a copy.
        panels: whether plugins may add some.
    """
    page = (static / "copy.html").read_text("utf-8")
    (style,) = ((static / name).read_text("utf-8") for name in STYLE.findall(page))
    offline, main = SCRIPT.findall(page)
    first, second = ((static / name).read_text("utf-8") for name in (stand_in or offline, main))
    # One script, so that it can start before the file is read to its end; each part keeps its names to itself.
    script = inert(f"(()=>{{{first}}})();\n{second}")
    policy = POLICY.format(
        scripts=digest(script) + PANELS * panels, styles=digest(style), connect="'none'", workers="data:"
    )
    workers = [inert((static / name).read_text("utf-8")) for name in WORKER.findall(page)]
    page = STYLE.sub(lambda _: f"<style>{style}</style>", SCRIPT.sub("", page))
    page = WORKER.sub('<meta name="atlas-worker" content="" />', with_head(page, title, policy, "inline"))
    start, end = page.split("</body>")
    programs = "".join(f'<script type="text/plain" id="worker">{worker}</script>\n' for worker in workers)
    licenses = (static / "LICENSES.txt").read_text("utf-8").replace("--", "- -")
    return f'{start}{programs}<script type="module" async>{script}</script>\n<!--\n{licenses}\n-->\n', f"</body>{end}"


def with_head(page: str, title: str, policy: str, carrier: str) -> str:
    """Return the page with its title, its policy and the word of where its files are."""
    page = page.replace("<title>localatlas</title>", f"<title>{html.escape(title)} · localatlas</title>")
    page = page.replace('<html lang="en">', f'<html lang="en" data-carrier="{carrier}">')
    # `content` is quoted with double quotes, of which a policy has none.
    return page.replace(HEAD, f'{HEAD}\n    <meta http-equiv="Content-Security-Policy" content="{policy}" />', 1)


def inert(script: str) -> str:
    """Return a script in which no text ends the element around it; the bundler sees to it already."""
    return re.sub("</(script)", r"<\\/\1", script, flags=re.IGNORECASE)


def digest(content: str) -> str:
    """Return what allows an inline element of this content, and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def packed(name: str, content: bytes) -> bytes:
    """Return a file compressed; the same content gives the same bytes."""
    return gzip.compress(content, 1 if name.endswith(".jpg") else 6, mtime=0)
