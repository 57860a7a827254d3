"""`nomic.embed`: embedding without a dataset, on this machine."""

from localatlas.embed import free_embedding_model, image, text

__all__ = ["free_embedding_model", "image", "text"]
