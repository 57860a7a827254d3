"""What the SDK has and this package has not, and why."""

from typing import NoReturn

__all__ = ["REASONS", "explain"]

REASONS = {
    "nomic.AtlasProject": "the SDK itself renamed it to AtlasDataset, which is here",
    "nomic.NomicClient": "it has documents parsed on Nomic's servers, which is no part of mapping",
    "nomic.aws": "it calls SageMaker endpoints; embed.text and embed.image run on this machine",
    "nomic.client": "it has documents parsed on Nomic's servers, which is no part of mapping",
    "nomic.dataset.AtlasDataStream": "it fetches keys for Nomic's own training data",
    "nomic.pl_callbacks": "it is for PyTorch Lightning; give vectors to AtlasDataset.add_data(embeddings=...) instead",
}


def explain(name: str) -> NoReturn:
    """Raise for a name that is not here.

    Raises:
        ImportError: it is left out on purpose; `from nomic import X` passes on the reason of no other error.
        AttributeError: nobody knows it.
    """
    if name in REASONS:
        raise ImportError(f"{name} is left out of localatlas-nomic: {REASONS[name]}", name=name)
    module, _, member = name.rpartition(".")
    raise AttributeError(f"module {module!r} has no attribute {member!r}", name=member)
