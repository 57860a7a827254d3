"""What mkdocs does not know by itself: the navigation, links out of docs/, and pages that are made from the code.

docs/ stays plain Markdown that is read as it lies in the repository. `docs/index.md` names every page, in order, and is
the one source of the navigation.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))

from reference import options_page, plugin_page, plugins, protocols_page  # noqa: E402  found by the line above

TABS = {
    "Tutorials: learn by doing": "Tutorials",
    "How-to guides: do one thing": "How-to guides",
    "Reference: look it up": "Reference",
    "Explanation: know why": "Explanation",
}
LISTED = re.compile(r"^\| \[(.+?)\]\((\w+/[\w-]+\.md)\)", re.MULTILINE)
README = re.compile(r"\]\((?:\.\./)+(?:plugins|contrib)/([\w-]+)/README\.md(#[\w-]+)?\)")
FILE = re.compile(r"^```(\w+) file=(\S+)$", re.MULTILINE)
MADE = {
    "reference/options.md": ("Options", options_page),
    "reference/protocols.md": ("Protocols", protocols_page),
}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read the navigation from the tables of docs/index.md."""
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    nav: list[dict[str, Any]] = [{"Home": "index.md"}]
    for section in text.split("\n## ")[1:]:
        heading = section.partition("\n")[0]
        pages = [{title: path} for title, path in LISTED.findall(section)]
        if heading == "Reference: look it up":
            pages += [{title: path} for path, (title, _) in MADE.items()]
        nav.append({TABS[heading]: pages})
    nav.append({"Plugins": [{plugin.name.removeprefix("atlas-plugin-"): _path(plugin)} for plugin in plugins()]})
    config.nav = nav
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made from the code and from the plugins' READMEs."""
    for plugin in plugins():
        files.append(File.generated(config, _path(plugin), content=plugin_page(plugin)))
    for path, (_, page) in MADE.items():
        files.append(File.generated(config, path, content=page()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links to a plugin's README to its page, and write blocks as the highlighter reads them."""
    del config, files
    up = "../" * page.file.src_uri.count("/")
    text = README.sub(lambda found: f"]({up}plugins/{found[1]}.md{found[2] or ''})", markdown)
    text = text.replace("```python notest\n", "```python\n").replace("```text output\n", "``` { .text .output }\n")
    text = FILE.sub(r'```\1 title="\2"', text)
    if page.file.src_uri == "index.md":
        page.meta["hide"] = ["navigation", "toc"]
        # The hero says what the page's own opening says, with a picture.
        return (HERE / "hero.html").read_text(encoding="utf-8") + "## " + text.partition("\n## ")[2]
    return text


def _path(plugin: Path) -> str:
    return f"plugins/{plugin.name}.md"
