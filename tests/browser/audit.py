"""Audits what a page shows for people who use a keyboard, a screen reader, or need contrast (axe-core)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from map_page import MapPage

__all__ = ["audit"]

# Comes with the front end's development tools: `npm install` in web/. It is neither bundled nor committed.
AXE = Path(__file__).parents[2] / "plugins/atlas-plugin-explorer/web/node_modules/axe-core/axe.min.js"
RUN = """
const done = arguments[arguments.length - 1];
// What fades in or out is looked at when it has.
Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null))).then(() => axe.run(document, {
  resultTypes: ['violations'],
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
})).then((found) => done(found.violations.flatMap(({id, help, nodes}) => nodes.map((node) =>
  `${id}: ${help}\\n    ${node.target.join(' ')}\\n    ${node.failureSummary.replaceAll('\\n', '\\n    ')}`
))), (error) => done(['axe: ' + error]));
"""


def audit(page: MapPage) -> list[str]:
    """Return what is wrong with what the page shows now, in words; each with the element and what would mend it."""
    if not AXE.is_file():
        pytest.fail("axe-core is not there; run `npm install --no-package-lock` in plugins/atlas-plugin-explorer/web")
    if not page.driver.execute_script("return 'axe' in window"):
        page.driver.execute_script(AXE.read_text("utf-8"))
    found: Any = page.driver.execute_async_script(RUN)
    return [str(one) for one in found]
