"""URLs are fetched within bounds, from a server on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from localatlas import configure
from localatlas.errors import InvalidDataError
from localatlas.ingest import downloads
from localatlas.ingest.blobs import to_blobs
from localatlas.ingest.downloads import fetch, shown_url
from localatlas.testing.example import pictures

PNGS = pictures(4)
LIMIT = 100_000


class Handler(BaseHTTPRequestHandler):
    """Answers `/N.png` with a picture; other paths misbehave, each in its way."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        name = self.path.partition("?")[0].strip("/")
        if name.endswith(".png"):
            self.answer(PNGS[int(name[0])])
        elif name.startswith("hop"):
            self.redirect(f"/hop{int(name[3:]) - 1}" if name != "hop0" else "/0.png")
        elif name in {"to-file", "to-ftp"}:
            self.redirect("file:///etc/passwd" if name == "to-file" else "ftp://127.0.0.1/a.png")
        elif name == "endless":
            self.endless()
        elif name == "short":
            self.answer(PNGS[0], length=len(PNGS[0]) + 50)
        elif name == "liar":
            self.answer(PNGS[0], length=10**12)
        elif name == "text":
            self.answer(b"<html>please sign in</html>")
        else:
            self.send_error(404)

    def answer(self, body: bytes, length: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def redirect(self, where: str) -> None:
        self.send_response(302)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(bytes(65_536))
        except OSError:
            self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a server of pictures."""
    Handler.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_urls_are_fetched_in_order_and_each_once(server: str) -> None:
    urls = [f"{server}/{number % 4}.png?size={number % 4}" for number in range(12)]
    assert to_blobs(urls) == [PNGS[number % 4] for number in range(12)]
    assert len(Handler.asked) == 4


def test_urls_paths_and_bytes_may_be_mixed(server: str) -> None:
    assert to_blobs([PNGS[1], f"{server}/2.png", None]) == [PNGS[1], PNGS[2], None]


def test_a_few_redirects_are_followed(server: str) -> None:
    assert fetch(f"{server}/hop3", LIMIT) == PNGS[0]
    with pytest.raises(InvalidDataError, match="302"):
        fetch(f"{server}/hop9", LIMIT)
    assert len(Handler.asked) < 15


def test_a_redirect_never_leads_off_the_web(server: str) -> None:
    with pytest.raises(InvalidDataError, match="not allowed"):
        fetch(f"{server}/to-file", LIMIT)
    with pytest.raises(InvalidDataError, match="not on the web"):
        fetch(f"{server}/to-ftp", LIMIT)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nothing", "the server answered 404 Not Found"),
        ("endless", "more than 100,000 bytes"),
        ("liar", "it has 1,000,000,000,000 bytes; at most 100,000"),
        ("short", "ended after|IncompleteRead"),
    ],
)
def test_bad_answers_are_refused_in_words(server: str, path: str, message: str) -> None:
    with pytest.raises(InvalidDataError, match=message):
        fetch(f"{server}/{path}", LIMIT)


def test_an_answer_that_never_ends_is_given_up(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "WHOLE_SECONDS", 0.0)
    with pytest.raises(InvalidDataError, match="more than 0 seconds"):
        fetch(f"{server}/endless", 10**12)


def test_what_is_fetched_must_be_an_image(server: str) -> None:
    with pytest.raises(InvalidDataError, match=r"row 0 .*'http://127.0.0.1:\d+/text'.*<html>"):
        to_blobs([f"{server}/text"])


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(InvalidDataError, match="cannot be reached"):
        fetch("http://127.0.0.1:1/a.png", LIMIT)
    with pytest.raises(InvalidDataError, match="could not be fetched|cannot be reached"):
        fetch("http://[broken/a.png", LIMIT)


def test_offline_nothing_is_fetched(server: str) -> None:
    configure(offline=True)
    try:
        with pytest.raises(InvalidDataError, match="localatlas is offline"):
            to_blobs([f"{server}/0.png"])
    finally:
        configure(offline=None)
    assert Handler.asked == []


def test_messages_keep_secrets_of_urls() -> None:
    assert shown_url("https://user:secret@host:81/a.png?key=secret") == "https://host:81/a.png?…"
    assert shown_url("postgresql://me:secret@host/rows") == "postgresql://host/rows"
    for broken in ("http://[broken?secret", "http://me:secret@[broken/a.png", "http://me:secret@host:99999/a.png"):
        assert "secret" not in shown_url(broken)
    with pytest.raises(InvalidDataError) as caught:
        to_blobs(["ftp://me:secret@host/a.png"])
    assert "secret" not in str(caught.value)


def test_urls_may_be_written_as_people_do(server: str) -> None:
    assert to_blobs([f"{server}/ü/ b.png".replace("ü", "1ü"), f"{server}/2%20b.png?x=ü#here"]) == [PNGS[1], PNGS[2]]
    # They are asked for at once, so either may be the first.
    assert sorted(Handler.asked) == ["/1%C3%BC/%20b.png", "/2%20b.png?x=%C3%BC"]
