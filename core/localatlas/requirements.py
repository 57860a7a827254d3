"""Whether a plugin's distribution fits what is installed beside it. pip sees to it when it installs; not later on."""

from __future__ import annotations

import importlib.metadata
import json

from packaging.requirements import InvalidRequirement, Requirement

__all__ = ["misfit", "origin", "unmet"]

CORE = "localatlas"


def unmet(distribution: str) -> list[str]:
    """Return a clause for every requirement of an installed distribution that is not met; extras do not count."""
    return [said for text in importlib.metadata.requires(distribution) or () if (said := _unmet(text))]


def misfit(distribution: str) -> str:
    """Return why a distribution is not for this localatlas, or an empty text where it is."""
    for text in importlib.metadata.requires(distribution) or ():
        if _name(text) == CORE and (said := _unmet(text)):
            return said
    return ""


def origin(distribution: str) -> str:
    """Return how a distribution came here: "package", "editable" (from a folder of sources), or "" if it did not."""
    try:
        written = importlib.metadata.distribution(distribution).read_text("direct_url.json")
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return ""
    source = json.loads(written) if written else {}
    return "editable" if source.get("dir_info", {}).get("editable") else "package"


def _name(requirement: str) -> str:
    try:
        return Requirement(requirement).name.lower().replace("_", "-")
    except InvalidRequirement:
        return ""


def _unmet(text: str) -> str:
    try:
        wanted = Requirement(text)
    except InvalidRequirement:
        return f"it declares {text!r}, which is no requirement"
    if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
        return ""
    try:
        version = importlib.metadata.version(wanted.name)
    except importlib.metadata.PackageNotFoundError:
        return f"it needs {wanted.name}{wanted.specifier}, which is not installed"
    # Whoever runs a development version knows that it is one.
    if wanted.specifier.contains(version, prereleases=True):
        return ""
    return f"it needs {wanted.name}{wanted.specifier}, but {wanted.name} {version} is installed"
