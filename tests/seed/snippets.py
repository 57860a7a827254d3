"""The snippets of `reference.md`, by page and name, ready to run under either module name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["CSV", "PAGE", "Seed", "read"]

PAGE = Path(__file__).with_name("reference.md")
# The reference's only data file; tests put a local one in its place.
CSV = "https://docs.nomic.ai/singapore_airlines_reviews.csv"

_SECTION = re.compile(r"^### (?P<name>.+?)\n+```(?P<kind>\w+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
_IMPORT = re.compile(r"^(from|import) nomic\b", re.MULTILINE)


def read(kind: str = "python") -> dict[str, str]:
    """Return the snippets of one kind by name."""
    found = list(_SECTION.finditer(PAGE.read_text(encoding="utf-8")))
    names = [each["name"] for each in found]
    assert len(names) == len(set(names)), "a name stands for one snippet"
    return {each["name"]: each["code"] for each in found if each["kind"] == kind}


@dataclass(frozen=True)
class Seed:
    """Runs snippets under one module name.

    Attributes:
        package: "localatlas" or "nomic".
        csv: the file that stands in for the reference's.
    """

    package: str
    csv: Path

    def run(
        self, *names: str, imports: str = "", replace: Mapping[str, object] | None = None, **given: Any
    ) -> Mapping[str, Any]:
        """Run snippets one after the other in one namespace, and return it.

        Args:
            names: of the snippets.
            imports: what the reference forgot to import.
            replace: paths that stand in the reference for files of the reader's own.
            given: what the reference calls `your_...`.
        """
        namespace: dict[str, Any] = {"__name__": "__main__", **given}
        for name in names:
            code = f"{imports}\n{read()[name]}"
            for text, ours in {CSV: self.csv.as_posix(), **(replace or {})}.items():
                code = code.replace(text, str(ours))
            code = _IMPORT.sub(rf"\1 {self.package}", code)
            exec(compile(code, f"{PAGE.name}: {name}", "exec"), namespace)  # noqa: S102  this is what the folder is for
        return namespace
