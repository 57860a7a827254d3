"""Every error that localatlas raises on purpose.

    AtlasError
    ├── AtlasValueError (ValueError)          an argument, an option or a row is not acceptable
    │   ├── InvalidDataError                  rows, ids, embeddings or blobs of a batch
    │   ├── InvalidOptionError                an option of `create_index`, `map_data` or a plugin
    │   └── InvalidIdentifierError            the name of a dataset
    ├── AtlasTypeError (TypeError)            an argument of a type that is not taken
    ├── AtlasLookupError (LookupError)        something that was named is not there
    │   ├── DatasetNotFoundError
    │   ├── IndexNotFoundError
    │   ├── MapNotFoundError (also ValueError, as the SDK's reference says)
    │   ├── RowNotFoundError
    │   ├── UnknownPluginError                no plugin of that kind has that name
    │   └── ModelNotAvailableError            the weights of a model are not on this machine
    ├── DatasetExistsError                    created twice
    ├── DatasetLockedError                    somebody else holds the dataset's lock
    ├── PluginError                           always names the plugin, its distribution and version
    │   ├── AmbiguousPluginError              two distributions give one name
    │   ├── PluginLoadError                   importing the plugin failed
    │   ├── PluginContractError               what it returned breaks its protocol
    │   └── PluginFailedError                 it raised while it worked
    ├── BuildError                            a build did not finish
    │   └── BuildCancelled                    because it was asked to stop
    ├── NotReadyError                         the map or this part of it has not been built
    ├── ServiceError                          a service that a plugin asks refused, or did not answer
    └── StorageError                          the home cannot be read or written

A message says what was wrong, with which value and plugin, what is accepted and what to do next.
Errors of a user's making derive from the built-in type that fits, so that `except ValueError` works.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "AmbiguousPluginError",
    "AtlasError",
    "AtlasLookupError",
    "AtlasTypeError",
    "AtlasValueError",
    "BuildCancelled",
    "BuildError",
    "DatasetExistsError",
    "DatasetLockedError",
    "DatasetNotFoundError",
    "IndexNotFoundError",
    "InvalidDataError",
    "InvalidIdentifierError",
    "InvalidOptionError",
    "MapNotFoundError",
    "ModelNotAvailableError",
    "NotReadyError",
    "PluginContractError",
    "PluginError",
    "PluginFailedError",
    "PluginLoadError",
    "RowNotFoundError",
    "ServiceError",
    "StorageError",
    "UnknownPluginError",
    "listing",
    "suggestion",
]

# At 0.6 difflib answers 'umap' to 'trimap'; 0.7 keeps real typing errors and little else.
SUGGESTION_CUTOFF = 0.7
SHOWN_VALUES = 5


class AtlasError(Exception):
    """Base of every error that localatlas raises on purpose."""


class AtlasValueError(AtlasError, ValueError):
    """An argument, an option or a row is not acceptable."""


class InvalidDataError(AtlasValueError):
    """A batch of rows was refused; nothing of it was written."""


class InvalidOptionError(AtlasValueError):
    """An option is unknown or out of range; nothing was written."""


class InvalidIdentifierError(AtlasValueError):
    """The name of a dataset cannot be used."""


class AtlasTypeError(AtlasError, TypeError):
    """An argument has a type that is not taken."""


class AtlasLookupError(AtlasError, LookupError):
    """Something that was named is not there."""

    def __str__(self) -> str:
        # KeyError's habit of printing the repr of its message must not reach a user.
        return str(self.args[0]) if self.args else ""


class DatasetNotFoundError(AtlasLookupError):
    """No dataset has this name or id."""


class IndexNotFoundError(AtlasLookupError):
    """No index has this name or id."""


class MapNotFoundError(AtlasLookupError, ValueError):
    """No map has this name or id."""


class RowNotFoundError(AtlasLookupError):
    """No row has this id."""


class UnknownPluginError(AtlasLookupError, ValueError):
    """No plugin of this kind has this name."""


class ModelNotAvailableError(AtlasLookupError, ValueError):
    """The weights of a model are not on this machine; nothing was embedded."""


class DatasetExistsError(AtlasError):
    """A dataset of this name exists already."""


class DatasetLockedError(AtlasError):
    """Somebody else holds the dataset's lock."""


class PluginError(AtlasError):
    """A plugin is at fault; the message names it, its distribution and version."""


class AmbiguousPluginError(PluginError):
    """Two distributions give one name."""


class PluginLoadError(PluginError):
    """Importing a plugin failed."""


class PluginContractError(PluginError):
    """What a plugin returned breaks its protocol."""


class PluginFailedError(PluginError):
    """A plugin raised while it worked."""


class BuildError(AtlasError):
    """A build did not finish; the same call goes on where it stopped."""


class BuildCancelled(BuildError):  # noqa: N818  an event rather than a fault, as asyncio.CancelledError's base says
    """A build was asked to stop."""


class NotReadyError(AtlasError, ValueError):
    """The map, or this part of it, has not been built."""


class ServiceError(AtlasError):
    """A service that a plugin asks refused, or did not answer."""


class StorageError(AtlasError):
    """The home cannot be read or written."""


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return `", did you mean 'x'?"` for the nearest known name, or an empty string."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=SUGGESTION_CUTOFF)
    return f", did you mean {near[0]!r}?" if near else ""


def listing(values: Iterable[object], *, shown: int = SHOWN_VALUES) -> str:
    """Return the first few values for a message: `'a', 'b', 'c' and 12 more`."""
    items = list(values)
    text = ", ".join(repr(item) for item in items[:shown])
    return f"{text} and {len(items) - shown:,} more" if len(items) > shown else text
