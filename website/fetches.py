"""Fails when a page of the built site would load anything from elsewhere: python website/fetches.py FOLDER."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

__all__ = ["fetched", "main"]

# What a browser loads by itself; a link that a reader may follow is no fetch.
LOADS = {
    ("script", "src"),
    ("img", "src"),
    ("img", "srcset"),
    ("iframe", "src"),
    ("source", "src"),
    ("video", "src"),
    ("object", "data"),
    ("embed", "src"),
    ("use", "href"),
    ("image", "href"),
}
LINKS = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "modulepreload", "manifest", "dns-prefetch"}
ELSEWHERE = re.compile(r"^\s*(https?:)?//", re.IGNORECASE)
IN_STYLE = re.compile(r"""(?:url\(|@import)\s*["']?\s*((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)


class _Loads(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a tag makes the browser load."""
        given = {name: value or "" for name, value in attrs}
        loads = [value for name, value in given.items() if (tag, name) in LOADS]
        if tag == "link" and LINKS & set(given.get("rel", "").split()):
            loads.append(given.get("href", ""))
        self.found += [value for value in loads if ELSEWHERE.match(value)]
        self.found += IN_STYLE.findall(given.get("style", ""))


def fetched(file: Path) -> list[str]:
    """Return the addresses that a page or a style sheet would load from elsewhere."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".css":
        return IN_STYLE.findall(text)
    parser = _Loads()
    parser.feed(text)
    return parser.found + IN_STYLE.findall("".join(re.findall(r"<style[^>]*>(.*?)</style>", text, re.DOTALL)))


def main(folder: Path) -> int:
    """Print what pages would load from elsewhere, and return the exit status."""
    files = [path for suffix in ("html", "css") for path in sorted(folder.rglob(f"*.{suffix}"))]
    faults = [f"{file.relative_to(folder)}: {address}" for file in files for address in fetched(file)]
    sys.stdout.write("\n".join([*faults, f"{len(files)} files, {len(faults)} fetches from elsewhere"]) + "\n")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
