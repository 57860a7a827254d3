"""What can be asked of a dataset without changing it."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from localatlas.home import Home
from localatlas.pipeline.records import DatasetRecord
from localatlas.protocols import DatasetStore
from localatlas.protocols.components import Modality
from localatlas.protocols.storage import BLOB_COLUMN, EMBEDDING_COLUMN
from localatlas.stored_map import user_columns

__all__ = ["DatasetFacts"]


class DatasetFacts:
    """The properties of a dataset; those of the rows are read anew each time."""

    _home: Home
    _record: DatasetRecord
    _store: DatasetStore

    @property
    def id(self) -> str:
        """A UUID."""
        return self._record.id

    @property
    def name(self) -> str:
        """The name as it was given."""
        return self._record.name

    @property
    def slug(self) -> str:
        """The name in addresses."""
        return self._record.slug

    @property
    def identifier(self) -> str:
        """`organization/slug`."""
        return f"{self._record.organization}/{self._record.slug}"

    @property
    def description(self) -> str:
        """The description."""
        return self._record.description

    @property
    def id_field(self) -> str | None:
        """The column of ids; None when rows are known by `_position_index`."""
        return self._record.unique_id_field

    @property
    def is_public(self) -> bool:
        """As recorded; a local home has one user."""
        return self._record.is_public

    @property
    def created_timestamp(self) -> datetime:
        """When the dataset was made, with time zone."""
        return self._record.created

    @property
    def home(self) -> str:
        """The address of the home."""
        return self._home.address

    @property
    def total_datums(self) -> int:
        """How many rows there are now."""
        return self._store.count()

    @property
    def schema(self) -> pa.Schema | None:
        """The user's columns; None before the first batch."""
        schema = self._store.schema()
        return None if schema is None else pa.schema([schema.field(name) for name in user_columns(schema)])

    @property
    def dataset_fields(self) -> list[str]:
        """The names of the user's columns."""
        return user_columns(self._store.schema())

    @property
    def modality(self) -> Modality | None:
        """What the first batch made it: "embedding", "image" or "text"; None before it."""
        schema = self._store.schema()
        if schema is None:
            return None
        if EMBEDDING_COLUMN in schema.names:
            return "embedding"
        return "image" if BLOB_COLUMN in schema.names else "text"

    @property
    def is_locked(self) -> bool:
        """Whether somebody changes the rows at this moment."""
        return self._store.is_locked()

    @property
    def is_accepting_data(self) -> bool:
        """Whether `add_data` would be let in at once; a running build does not lock the dataset."""
        return not self.is_locked
