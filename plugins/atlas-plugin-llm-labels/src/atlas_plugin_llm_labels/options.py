"""What can be set on the labeler."""

from __future__ import annotations

from typing import Literal, Self

from localatlas.services import ServiceOptions
from pydantic import Field, model_validator

__all__ = ["LLMLabelsOptions"]

OPENAI = "api.openai.com"


class LLMLabelsOptions(ServiceOptions):
    """Options of `llm`. The key is none of them: it is read from the environment and kept nowhere."""

    base_url: str = f"https://{OPENAI}/v1"
    """Where the service is, up to and including its version; `/chat/completions` is put behind it."""

    remote_model: str = Field(default="gpt-4o-mini", min_length=1, max_length=300)
    """What the service calls the model."""

    keywords_from: str = "phrases"
    """The labeler that keywords and exemplars, and the names of topics without a good answer, come from."""

    language: str = Field(default="", max_length=60)
    """The language of the names, such as "French"; by default that of the texts."""

    subject: str = Field(default="", max_length=1000)
    """What the texts are, in your words, such as "reviews of food sold online"."""

    max_words: int = Field(default=5, ge=1, le=15)
    """Words in a name at most; longer answers are not taken."""

    keywords: int = Field(default=12, ge=1, le=50)
    """Keywords of a topic that the model sees."""

    exemplars: int = Field(default=4, ge=0, le=50)
    """Texts of a topic that the model sees at most."""

    exemplar_characters: int = Field(default=300, ge=20, le=20_000)
    """How much of each text the model sees."""

    topics_per_request: int = Field(default=12, ge=1, le=50)
    """How many siblings are named in one request at most."""

    max_requests: int = Field(default=200, ge=1, le=100_000)
    """How many requests a map may take; the broadest topics come first, the rest are named by keywords."""

    price: float | None = Field(default=None, ge=0.0, le=1_000_000.0)
    """What a million tokens of questions cost; None says nothing of costs."""

    price_out: float | None = Field(default=None, ge=0.0, le=1_000_000.0)
    """What a million tokens of answers cost; None is the same as `price`."""

    max_cost: float | None = Field(default=None, ge=0.0)
    """What the names of a map may cost; needs `price`. Topics that would cost more are named by keywords."""

    temperature: float | None = Field(default=0.0, ge=0.0, le=2.0)
    """0 asks for the likeliest answer; None sends nothing, for models that do not take it."""

    send_seed: bool = True
    """Whether to send the build's seed; off for services that refuse it."""

    json_mode: bool = True
    """Whether to ask the service for an answer in JSON (`response_format`); off for services that refuse it."""

    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What the service calls the largest length of an answer; newer models of OpenAI want the second."""

    tokens_per_topic: int = Field(default=120, ge=20, le=10_000)
    """How long an answer may be, for each topic; models that think before they answer need thousands."""

    @model_validator(mode="after")
    def _priced(self) -> Self:
        if self.price is None and (self.max_cost is not None or self.price_out is not None):
            message = "max_cost and price_out need price: what the service asks for a million tokens"
            raise ValueError(message)
        return self

    def key_variable(self) -> str | None:
        """Return where the key is: OPENAI_API_KEY goes to OpenAI alone, unless it is named for another service."""
        return self.api_key_env or ("OPENAI_API_KEY" if self.host == OPENAI else None)
