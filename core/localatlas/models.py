"""Models whose weights come with no package: the names that the SDK documents, and where weights are looked for.

A name means that model or an error, never a stand-in. Weights lie in a folder as the Hugging Face hub keeps them
(config.json, *.safetensors, ...); this module finds such folders and never opens a network connection.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from localatlas import defaults
from localatlas.config import settings
from localatlas.errors import ModelNotAvailableError
from localatlas.paths import expanded
from localatlas.protocols.components import Modality

__all__ = [
    "DOCUMENTED",
    "NEEDED",
    "KnownModel",
    "Place",
    "SupportsFetch",
    "SupportsRelease",
    "SupportsTokenCount",
    "added",
    "added_models",
    "hub_cache",
    "locate",
    "missing_from",
    "names",
    "not_available",
    "places",
]

SENTENCE_TRANSFORMERS = "atlas-plugin-sentence-transformers"
NEEDED = ("config.json", "*.safetensors")
"""The files, as patterns, without which a folder is no model."""


@dataclass(frozen=True)
class KnownModel:
    """A model that the SDK documents by name.

    Attributes:
        name: what the option classes say.
        repository: its name on the Hugging Face hub.
        modality: what it embeds.
        plugin: the distribution that runs it; "" if none does.
    """

    name: str
    repository: str
    modality: Modality
    plugin: str = SENTENCE_TRANSFORMERS


DOCUMENTED: Mapping[str, KnownModel] = MappingProxyType(
    {
        model.name: model
        for model in (
            KnownModel("nomic-embed-text-v1", "nomic-ai/nomic-embed-text-v1", "text"),
            KnownModel("nomic-embed-text-v1.5", "nomic-ai/nomic-embed-text-v1.5", "text"),
            KnownModel("nomic-embed-text-v2", "nomic-ai/nomic-embed-text-v2-moe", "text", plugin=""),
            KnownModel("nomic-embed-code", "nomic-ai/nomic-embed-code", "text", plugin=""),
            KnownModel("nomic-embed-vision-v1", "nomic-ai/nomic-embed-vision-v1", "image"),
            KnownModel("nomic-embed-vision-v1.5", "nomic-ai/nomic-embed-vision-v1.5", "image"),
            KnownModel("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2", "text"),
            # The copy for transformers' own code; the first publication needs code that comes with it.
            KnownModel("gte-multilingual-base", "alibaba-nlp-community/gte-multilingual-base", "text"),
        )
    }
)
"""The names of the SDK's reference and of its server's interface."""


@dataclass(frozen=True)
class Place:
    """Somewhere that weights were looked for.

    Attributes:
        label: how a message names it.
        path: the folder with the weights; None if they are not there.
        note: why not.
    """

    label: str
    path: Path | None = None
    note: str = ""

    def __str__(self) -> str:
        return f"{self.label} ({self.note})" if self.path is None else f"{self.label}: {self.path}"


@runtime_checkable
class SupportsFetch(Protocol):
    """An embedder whose weights can be brought from the hub."""

    def fetch(self, folder: Path) -> None:
        """Bring the weights into an empty folder.

        Raises:
            ModelNotAvailableError: the hub cannot be reached or does not have them, or `offline` is set.
        """
        ...


@runtime_checkable
class SupportsTokenCount(Protocol):
    """An embedder that can tell how many tokens it reads of some texts."""

    def count_tokens(self, texts: Sequence[str]) -> int:
        """Return the number of tokens, marks and prefixes included, what is cut off left out."""
        ...


@runtime_checkable
class SupportsRelease(Protocol):
    """An embedder class that holds weights in memory between calls."""

    @classmethod
    def release(cls) -> None:
        """Forget all weights that this process holds; the next use loads them again."""
        ...


def added_models() -> Path:
    """Return the folder of the models that `localatlas models add` was told of, whether it is there or not."""
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "localatlas" / "models"


def added() -> list[str]:
    """Return the names of the models that were added, sorted."""
    folder = added_models()
    found: list[str] = []
    for path in [*folder.glob("*/config.json"), *folder.glob("*/*/config.json")]:
        parts = path.parent.relative_to(folder).parts
        # What is being unpacked begins with a dot; folders within a model are no models.
        hidden, within = any(part.startswith(".") for part in parts), parts[0] in found and len(parts) > 1
        if not (hidden or within):
            found.append("/".join(parts))
    return sorted(found)


def names() -> list[str]:
    """Return the names that the SDK documents, then those that were added besides."""
    return [*DOCUMENTED, *(name for name in added() if name not in DOCUMENTED)]


def hub_cache() -> Path:
    """Return the folder in which Hugging Face's libraries keep what they fetched."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if os.environ.get(variable):
            return expanded(os.environ[variable])
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return expanded(os.environ.get("HF_HOME") or caches / "huggingface") / "hub"


