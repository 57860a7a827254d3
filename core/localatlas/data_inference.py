"""The option classes, under the names of the Atlas SDK.

`model` (and `labeler`, `backend`) choose a plugin by name; the remaining fields go to that plugin's own
`Options`, which refuses what it does not know. None always means: let the plugin decide. Fields that are not
declared here are passed through, so that `ProjectionOptions(model="pacmap", MN_ratio=0.5)` works.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

__all__ = [
    "NomicDuplicatesOptions",
    "NomicEmbedOptions",
    "NomicTopicOptions",
    "ProjectionOptions",
    "StorageOptions",
]


class _PluginChoice(BaseModel):
    """Base of the option classes: fields of any plugin pass through."""

    model_config = ConfigDict(extra="allow", protected_namespaces=(), validate_assignment=True)

    def given(self) -> dict[str, Any]:
        """Return the fields that were set to something, extra ones included."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return {key: value for key, value in {**fields, **(self.model_extra or {})}.items() if value is not None}


class ProjectionOptions(_PluginChoice):
    """How the map is laid out.

    Attributes:
        model: the projector: "umap" or any other that is installed; None chooses by size.
        n_neighbors: neighbours per row that the layout keeps together.
        n_epochs: passes over the data.
        min_dist: how close two points may lie.
        spread: how far clumps spread.
        local_neighborhood_size: the rank up to which further neighbours pull too (nomic-project).
        rho: how fast a neighbour's pull falls with its rank (nomic-project).
    """

    model: str | None = None
    n_neighbors: int | None = None
    n_epochs: int | None = None
    min_dist: float | None = None
    spread: float | None = None
    local_neighborhood_size: int | None = None
    rho: float | None = None


class NomicTopicOptions(_PluginChoice):
    """How topics are found and named.

    Attributes:
        build_topic_model: False leaves topics out.
        topic_label_field: the column whose text names the topics; a text map falls back to its indexed field.
        cluster_method: kept from the SDK; "fast" is the only value.
        enforce_topic_hierarchy: kept from the SDK; topics are always nested here.
        model: the topic modeler; None is the built-in one.
        labeler: the topic labeler, by name or as an instance; None is the built-in one.
    """

    build_topic_model: bool = True
    topic_label_field: str | None = None
    cluster_method: str | None = None
    enforce_topic_hierarchy: bool | None = None
    model: str | None = None
    labeler: Any = None


class NomicDuplicatesOptions(_PluginChoice):
    """How duplicates are found.

    Attributes:
        tag_duplicates: False leaves them out.
        duplicate_cutoff: cosine distance in [0, 2] within which two rows say the same; None lets the plugin
            decide (0.1 in the built-in one).
        model: the duplicate detector; None is the built-in one.
    """

    tag_duplicates: bool = True
    duplicate_cutoff: float | None = None
    model: str | None = None


class NomicEmbedOptions(_PluginChoice):
    """What turns rows into vectors.

    Attributes:
        model: the embedder; None is the built-in one of the modality. An explicit name is that model or an error.
    """

    model: str | None = None


class StorageOptions(_PluginChoice):
    """Where datasets are kept.

    Attributes:
        backend: the storage backend's name; None chooses by the scheme of `address`.
        address: the home: a folder, `scheme://…`, or None for the configured home.
    """

    backend: str | None = None
    address: str | None = None
