"""Runs the Python blocks of one page in order, in one namespace, and compares what they print with what the page says.

Called by `test_blocks.py` in a process of its own: `python run_blocks.py PAGE`; by `walking.py` for some of a page's
blocks: `python run_blocks.py PAGE FIRST_LINE LAST_LINE`.
"""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType

from fences import agrees, expected_output, fences, runs

DIFFERS = 2


def main(page: Path, first: int = 0, last: int = sys.maxsize) -> int:
    """Run the blocks that begin in these lines and return the exit status.

    A block that raises ends the process with its traceback.
    """
    found = fences(page)
    # As in a script or a notebook: what a page defines can be pickled by its name.
    module = sys.modules["__main__"] = ModuleType("__main__")
    status = 0
    for number, fence in enumerate(found):
        if not runs(fence) or not first <= fence.line <= last:
            continue
        # The empty lines make a traceback name the page's own lines.
        code = compile("\n" * (fence.line - 1) + fence.text, str(page), "exec")
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(code, vars(module))  # noqa: S102  running the documentation is what this is for
        wanted = expected_output(found[number + 1 :])
        if wanted is not None and not agrees(wanted, printed.getvalue()):
            sys.stderr.write(f"{page}:{fence.line} printed\n{printed.getvalue()}\nand the page says\n{wanted}\n")
            status = DIFFERS
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *map(int, sys.argv[2:])))
