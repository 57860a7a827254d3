"""A service on this machine that speaks the OpenAI protocol, embeddings and chat, and fails on demand."""

from __future__ import annotations

import json
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

__all__ = ["Fault", "ModelService", "running"]

WIDTH = 48
LONGEST = 40_000


@dataclass(frozen=True)
class Fault:
    """What the next request gets instead of an answer: a status and a body, or silence (`hang`), or a cut line."""

    status: int = 500
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: bool = False
    drop: bool = False


@dataclass
class ModelService:
    """What the service knows, and what it was asked.

    Attributes:
        key: the key that it wants; "" wants none.
        faults: taken from the left, one a request.
        reply: the text of a chat answer, from the request's body.
        requests: the bodies of all requests, those that failed included.
        shuffled: whether vectors come in another order than asked, as the protocol allows.
        most_at_once: the most requests that were under way together.
    """

    key: str = ""
    faults: deque[Fault] = field(default_factory=deque)
    reply: Callable[[dict[str, Any]], str] = lambda _body: "{}"
    requests: list[dict[str, Any]] = field(default_factory=list)
    shuffled: bool = False
    change: Callable[[dict[str, Any]], Any] = lambda answer: answer
    most_at_once: int = 0
    base_url: str = ""
    stopped: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    under_way: int = 0

    def answer(self, path: str, body: dict[str, Any], authorization: str) -> tuple[int, Any]:
        """Return status and JSON of an answer."""
        if self.key and authorization != f"Bearer {self.key}":
            said = f"Incorrect API key provided: {authorization.removeprefix('Bearer ')}."
            return 401, {"error": {"message": said, "type": "invalid_request_error", "code": "invalid_api_key"}}
        if body.get("model") == "no-such-model":
            return 404, {"error": {"message": "The model `no-such-model` does not exist", "code": "model_not_found"}}
        if path.endswith("/embeddings"):
            return self._embeddings(body)
        if path.endswith("/chat/completions"):
            return self._chat(body)
        return 404, {"detail": "Not Found"}

    def _embeddings(self, body: dict[str, Any]) -> tuple[int, Any]:
        texts = body["input"]
        if any(len(text) > LONGEST or not text for text in texts):
            return 400, {"error": {"message": "This model's maximum context length is 8192 tokens", "param": "input"}}
        width = body.get("dimensions", WIDTH)
        rows = [
            {"object": "embedding", "index": at, "embedding": letters(text, width)} for at, text in enumerate(texts)
        ]
        tokens = sum(len(text.encode()) // 4 + 1 for text in texts)
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        data = rows[::-1] if self.shuffled else rows
        return 200, self.change({"object": "list", "data": data, "model": body["model"], "usage": usage})

    def _chat(self, body: dict[str, Any]) -> tuple[int, Any]:
        text = self.reply(body)
        message = {"role": "assistant", "content": text}
        usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return 200, self.change({"object": "chat.completion", "choices": [choice], "usage": usage})


def letters(text: str, width: int) -> list[float]:
    """Return counts of groups of three letters: alike texts are near."""
    vector = np.full(width, 0.01)
    padded = f"  {text.lower()} ".encode()
    for at in range(len(padded) - 2):
        vector[zlib.crc32(padded[at : at + 3]) % width] += 1
    return [round(float(value), 6) for value in vector]


def handler(service: ModelService) -> type[BaseHTTPRequestHandler]:
    """Return the class that answers requests for a service."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with service.lock:
                service.requests.append(body)
                fault = service.faults.popleft() if service.faults else None
                service.under_way += 1
                service.most_at_once = max(service.most_at_once, service.under_way)
            try:
                self._respond(body, fault)
            finally:
                with service.lock:
                    service.under_way -= 1

        def _respond(self, body: dict[str, Any], fault: Fault | None) -> None:
            if fault and fault.hang:
                service.stopped.wait(30)
            if fault and (fault.hang or fault.drop):
                self.close_connection = True
                return
            if fault:
                self._send(fault.status, fault.body.encode(), fault.headers)
                return
            status, answer = service.answer(self.path, body, self.headers.get("authorization", ""))
            text = answer if isinstance(answer, str) else json.dumps(answer)
            self._send(status, text.encode(), {"content-type": "application/json"})

        def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def running(**state: Any) -> Iterator[ModelService]:
    """Run a service on a port that the system chooses."""
    service = ModelService(**state)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(service))
    server.daemon_threads = True
    service.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
