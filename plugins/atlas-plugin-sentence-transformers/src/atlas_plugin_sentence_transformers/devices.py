"""Where torch calculates, and that it is here at all."""

from __future__ import annotations

import importlib.util

from localatlas.errors import InvalidOptionError, ModelNotAvailableError

from atlas_plugin_sentence_transformers.options import TorchOptions

__all__ = ["check_libraries", "resolve"]


def check_libraries(name: str, *modules: str) -> None:
    """Check that libraries can be imported, without importing them. Raises ModelNotAvailableError."""
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        raise ModelNotAvailableError(
            f"the weights of {name!r} are here, but {', '.join(missing)} is not installed, and nothing was embedded; "
            "pip install --upgrade atlas-plugin-sentence-transformers brings it"
        )


def resolve(options: TorchOptions) -> str:
    """Return "cpu", "cuda" or "mps" for the options' device.

    Raises:
        InvalidOptionError: this machine has no such device, or it cannot calculate in the options' precision.
    """
    import torch

    # MPS is asked first: a Mac has no CUDA, and asking for CUDA there is what is slow.
    present = [name for name in ("mps", "cuda") if _present(torch, name)]
    if options.device == "cpu" or (options.device == "auto" and not present):
        return "cpu"
    if options.device in ("auto", "gpu") and present:
        return present[0]
    if options.device in present:
        return options.device
    raise InvalidOptionError(
        f"device={options.device!r}: torch {torch.__version__} finds {' and '.join(present) or 'no accelerator'} on "
        'this machine; device="cpu" always works'
    )


def _present(torch: object, name: str) -> bool:
    backend = getattr(torch, "cuda", None) if name == "cuda" else getattr(getattr(torch, "backends", None), "mps", None)
    return bool(backend is not None and backend.is_available())
