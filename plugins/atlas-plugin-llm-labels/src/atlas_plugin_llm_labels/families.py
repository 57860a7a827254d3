"""Which topics are named together: siblings, because a name must set a topic off from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from localatlas.protocols import Index, TopicLabel, Topics

from atlas_plugin_llm_labels.options import LLMLabelsOptions

__all__ = ["Family", "Member", "families"]


@dataclass(frozen=True)
class Member:
    """A topic as the model sees it."""

    topic_id: int
    size: int
    keywords: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Family:
    """Topics with one parent, or some of them; `parent_id` is -1 at the broadest depth."""

    parent_id: int
    members: tuple[Member, ...]


def families(
    depth: int, topics: Topics, known: Mapping[int, TopicLabel], index: Index, options: LLMLabelsOptions
) -> Iterator[Family]:
    """Yield the families of a depth, in the order of their parents, none of more than `topics_per_request`."""
    here = topics.depth == depth
    for parent in dict.fromkeys(topics.parent_id[here].tolist()):
        own = np.flatnonzero(here & (topics.parent_id == parent))
        for start in range(0, len(own), options.topics_per_request):
            places = own[start : start + options.topics_per_request]
            yield Family(parent, tuple(_member(place, topics, known, index, options) for place in places))


def _member(
    place: np.intp, topics: Topics, known: Mapping[int, TopicLabel], index: Index, options: LLMLabelsOptions
) -> Member:
    topic = int(topics.topic_id[place])
    label = known[topic]
    rows = np.array(label.exemplars[: options.exemplars], dtype=np.intp)
    texts = (text for text in (index.text(rows) if len(rows) else []) if text and text.strip())
    cut = tuple(" ".join(text[: options.exemplar_characters].split()) for text in texts)
    # Lone surrogates have no UTF-8 form.
    plain = tuple(text.encode("utf-8", "replace").decode("utf-8") for text in cut)
    return Member(topic, int(topics.size[place]), label.keywords[: options.keywords], plain)
