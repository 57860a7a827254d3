"""The embedder `openai`."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from localatlas.errors import InvalidOptionError, ServiceError
from localatlas.protocols import Context, TaskType
from localatlas.services import CostNotice, ask_all
from numpy.typing import NDArray

from atlas_plugin_openai.batches import estimated_tokens, prepared, requests
from atlas_plugin_openai.options import OpenAIOptions

if TYPE_CHECKING:
    from atlas_plugin_openai.client import Embedded

__all__ = ["OpenAI"]

MILLION = 1_000_000
SMALLEST = 0.01
PROBE = "How long is a vector?"
# Widths that this process asked for, by what they depend on.
_WIDTHS: dict[tuple[str, str], int] = {}
# What the core hands over at once keeps every connection busy this many times.
ROUNDS = 2


def money(cost: float) -> str:
    """Return a cost in words."""
    return f"about {cost:,.2f}" if cost >= SMALLEST or not cost else f"less than {SMALLEST}"


class OpenAI:
    """Any service that speaks the OpenAI protocol for embeddings: OpenAI, vLLM, Ollama, llama.cpp, TEI and others.

    Texts are sent in requests of limited size, some at once. What a service answers with "later" is asked again; what
    was paid for is kept by the core after every batch. Services round: equal texts may get vectors that differ by
    about 1e-6 on another day.

    Protocol: OpenAI, "Create embeddings" (POST /embeddings).
    """

    Options: ClassVar[type[OpenAIOptions]] = OpenAIOptions
    modality: ClassVar[Literal["text"]] = "text"
    in_workers: ClassVar[bool] = False
    # Set by `forecast`, for what is embedded after it.
    _spent: float = 0.0
    _limited: bool = False

    def __init__(self, options: OpenAIOptions) -> None:
        """Store the options."""
        self.options = options

    @property
    def dim(self) -> int:
        """The width of the vectors; the service is asked once where no option says it. Raises ServiceError."""
        if self.options.dimensionality is not None:
            return self.options.dimensionality
        key = self.options.base_url, self.options.remote_model
        if key not in _WIDTHS:
            _WIDTHS[key] = self._asked([[PROBE]])[0].vectors.shape[1]
        return _WIDTHS[key]

    @property
    def batch_size(self) -> int:
        """How many items the core hands over at once."""
        return self.options.batch_items * self.options.concurrency * ROUNDS

    @property
    def fingerprint(self) -> str:
        """Service, model, width, and what is done to a text; a model that changes under its name is not noticed."""
        given = self.options
        cut = f"{given.dimensionality or 'own'}-{given.max_characters}-{given.document_prefix!r}-{given.query_prefix!r}"
        return f"openai-1-{given.base_url}-{given.remote_model}-{cut}"

    def check(self) -> None:
        """Ask the service for one vector, so that a wrong key, address or model shows before anything is written.

        Raises:
            InvalidOptionError: there is no key.
            ServiceError: the service refuses, or does not answer.
        """
        self._asked([[PROBE]])

    def forecast(self, batches: Iterable[Sequence[str]], context: Context) -> None:
        """Say about how many tokens will be sent, and what they cost. Raises InvalidOptionError above `max_cost`."""
        count = tokens = 0
        for batch in batches:
            texts = prepared(batch, self.options.document_prefix, self.options)
            count += len(texts)
            tokens += sum(map(estimated_tokens, texts))
            context.progress(0.0, f"{count:,} texts, about {tokens:,} tokens")
        said = f"{count:,} texts, about {tokens:,} tokens, go to {self.options.remote_model!r} of {self.options.host}"
        price, limit = self.options.price, self.options.max_cost
        if price is not None:
            cost = tokens * price / MILLION
            said += f": {money(cost)} at price={price:g} a million tokens"
            if limit is not None and cost > limit:
                message = f"{said}, and max_cost={limit:g}; nothing was sent"
                raise InvalidOptionError(f"{message}. Map fewer rows, lower max_characters, or raise max_cost")
        self._spent, self._limited = 0.0, limit is not None
        if not self.options.is_here or price is not None:
            warnings.warn(said, CostNotice, stacklevel=2)

    def embed(self, items: Sequence[str], context: Context, *, task: TaskType) -> NDArray[np.float32]:
        """Return float32 [N, dim], row i for text i, of length 1.

        Raises:
            ServiceError: the service refuses, does not answer, or has cost more than `max_cost`.
        """
        given = self.options
        prefix = given.query_prefix if task == "search_query" else given.document_prefix
        texts = prepared(items, prefix, given)
        context.progress(0.0, "asking the service")
        found = self._asked(list(requests(texts, given)), context) if texts else []
        context.progress(1.0, "answered")
        vectors = [answer.vectors for answer in found] or [np.empty((0, self.dim), np.float32)]
        return np.concatenate(vectors)

    def _asked(self, batches: Sequence[list[str]], context: Context | None = None) -> list[Embedded]:
        """Return the answers to requests, in order."""
        from atlas_plugin_openai.client import Client

        def report(done: int) -> None:
            if context is not None:
                context.progress(done / len(batches), f"{done:,} of {len(batches):,} requests")

        lock = threading.Lock()
        with Client(self.options) as client:

            def ask(texts: list[str]) -> Embedded:
                answer = client.embed(texts)
                with lock:
                    self._pay(answer.tokens)
                return answer

            return ask_all(ask, batches, self.options.concurrency, report, client.caller.stop)

    def _pay(self, tokens: int) -> None:
        """Add up what was spent since the forecast, by the service's own count. Raises ServiceError above the limit."""
        price, limit = self.options.price, self.options.max_cost
        if not self._limited or price is None or limit is None:
            return
        self._spent += tokens * price / MILLION
        if self._spent > limit:
            message = f"the service counted more tokens than estimated: {money(self._spent)} spent, max_cost={limit:g}"
            raise ServiceError(f"{message}; what is embedded is kept, and the same call with more goes on from there")
