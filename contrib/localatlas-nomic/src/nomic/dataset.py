"""`nomic.dataset`: datasets, indices and maps."""

from typing import NoReturn

from localatlas import AtlasUser
from localatlas.dataset import AtlasDataset, AtlasIndex, AtlasProjection

from nomic.left_out import explain

__all__ = ["AtlasClass", "AtlasDataset", "AtlasIndex", "AtlasProjection", "AtlasUser"]

# In the SDK, the base of whatever talks to the server; what is left of it without one is the user.
AtlasClass = AtlasUser


def __getattr__(name: str) -> NoReturn:
    explain(f"nomic.dataset.{name}")
