"""What can be set on the embedder."""

from __future__ import annotations

from typing import Self

from localatlas.services import ServiceOptions
from pydantic import Field, model_validator

__all__ = ["OpenAIOptions"]

OPENAI = "api.openai.com"


class OpenAIOptions(ServiceOptions):
    """Options of `openai`. The key is none of them: it is read from the environment and kept nowhere."""

    base_url: str = f"https://{OPENAI}/v1"
    """Where the service is, up to and including its version; `/embeddings` is put behind it."""

    remote_model: str = Field(default="text-embedding-3-small", min_length=1, max_length=300)
    """What the service calls the model."""

    dimensionality: int | None = Field(default=None, ge=1, le=65_536)
    """The length of the vectors, sent as `dimensions`; None takes, and finds out, the model's own."""

    batch_items: int = Field(default=128, ge=1, le=2048)
    """How many texts are in one request at most."""

    batch_tokens: int = Field(default=100_000, ge=1, le=10_000_000)
    """About how many tokens are in one request at most."""

    max_characters: int = Field(default=20_000, ge=10, le=10_000_000)
    """How much of a text is sent, in characters; what comes after is ignored."""

    query_prefix: str = ""
    """What is put before a query, for models that want it, such as "query: "."""

    document_prefix: str = ""
    """What is put before everything else that is embedded, such as "passage: "."""

    price: float | None = Field(default=None, ge=0.0, le=1_000_000.0)
    """What a million tokens cost, in the currency you like; None says nothing of costs."""

    max_cost: float | None = Field(default=None, ge=0.0)
    """What one build, or one call of `embed.text`, may cost; needs `price`. More is refused before anything is sent."""

    @model_validator(mode="after")
    def _priced(self) -> Self:
        if self.max_cost is not None and self.price is None:
            message = "max_cost needs price: what the service asks for a million tokens"
            raise ValueError(message)
        return self

    def key_variable(self) -> str | None:
        """Return where the key is: OPENAI_API_KEY goes to OpenAI alone, unless it is named for another service."""
        return self.api_key_env or ("OPENAI_API_KEY" if self.host == OPENAI else None)
