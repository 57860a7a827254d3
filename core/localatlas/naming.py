"""Identifiers of datasets: `organization/slug`, with slugs that keep every script."""

from __future__ import annotations

import re
import unicodedata
import uuid

from localatlas.errors import InvalidIdentifierError
from localatlas.protocols import DatasetKey

__all__ = ["DEFAULT_ORGANIZATION", "dataset_key", "is_uuid", "slugify"]

DEFAULT_ORGANIZATION = "local"
LONGEST_SLUG = 100
# A dataset is a folder, whose name disks count in bytes: three for most letters of East Asia.
LONGEST_FILE_NAME = 255


def slugify(name: str) -> str:
    """Return a name as a slug: lower case, letters and digits of any script, single hyphens between them.

    Latin letters lose their accents, as in the original (`Café Été_2` → `cafe-ete-2`); other scripts stay as they
    are (`数据` → `数据`), where the original left nothing.

    Raises:
        InvalidIdentifierError: nothing is left, or it is too long.
    """
    decomposed = unicodedata.normalize("NFD", name).lower()
    kept = [
        letter
        for position, letter in enumerate(decomposed)
        if not (unicodedata.combining(letter) and _is_latin(decomposed[:position]))
    ]
    composed = unicodedata.normalize("NFC", "".join(kept))
    slug = re.sub(r"[\s_-]+", "-", re.sub(r"[^\w\s-]", "", composed)).strip("-")
    if not slug:
        raise InvalidIdentifierError(f"{name!r} cannot name a dataset: it has no letter or digit")
    if len(slug) > LONGEST_SLUG or len(slug.encode()) > LONGEST_FILE_NAME:
        raise InvalidIdentifierError(
            f"the name {name[:40]!r}… is too long: at most {LONGEST_SLUG} characters, and {LONGEST_FILE_NAME} bytes"
        )
    return slug


def dataset_key(identifier: str, organization: str | None = None) -> DatasetKey:
    """Return the key of `organization/name`, or of `name` in the given or the default organization.

    Raises:
        InvalidIdentifierError: a part cannot be used, or both name an organization and they differ.
    """
    head, slash, tail = identifier.partition("/")
    if "/" in tail:
        raise InvalidIdentifierError(f"{identifier!r} has more than one '/'; write organization/name, or a name alone")
    if not slash:
        return DatasetKey(slugify(organization or DEFAULT_ORGANIZATION), slugify(identifier))
    key = DatasetKey(slugify(head), slugify(tail))
    if organization is not None and slugify(organization) != key.organization:
        raise InvalidIdentifierError(
            f"identifier {identifier!r} and organization_name={organization!r} name two organizations; give one"
        )
    return key


def is_uuid(text: str) -> bool:
    """Whether a text is shaped like a UUID."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _is_latin(before: str) -> bool:
    """Whether the letter that a combining mark belongs to is Latin."""
    base = next((letter for letter in reversed(before) if not unicodedata.combining(letter)), "")
    return bool(base) and unicodedata.name(base, "").startswith("LATIN")
