"""Where a service is, and how its key travels."""

from __future__ import annotations

import pytest
from localatlas import configure
from localatlas.errors import InvalidOptionError, ServiceError
from localatlas.services import ServiceOptions
from pydantic import ValidationError


@pytest.mark.parametrize("address", ["ftp://host/v1", "host/v1", "http://", "https://host/v1?key=1", "https://h/v1#a"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="base_url"):
        ServiceOptions(base_url=address)


def test_a_password_in_an_address_is_refused() -> None:
    with pytest.raises(ValidationError, match="keys come from api_key_env"):
        ServiceOptions(base_url="https://me:secret@host/v1")


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http://127.0.0.1:1/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]/v1", True),
        ("https://h.org", False),
    ],
)
def test_this_machine_is_known(address: str, here: bool) -> None:
    assert ServiceOptions(base_url=address).is_here is here


def test_the_key_is_read_from_the_environment_and_is_no_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", " secret \n")
    options = ServiceOptions(api_key_env="MY_KEY")
    assert options.key() == "secret"
    assert "secret" not in options.model_dump_json()


def test_a_key_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MY_KEY", raising=False)
    with pytest.raises(InvalidOptionError, match=r"MY_KEY, which is not set: export MY_KEY="):
        ServiceOptions(api_key_env="MY_KEY").key()


def test_a_key_does_not_travel_unencrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "secret")
    with pytest.raises(InvalidOptionError, match="unencrypted") as caught:
        ServiceOptions(base_url="http://elsewhere.example/v1", api_key_env="MY_KEY").key()
    assert "secret" not in str(caught.value)
    assert ServiceOptions(base_url="https://elsewhere.example/v1", api_key_env="MY_KEY").key() == "secret"


def test_offline_forbids_other_machines_only() -> None:
    configure(offline=True)
    ServiceOptions().refuse_offline()
    with pytest.raises(ServiceError, match="LOCALATLAS_OFFLINE"):
        ServiceOptions(base_url="https://elsewhere.example/v1").refuse_offline()
