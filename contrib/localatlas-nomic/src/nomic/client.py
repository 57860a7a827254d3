"""Left out: `nomic.left_out` says why."""

from nomic.left_out import explain

explain("nomic.client")
