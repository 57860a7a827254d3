"""What can be set on every component that asks a service."""

from __future__ import annotations

import os
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from localatlas.config import settings
from localatlas.errors import InvalidOptionError, ServiceError
from localatlas.protocols import ComponentOptions

__all__ = ["CostNotice", "ServiceOptions"]


class CostNotice(UserWarning):
    """Says what a service is about to be paid."""


class ServiceOptions(ComponentOptions):
    """Where a service is and how it is asked. Keys are no options: options are kept with every map."""

    base_url: str = "http://127.0.0.1:8000/v1"
    """Where the service is, up to and including its version: `https://host/v1`."""

    api_key_env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    """The name of the environment variable that holds the key; None sends no key."""

    timeout: float = Field(default=60.0, gt=0.0, le=3600.0)
    """Seconds to wait for an answer."""

    max_retries: int = Field(default=6, ge=0, le=100)
    """How often a request is sent again that was not answered, or was answered with "later" or a server's error."""

    backoff: float = Field(default=0.5, ge=0.0, le=60.0)
    """Seconds before the second try, doubled before each further one; a service's own Retry-After counts more."""

    max_wait: float = Field(default=60.0, ge=0.0, le=3600.0)
    """Seconds to wait between two tries at most; a service that asks for more is given up."""

    concurrency: int = Field(default=4, ge=1, le=64)
    """How many requests are under way at once."""

    requests_per_minute: int | None = Field(default=None, ge=1, le=10_000_000)
    """How many requests a minute are sent at most, evenly spread; None sends as fast as answers come."""

    tokens_per_minute: int | None = Field(default=None, ge=1, le=10_000_000_000)
    """How many tokens a minute are sent at most, by estimate; None sends as fast as answers come."""

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            message = f"{value!r} is no address of a service; write it as https://host/v1"
            raise ValueError(message)
        if parts.username or parts.password or parts.query or parts.fragment:
            # Not repeated in the message: it may hold a password.
            message = "an address without user, password, ? and # is wanted; keys come from api_key_env"
            raise ValueError(message)
        return value.rstrip("/")

    @property
    def host(self) -> str:
        """The name of the service's machine."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_here(self) -> bool:
        """Whether the service runs on this machine."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost" or self.host.endswith(".localhost")

    def key_variable(self) -> str | None:
        """Return the name of the environment variable that holds the key; None where no key is sent."""
        return self.api_key_env

    def key(self) -> str | None:
        """Return the key, read anew from the environment; None where no key is sent.

        Raises:
            InvalidOptionError: the variable is not set, or the key would travel unencrypted to another machine.
        """
        name = self.key_variable()
        if name is None:
            return None
        value = os.environ.get(name, "").strip()
        if not value:
            message = f"the key of {self.base_url} is read from the environment variable {name}, which is not set"
            raise InvalidOptionError(f"{message}: export {name}=..., or name another one with api_key_env=")
        if self.base_url.startswith("http://") and not self.is_here:
            message = f"base_url={self.base_url!r} would carry the key of {name} unencrypted to another machine"
            raise InvalidOptionError(f"{message}; use https://, or leave api_key_env out if it takes no key")
        return value

    def refuse_offline(self) -> None:
        """Raise ServiceError where `offline` is set and the service is on another machine."""
        if settings().offline and not self.is_here:
            message = f"{self.base_url} is on another machine, and LOCALATLAS_OFFLINE forbids every use of a network"
            raise ServiceError(f"{message}; unset it, or name a service on this machine with base_url=")
