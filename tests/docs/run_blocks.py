"""Runs the Python blocks of one page in order, in one namespace, and compares what they print with what the page says.

Called by `test_blocks.py` in a process of its own: `python run_blocks.py PAGE`.
"""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType

from fences import expected_output, fences, runs

DIFFERS = 2


def main(page: Path) -> int:
    """Run a page and return the exit status; a block that raises ends the process with its traceback."""
    found = fences(page)
    # As in a script or a notebook: what a page defines can be pickled by its name.
    module = sys.modules["__main__"] = ModuleType("__main__")
    status = 0
    for number, fence in enumerate(found):
        if not runs(fence):
            continue
        # The empty lines make a traceback name the page's own lines.
        code = compile("\n" * (fence.line - 1) + fence.text, str(page), "exec")
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(code, vars(module))  # noqa: S102  running the documentation is what this is for
        wanted = expected_output(found[number + 1 :])
        if wanted is not None and _plain(wanted) != _plain(printed.getvalue()):
            sys.stderr.write(f"{page}:{fence.line} printed\n{printed.getvalue()}\nand the page says\n{wanted}\n")
            status = DIFFERS
    return status


def _plain(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
