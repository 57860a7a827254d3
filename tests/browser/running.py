"""A real server of the explorer in this process, which can be ended and started again."""

from __future__ import annotations

import threading
from typing import Any

import uvicorn
from atlas_plugin_explorer.serve import bind

__all__ = ["Running"]


class Running:
    """Serves an ASGI application on the loopback until it is stopped."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.port = 0
        self.start()

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self, app: Any = None) -> None:
        """Serve, at the same address as before; another application if one is given."""
        self.app = app or self.app
        listener = bind("127.0.0.1", self.port)
        self.port = listener.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(self.app, log_level="warning", lifespan="off", ws="none", timeout_graceful_shutdown=1)
        )
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the server; nobody listens there any more."""
        self._server.should_exit = True
        self._thread.join(10)
