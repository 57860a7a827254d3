"""A lock on an object store: a lease that its holder renews and that runs out when the holder dies.

The store decides who creates or replaces the lease (conditional put), so two never get it at once while the clocks of
their machines agree within the length of a lease. A holder that was stopped for longer than its lease (a suspended
laptop) may find that another has the lock; its change of rows is then refused by the conditional put of HEAD.json, but
objects that it writes are not held back.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from typing import TYPE_CHECKING

from localatlas.errors import StorageError

if TYPE_CHECKING:
    from atlas_plugin_lance.object_files import ObjectFiles

__all__ = ["LeaseHolder"]

RENEWALS = 3


class LeaseHolder:
    """Keeps other processes out by a lease.

    Args:
        files: the object store.
        name: the lease's file.
        seconds: how long a lease lasts that is not renewed.
    """

    longest_wait = 1.0

    def __init__(self, files: ObjectFiles, name: str, seconds: float) -> None:
        self._files = files
        self._name = name
        self._seconds = seconds
        self._tag = ""
        self._stop: threading.Event | None = None
        self._renewing: threading.Thread | None = None
        self._renewed = threading.Event()

    def acquire(self) -> bool:
        """Try once; False if another process holds it."""
        mine = self._lease()
        try:
            data, tag = self._files.tagged(self._name)
        except KeyError:
            if not self._files.create(self._name, mine):
                return False
            # Its own content, or that of somebody who found it run out: then this process does not hold it.
            data, tag = self._files.tagged(self._name)
            if data != mine:
                return False
        else:
            if _holds(data):
                return False
            won = self._files.write_if(self._name, mine, tag)
            if won is None:
                return False
            tag = won
        self._tag = tag
        self._stop = threading.Event()
        self._renewed.clear()
        self._renewing = threading.Thread(target=self._renew, args=(self._stop,), daemon=True)
        self._renewing.start()
        return True

    def release(self) -> None:
        """Let go."""
        if self._stop is None or self._renewing is None:
            return
        self._stop.set()
        self._renewing.join()
        self._stop = self._renewing = None
        # Refused if the lease ran out and is another's by now, which is as it should be.
        self._files.write_if(self._name, self._lease(over=True), self._tag)

    def held(self) -> bool:
        """Whether anybody holds it."""
        try:
            return _holds(self._files.read(self._name))
        except KeyError:
            return False

    def _renew(self, stop: threading.Event) -> None:
        last = time.monotonic()
        while not stop.wait(self._seconds / RENEWALS):
            try:
                tag = self._files.write_if(self._name, self._lease(), self._tag)
            except StorageError:
                # The store may answer again before the lease is over.
                if time.monotonic() - last > self._seconds:
                    return
                continue
            if tag is None:
                return
            self._tag, last = tag, time.monotonic()
            self._renewed.set()

    def _lease(self, *, over: bool = False) -> bytes:
        # The random part keeps one lease from having the tag of another, which may be made of its content.
        return json.dumps({"until": 0.0 if over else time.time() + self._seconds, "by": uuid.uuid4().hex}).encode()


def _holds(lease: bytes) -> bool:
    return bool(json.loads(lease)["until"] > time.time())
