"""A word for compiled loops that numba lacks: ask for a row now, to have it when its turn comes.

Rows that a loop jumps to wait for memory, one after the other. Asked for some turns ahead, they wait at the same time.

numba keeps a kernel compiled until the kernel's own file changes: who changes this one, empties its cache.

Importing this module imports numba; do it inside a working method.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

__all__ = ["ask_for"]

# What comes in one piece from memory, in numbers of 4 bytes; and after so many pieces the processor goes on by itself.
NUMBERS, PIECES = 16, 12

_inlined = numba.njit(inline="always", error_model="numpy")


def _fetching(typing: Any, table: Any, row: Any, column: Any) -> Any:
    """Have the processor fetch the place of a number; a place outside the table does no harm."""
    del typing

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        array = context.make_array(kind)(context, builder, arguments[0])
        place = cgutils.get_item_pointer(context, builder, kind, array, arguments[1:])  # type: ignore[no-untyped-call]
        byte, word = ir.PointerType(ir.IntType(8)), ir.IntType(32)
        asked = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", (byte,), asked)
        # To be read, from every cache, and data.
        builder.call(fetch, [builder.bitcast(place, byte), word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(table, row, column), generate


_fetch: Any = intrinsic(_fetching)


@_inlined
def ask_for(table: Any, row: Any) -> None:
    """Ask for the first numbers of a row of `table` [N, D], of 4 bytes each."""
    for piece in range(min(PIECES, (table.shape[1] + NUMBERS - 1) // NUMBERS)):
        _fetch(table, np.int64(row), np.int64(piece * NUMBERS))
