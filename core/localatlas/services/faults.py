"""What a service's refusals mean, and what to do about them."""

from __future__ import annotations

import json
import os
from typing import Any

from localatlas.errors import ServiceError
from localatlas.services.options import ServiceOptions

__all__ = ["explained", "is_final", "redacted", "unanswered"]

# Timeout, conflict, too early, too many requests: the same request may succeed later.
LATER = {408, 409, 425, 429}
SERVER_FAULTS = range(500, 600)
# "Not implemented" stays so.
NEVER = {501, 505}
# Services say "too many requests" also of a quota that no waiting brings back.
USED_UP = {"insufficient_quota", "billing_hard_limit_reached"}
SHOWN = 300


def is_final(status: int, body: bytes) -> bool:
    """Tell whether the same request would be refused again."""
    later = status in LATER or (status in SERVER_FAULTS and status not in NEVER)
    return not later or _is_used_up(body)


def explained(options: ServiceOptions, status: int, body: bytes, attempts: int) -> ServiceError:
    """Return the error for an answer that is none: who, what it said, what to do."""
    times = f", {attempts} times" if attempts > 1 else ""
    said = redacted(options, _said(body))
    text = f"{options.base_url} answered {status}{times}{f': {said}' if said else ''}"
    return ServiceError(f"{text}. {_advice(options, status, body)}")


def unanswered(options: ServiceOptions, reason: str, attempts: int, *, timed_out: bool) -> ServiceError:
    """Return the error for a request without an answer."""
    times = f", {attempts} times" if attempts > 1 else ""
    if timed_out:
        text = f"{options.base_url} did not answer within timeout={options.timeout:g} seconds{times}"
        return ServiceError(f"{text}. Raise timeout=, or ask for less at once.")
    text = f"{options.base_url} cannot be reached{times}: {redacted(options, reason)}"
    return ServiceError(f"{text}. Is it running, and is base_url= right?")


def redacted(options: ServiceOptions, text: str) -> str:
    """Return the text without the key, which some services repeat in their answers."""
    name = options.key_variable()
    key = os.environ.get(name, "").strip() if name else ""
    return text.replace(key, "***") if key else text


def _advice(options: ServiceOptions, status: int, body: bytes) -> str:
    if status in {401, 403}:
        name = options.key_variable()
        where = f"It was read from {name}" if name else "None was sent: name its environment variable with api_key_env="
        return f"The key was refused. {where}."
    if _is_used_up(body):
        return "The account's quota is used up; no waiting helps."
    advice = {
        404: "base_url= ends with the version (https://host/v1), and remote_model= is a model that the service has.",
        413: "Ask for less at once.",
        429: "Lower concurrency=, or set requests_per_minute= and tokens_per_minute= to what the account may.",
    }
    if status in advice:
        return advice[status]
    return "It is the service's fault; try again later." if status in SERVER_FAULTS else "The request was refused."


def _error(body: bytes) -> Any:
    try:
        data = json.loads(body)
    except ValueError:
        return None
    return data.get("error", data) if isinstance(data, dict) else data


def _is_used_up(body: bytes) -> bool:
    error = _error(body)
    return isinstance(error, dict) and bool({str(error.get("code")), str(error.get("type"))} & USED_UP)


def _said(body: bytes) -> str:
    """Return what an answer says in words, on one line."""
    error = _error(body)
    if isinstance(error, dict):
        error = error.get("message") or error.get("detail") or error
    text = error if isinstance(error, str) else json.dumps(error) if error else body[:SHOWN].decode("utf-8", "replace")
    line = " ".join(text.split()).rstrip(".")
    return f"{line[:SHOWN]}…" if len(line) > SHOWN else line
