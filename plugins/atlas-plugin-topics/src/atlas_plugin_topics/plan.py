"""How many depths a map has and how many topics each of them."""

from __future__ import annotations

from itertools import accumulate, repeat

from atlas_plugin_topics.options import TopicOptions

__all__ = ["topic_counts"]

MANY_ROWS = 10_000
VERY_MANY_ROWS = 500_000
# A reader takes in about a dozen names at once, so the broadest depth grows slowly and stops.
BROADEST = 16
ROWS_PER_FINEST_TOPIC = 40
# Somebody who maps a hundred rows wants to see what is in them, so topics of small data are smaller.
FEWEST_ROWS_PER_TOPIC = 4


def topic_counts(rows: int, options: TopicOptions) -> list[int]:
    """Return the topics to aim for at each depth, broadest first, never falling."""
    depths = options.depths or (2 if rows < MANY_ROWS else 3 if rows < VERY_MANY_ROWS else 4)
    finest = max(1, round(rows / min(ROWS_PER_FINEST_TOPIC, FEWEST_ROWS_PER_TOPIC + rows**0.5)))
    by_size = min(1.4 * rows**0.25, finest**0.5, BROADEST)
    first = float(options.broadest or max(1, round(by_size)))
    growing = accumulate(repeat(options.fan_out, depths - 1), lambda count, factor: count * factor, initial=first)
    limit = max(finest, int(first))
    return [min(round(count), limit) for count in growing]
