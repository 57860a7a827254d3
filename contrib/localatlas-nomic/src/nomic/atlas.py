"""`nomic.atlas`: one call from rows to a map."""

from typing import Any, NoReturn

from localatlas.atlas import map_data
from localatlas.errors import AtlasTypeError

__all__ = ["map_data", "map_embeddings", "map_text"]


def map_embeddings(*arguments: Any, **options: Any) -> NoReturn:
    """Say what to write instead; the SDK took this function away too.

    Raises:
        AtlasTypeError: always.
    """
    del arguments, options
    raise AtlasTypeError("map_embeddings is gone from the SDK; write atlas.map_data(embeddings=..., data=...)")


def map_text(*arguments: Any, **options: Any) -> NoReturn:
    """Say what to write instead; the SDK took this function away too.

    Raises:
        AtlasTypeError: always.
    """
    del arguments, options
    raise AtlasTypeError("map_text is gone from the SDK; write atlas.map_data(data=..., indexed_field=...)")
