"""Sends one request of texts and reads the vectors in the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx
import numpy as np
from localatlas.errors import ServiceError
from localatlas.services import Answer, Caller, NoAnswerError
from numpy.typing import NDArray

from atlas_plugin_openai.batches import estimated_tokens
from atlas_plugin_openai.options import OpenAIOptions

__all__ = ["Client", "Embedded"]


@dataclass(frozen=True)
class Embedded:
    """What came back for one request: float32 [N, D] of length 1, and the tokens that the service counted."""

    vectors: NDArray[np.float32]
    tokens: int


class Client:
    """A connection to the service, for several threads; close it by leaving its `with` block."""

    def __init__(self, options: OpenAIOptions) -> None:
        """Read the key. Raises InvalidOptionError where it is missing."""
        options.refuse_offline()
        key = options.key()
        self.caller = Caller(options)
        self._options = options
        self._http = httpx.Client(
            headers={"authorization": f"Bearer {key}"} if key else {},
            timeout=options.timeout,
            limits=httpx.Limits(max_connections=options.concurrency),
            # Reading the machine's certificates takes longer than a request on it.
            verify=options.base_url.startswith("https"),
            # A proxy of the environment is not on the way to this machine.
            trust_env=not options.is_here,
        )

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close its connections."""
        self._http.close()

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Return the vectors of the texts of one request, in order. Raises ServiceError."""
        body: dict[str, Any] = {"model": self._options.remote_model, "input": list(texts)}
        if self._options.dimensionality is not None:
            body["dimensions"] = self._options.dimensionality
        tokens = sum(map(estimated_tokens, texts))
        return self._read(self.caller.ask(lambda: self._send(body), tokens=tokens), len(texts), tokens)

    def _send(self, body: dict[str, Any]) -> Answer:
        try:
            answer = self._http.post(f"{self._options.base_url}/embeddings", json=body)
        except httpx.TimeoutException as error:
            raise NoAnswerError(str(error), timed_out=True) from None
        except httpx.HTTPError as error:
            raise NoAnswerError(str(error) or type(error).__name__) from None
        return Answer(answer.status_code, answer.content, dict(answer.headers))

    def _read(self, answer: Any, count: int, estimate: int) -> Embedded:
        try:
            rows = sorted(answer["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float64)
            numbers = [row["index"] for row in rows]
        except (KeyError, TypeError, ValueError):
            raise self._odd("is not of the protocol: it wants data[i].index and data[i].embedding") from None
        if numbers != list(range(count)):
            raise self._odd(f"has vectors for the texts {numbers[:3]}… instead of 0 to {count - 1}")
        wanted = self._options.dimensionality
        if vectors.ndim != 2 or not vectors.size or (wanted is not None and vectors.shape[1] != wanted):  # noqa: PLR2004
            width = vectors.shape[1] if vectors.ndim == 2 else "different"  # noqa: PLR2004 - rows and columns
            raise self._odd(f"has vectors of {width} numbers, not of dimensionality={wanted}: it may not shorten them")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not (lengths > 0).all():
            raise self._odd("has vectors of zeros, or of no numbers")
        return Embedded((vectors / lengths).astype(np.float32), _counted(answer, estimate))

    def _odd(self, what: str) -> ServiceError:
        return ServiceError(f"what {self._options.base_url} answered for {self._options.remote_model!r} {what}")


def _counted(answer: Any, estimate: int) -> int:
    """Return the tokens that the service counted, or the estimate where it counts none."""
    usage = answer.get("usage")
    counted = usage.get("total_tokens") if isinstance(usage, dict) else None
    return counted if isinstance(counted, int) and counted > 0 else estimate
