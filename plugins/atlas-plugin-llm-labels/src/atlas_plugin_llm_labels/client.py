"""Sends one question and reads the answer."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx
from localatlas.errors import ServiceError
from localatlas.services import Answer, Caller, NoAnswerError

from atlas_plugin_llm_labels.options import LLMLabelsOptions
from atlas_plugin_llm_labels.prompt import estimated_tokens

__all__ = ["Client", "Said"]


@dataclass(frozen=True)
class Said:
    """The text of an answer, and the tokens of question and answer as the service counted them, or as estimated."""

    text: str
    tokens_in: int
    tokens_out: int


class Client:
    """A connection to the service, for several threads; close it by leaving its `with` block."""

    def __init__(self, options: LLMLabelsOptions) -> None:
        """Read the key. Raises InvalidOptionError where it is missing."""
        options.refuse_offline()
        key = options.key()
        self.caller = Caller(options)
        self._options = options
        self._http = httpx.Client(
            headers={"authorization": f"Bearer {key}"} if key else {},
            timeout=options.timeout,
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

    def ask(self, body: dict[str, Any]) -> Said:
        """Return what the model says. Raises ServiceError."""
        estimate = estimated_tokens(body)
        answer = self.caller.ask(lambda: self._send(body), tokens=estimate)
        try:
            text = answer["choices"][0]["message"]["content"] or ""
        except (KeyError, IndexError, TypeError):
            text = None
        if not isinstance(text, str):
            message = f"what {self._options.base_url} answered is not of the protocol"
            raise ServiceError(f"{message}: it wants choices[0].message.content") from None
        used = answer.get("usage")
        counts = used if isinstance(used, dict) else {}
        tokens_out = _count(counts, "completion_tokens", len(text) // 4)
        return Said(text, _count(counts, "prompt_tokens", estimate), tokens_out)

    def _send(self, body: dict[str, Any]) -> Answer:
        try:
            answer = self._http.post(f"{self._options.base_url}/chat/completions", json=body)
        except httpx.TimeoutException as error:
            raise NoAnswerError(str(error), timed_out=True) from None
        except httpx.HTTPError as error:
            raise NoAnswerError(str(error) or type(error).__name__) from None
        return Answer(answer.status_code, answer.content, dict(answer.headers))


def _count(used: dict[str, Any], name: str, estimate: int) -> int:
    counted = used.get(name)
    return counted if isinstance(counted, int) and counted >= 0 else estimate
