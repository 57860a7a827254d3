"""Storage on PostgreSQL: the backend `postgresql`."""

from __future__ import annotations

from atlas_plugin_postgres.options import PostgresStorageOptions
from atlas_plugin_postgres.storage import PostgresStorage

__all__ = ["PostgresStorage", "PostgresStorageOptions"]
