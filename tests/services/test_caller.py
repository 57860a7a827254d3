"""Patience: what is asked again, how long is waited, and what is said at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas.errors import ServiceError
from localatlas.services import Answer, Caller, NoAnswerError, Pace, ServiceOptions
from localatlas.services.caller import asked_to_wait

GOOD = Answer(200, b'{"ok": 1}')


class Clock:
    """A time that passes when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def sending(*answers: Answer | Exception) -> Callable[[], Answer]:
    left: Iterator[Answer | Exception] = iter(answers)

    def send() -> Answer:
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return send


def ask(*answers: Answer | Exception, **options: object) -> tuple[object, list[float]]:
    clock = Clock()
    caller = Caller(ServiceOptions.model_validate(options), clock=clock, wait=clock.wait)
    return caller.ask(sending(*answers)), clock.waits


def refused(*answers: Answer | Exception, **options: object) -> str:
    with pytest.raises(ServiceError) as caught:
        ask(*answers, **options)
    return "\n".join([str(caught.value), *getattr(caught.value, "__notes__", [])])


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again(status: int) -> None:
    assert ask(Answer(status), Answer(status), GOOD) == ({"ok": 1}, [0.5, 1.0])


@pytest.mark.parametrize("failure", [NoAnswerError("connection refused"), NoAnswerError("", timed_out=True)])
def test_silence_is_asked_again(failure: Exception) -> None:
    assert ask(failure, GOOD)[0] == {"ok": 1}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 501])
def test_what_stays_refused_is_not_asked_again(status: int) -> None:
    assert f"answered {status}" in refused(Answer(status))


def test_the_services_own_wait_counts_more() -> None:
    assert ask(Answer(429, headers={"retry-after": "7"}), GOOD)[1] == [7.0]


def test_a_wait_that_is_too_long_is_given_up() -> None:
    assert "max_wait=60" in refused(Answer(429, headers={"retry-after": "3600"}))


def test_waits_grow_to_the_limit_and_end() -> None:
    clock = Clock()
    caller = Caller(ServiceOptions(max_retries=5, backoff=10, max_wait=25), clock=clock, wait=clock.wait)
    with pytest.raises(ServiceError, match="answered 503, 6 times"):
        caller.ask(sending(*[Answer(503)] * 6))
    assert clock.waits == [10, 20, 25, 25, 25]


def test_a_used_up_quota_is_not_waited_for() -> None:
    said = refused(Answer(429, b'{"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}'))
    assert "You exceeded your quota. The account's quota is used up" in said


def test_silence_is_told_from_absence() -> None:
    assert "did not answer within timeout=9 seconds" in refused(
        NoAnswerError("", timed_out=True), max_retries=0, timeout=9
    )
    assert "cannot be reached: refused. Is it running" in refused(NoAnswerError("refused"), max_retries=0)


def test_a_refused_key_is_named_but_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-secret")
    said = refused(Answer(401, b'{"error": "bad key sk-secret"}'), api_key_env="MY_KEY")
    assert "bad key ***. The key was refused. It was read from MY_KEY." in said
    assert "name its environment variable with api_key_env" in refused(Answer(401))


def test_a_web_page_is_no_answer() -> None:
    assert "something else than JSON: '<html>" in refused(Answer(200, b"<html>"))


def test_a_long_refusal_is_cut() -> None:
    assert len(refused(Answer(400, b"x" * 100_000))) < 500


def test_after_a_stop_nothing_is_asked() -> None:
    caller = Caller(ServiceOptions())
    caller.stop.set()
    with pytest.raises(ServiceError, match="stopped"):
        caller.ask(sending(GOOD))


def test_requests_are_spread() -> None:
    clock = Clock()
    caller = Caller(ServiceOptions(requests_per_minute=60, tokens_per_minute=600), clock=clock, wait=clock.wait)
    for _ in range(3):
        caller.ask(sending(GOOD), tokens=20)
    assert clock.waits == [2.0, 2.0]


def test_a_date_to_wait_for_is_read() -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC).timestamp()
    assert asked_to_wait({"retry-after": "Tue, 01 Jan 2030 00:00:09 GMT"}, now) == 9.0
    assert asked_to_wait({"retry-after": "Mon, 31 Dec 2029 00:00:09 GMT"}, now) == 0.0
    assert asked_to_wait({"retry-after-ms": "250", "retry-after": "9"}) == 0.25
    assert asked_to_wait({"retry-after-ms": "nan"}) == 0.0


@given(st.text())
def test_a_wait_that_cannot_be_read_is_none_or_not_negative(text: str) -> None:
    for name in ("retry-after", "retry-after-ms"):
        asked = asked_to_wait({name: text})
        assert asked is None or asked >= 0


@given(st.binary(), st.integers(400, 599))
def test_any_refusal_becomes_one_clear_error(body: bytes, status: int) -> None:
    assert f"answered {status}" in refused(Answer(status, body), max_retries=0)


@given(st.integers(1, 1000), st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_no_more_than_the_rate_goes_out(per_minute: int, units: list[float]) -> None:
    clock = Clock()
    pace = Pace(per_minute, clock)
    for one in units:
        clock.wait(pace.delay(one))
    assert sum(units[:-1]) <= clock.now * per_minute / 60 + 1e-6
