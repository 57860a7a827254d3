"""Two distributions that give one module name must not meet in one environment."""

import importlib.metadata

__all__ = ["OTHER", "refuse_another"]

OTHER = "nomic"


def refuse_another() -> None:
    """Raise if the distribution `nomic` of Nomic's own is installed too.

    Installers overwrite one package's files with the other's without a word, and a script meant for the cloud must
    not end up here unnoticed.

    Raises:
        ImportError: it is; the message says how to get out of it.
    """
    try:
        found = importlib.metadata.distribution(OTHER)
    except importlib.metadata.PackageNotFoundError:
        return
    raise ImportError(
        f"both localatlas-nomic and the distribution {OTHER} {found.version} are installed, and both give the module "
        f"`nomic`. Keep one of them: `pip uninstall {OTHER} localatlas-nomic`, then install localatlas-nomic to work "
        f"on this machine, or {OTHER} to work with Nomic's servers. In code of your own, `import localatlas` needs "
        "neither.",
        name="nomic",
    )
