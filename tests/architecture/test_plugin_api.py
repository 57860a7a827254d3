"""The interface that plugins are written against changes on purpose only."""

from __future__ import annotations

from plugin_api import KEPT, described


def test_the_interface_is_the_one_that_is_kept() -> None:
    kept, now = KEPT.read_text(encoding="utf-8").splitlines(), described().splitlines()
    gone = [line for line in kept if line not in now]
    new = [line for line in now if line not in kept]
    assert now == kept, (
        f"the plugin interface changed.\ngone: {gone}\nnew: {new}\n"
        "If it only grew, run `python tests/architecture/plugin_api.py --write`; "
        "what is gone or different breaks plugins, and needs the next major version"
    )
