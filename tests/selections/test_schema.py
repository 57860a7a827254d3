"""The JSON Schema of the language: links that were shared must stay readable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from localatlas import selections as s
from localatlas.selections.tree import KINDS

STORED = Path(__file__).with_name("schema.json")


def plain(schema: Any) -> Any:
    """Return a schema without its words, which may change."""
    if isinstance(schema, dict):
        return {
            key: plain(value)
            for key, value in schema.items()
            if not (key in ("title", "description") and isinstance(value, str))
        }
    return [plain(value) for value in schema] if isinstance(schema, list) else schema


def test_the_schema_is_what_it_was() -> None:
    now = json.dumps(plain(s.json_schema()), indent=1, sort_keys=True) + "\n"
    assert now == STORED.read_text(encoding="utf-8"), (
        f"if the language is meant to change, {STORED.name} must be:\n{now}"
    )


def test_every_type_is_a_branch_of_the_schema() -> None:
    schema = s.json_schema()
    assert set(schema["discriminator"]["mapping"]) == {str(kind.model_fields["type"].default) for kind in KINDS}
    assert all(branch["additionalProperties"] is False for branch in schema["$defs"].values())