def places(name: str, repository: str = "", needs: Sequence[str] = NEEDED) -> list[Place]:
    """Return where the weights of a model are looked for on this machine, in order, and what was found there."""
    chosen = os.environ.get("LOCALATLAS_MODEL_DIR")
    found = [_in_folder("LOCALATLAS_MODEL_DIR", expanded(chosen) if chosen else None, name, needs)]
    found.append(_in_folder("added models", added_models(), name, needs))
    if repository:
        found.append(_in_hub_cache(repository, needs))
    return found


def locate(name: str, repository: str = "", needs: Sequence[str] = NEEDED) -> Path | None:
    """Return the folder with the weights of a model, without any network; None if they are not here."""
    return next((place.path for place in places(name, repository, needs) if place.path is not None), None)


def not_available(
    name: str,
    modality: Modality,
    repository: str = "",
    needs: Sequence[str] = NEEDED,
    *,
    installed: bool = True,
    reason: str = "",
    hub: str = "",
) -> ModelNotAvailableError:
    """Return the error that says what is missing, where it was looked for, and the ways out.

    Args:
        name: the model.
        modality: what it embeds: decides which built-in model is the first way out.
        repository: its name on the hub.
        needs: the files without which a folder is no model.
        installed: whether a plugin that runs it is installed.
        reason: what is missing, if it is neither the weights nor the plugin.
        hub: what came of asking the hub, if it was asked.
    """
    looked = [str(place) for place in places(name, repository, needs)]
    looked.append(f"the Hugging Face hub ({hub or _why_not_the_hub()})")
    known = DOCUMENTED.get(name)
    missing = "" if installed else known.plugin if known else SENTENCE_TRANSFORMERS
    what = reason or f"the weights of {name!r} are not on this machine"
    if not installed:
        what = f"no plugin that is installed here runs {name!r}{f' ({missing} does)' if missing else ''}"
    ways = [f'use the built-in model:  embedding_model="{defaults.embedder(modality)}"']
    if modality == "image":
        ways[0] += "  (text and image vectors then do not share a space)"
    ways += [f"install what runs it:    pip install {missing}"] if missing else []
    ways += _ways_to_weights(name) if installed or missing else []
    ways.append("bring vectors:           map_data(embeddings=...)")
    numbered = "\n             ".join(f"{number}. {way}" for number, way in enumerate(ways, start=1))
    return ModelNotAvailableError(
        f"{what}, and nothing was embedded.\n  looked in: {', '.join(looked)}\n  ways out:  {numbered}"
    )


def _ways_to_weights(name: str) -> list[str]:
    add = f"localatlas models add {name}"
    return [
        f"point at a copy:         {add} /path/to/folder",
        f"on a connected machine:  localatlas models fetch {name} -o model.tar; carry it over, and {add} model.tar",
    ]


def _why_not_the_hub() -> str:
    return "forbidden by LOCALATLAS_OFFLINE" if settings().offline else "not asked"


def _in_folder(label: str, folder: Path | None, name: str, needs: Sequence[str]) -> Place:
    if folder is None:
        return Place(label, note="unset")
    model = folder / name
    if not model.is_dir():
        return Place(label, note=f"no {name} in {folder}" if folder.is_dir() else f"{folder} is not there")
    missing = missing_from(model, needs)
    return Place(label, note=f"{model} lacks {missing}") if missing else Place(label, model)


def _in_hub_cache(repository: str, needs: Sequence[str]) -> Place:
    kept = hub_cache() / f"models--{repository.replace('/', '--')}"
    label, main = str(hub_cache()), kept / "refs" / "main"
    snapshots = sorted(kept.glob("snapshots/*"), key=lambda path: path.stat().st_mtime, reverse=True)
    if main.is_file():
        # What the hub's own libraries would take comes first.
        commit = main.read_text(encoding="utf-8").strip()
        snapshots.sort(key=lambda path: path.name != commit)
    whole = [snapshot for snapshot in snapshots if not missing_from(snapshot, needs)]
    if whole:
        return Place(label, whole[0])
    unfinished = f"the snapshot of {repository} lacks {missing_from(snapshots[0], needs)}" if snapshots else ""
    return Place(label, note=unfinished or f"no snapshot of {repository}")


def missing_from(folder: Path, needs: Sequence[str] = NEEDED) -> str:
    """Return the first pattern of files without which a folder is no model, if it lacks one, else an empty string."""
    return next((pattern for pattern in needs if not any(path.is_file() for path in folder.glob(pattern))), "")
