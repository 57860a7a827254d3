"""Runs where EVoC is (`nox -s apart`): it compiles for minutes on a fresh machine."""

from __future__ import annotations

from importlib.util import find_spec

# The other sessions know the plugin but not what it clusters with; what needs no EVoC is tested in all of them.
collect_ignore_glob = [] if find_spec("evoc") else ["test_conformance.py", "test_topics.py"]
