"""The topic labeler `phrases`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from localatlas.protocols import Context, Index, TopicLabel, Topics

from atlas_plugin_topics.candidates import find_candidates
from atlas_plugin_topics.corpus import Corpus, read_corpus
from atlas_plugin_topics.exemplars import exemplars, rows_by_topic
from atlas_plugin_topics.lexicon import Usage
from atlas_plugin_topics.names import are_categories, are_names, read_names
from atlas_plugin_topics.options import PhrasesOptions
from atlas_plugin_topics.phrases import Terms
from atlas_plugin_topics.scoring import cohesion, quality, score_topics
from atlas_plugin_topics.selection import Chooser
from atlas_plugin_topics.steps import Report, stretch
from atlas_plugin_topics.surfaces import surfaces
from atlas_plugin_topics.tally import tally
from atlas_plugin_topics.words import Words, clean, read_words

__all__ = ["Phrases"]

JOINT = " · "
# Letters of a text that stands for a topic which no phrase names.
QUOTED = 40


@dataclass
class _Choice:
    """The terms of a topic."""

    label: list[int] = field(default_factory=list)
    keywords: list[int] = field(default_factory=list)


class Phrases:
    """Names topics by the phrases that set them off from their siblings; no stop list, no model, any language.

    A topic that no phrase names is called by how a typical text begins, in quotation marks, and one without usable
    text by its number and size.
    """

    Options: ClassVar[type[PhrasesOptions]] = PhrasesOptions

    def __init__(self, options: PhrasesOptions) -> None:
        """Store the options."""
        self.options = options

    def label(self, topics: Topics, index: Index, context: Context) -> dict[int, TopicLabel]:
        """Return a label for every topic id; no two are the same."""
        options, reading = self.options, stretch(context, 0.0, 0.3, "reading texts")
        corpus = read_corpus(topics, index, options.max_documents, options.max_characters, reading)
        words = _words(corpus.texts, stretch(context, 0.3, 0.5, "reading texts"))
        terms, use = find_candidates(words, corpus, stretch(context, 0.5, 0.7, "weighing phrases"))
        choices = self._choose(topics, corpus, terms, use, stretch(context, 0.7, 0.8, "weighing phrases"))
        context.progress(0.8, "writing labels")
        wanted = sorted({term for choice in choices.values() for term in (*choice.label, *choice.keywords)})
        spelled = surfaces(wanted, terms, words, corpus)
        labels = self._written(topics, index, choices, spelled, stretch(context, 0.85, 1.0, "writing labels"))
        context.progress(1.0, "topics named")
        return labels

    def _choose(self, topics: Topics, corpus: Corpus, terms: Terms, use: Usage, report: Report) -> dict[int, _Choice]:
        """Choose the terms of every topic, family by family from the broadest depth on."""
        chooser = Chooser(terms, use, self.options.max_terms, self.options.keywords)
        choices = {int(topic): _Choice() for topic in topics.topic_id}
        above: dict[int, frozenset[int]] = {}
        if not len(terms.length):
            return choices
        counted, worth = tally(corpus, use), quality(terms, use, cohesion(terms, use))
        for done, parent in enumerate((-1, *(int(topic) for topic in topics.topic_id))):
            report(done / (1 + len(topics.topic_id)))
            family = topics.children(parent)
            if not len(family):
                continue
            depth = int(topics.depth[topics.topic_id == family[0]][0])
            column = counted.topics[:, depth - 1]
            present = [int(topic) for topic in family if (column == topic).any()]
            if not present:
                continue
            member = np.full(len(column), -1)
            for number, topic in enumerate(present):
                member[column == topic] = number
            scores = score_topics(counted, use, worth, member)
            banned = above.get(parent, frozenset())
            ranked = [chooser.ranked(scores, number) for number in range(len(present))]
            best = [scores.value[terms_[0], number] if terms_ else 0.0 for number, terms_ in enumerate(ranked)]
            for number in np.argsort(-np.array(best), kind="stable"):
                label = chooser.pick(ranked[number], scores.value[:, number], banned)
                banned = banned | set(label)
                above[present[number]] = above.get(parent, frozenset()) | set(label)
                choices[present[number]] = _Choice(label, chooser.keyword_terms(ranked[number], label))
        return choices

    def _written(
        self, topics: Topics, index: Index, choices: dict[int, _Choice], spelled: dict[int, str], report: Report
    ) -> dict[int, TopicLabel]:
        """Turn chosen terms into labels."""
        labels: dict[int, TopicLabel] = {}
        taken: set[str] = set()
        members = [rows_by_topic(column) for column in topics.assignment.T]
        for topic, depth, size in zip(topics.topic_id, topics.depth, topics.size, strict=True):
            report(len(labels) / len(topics.topic_id))
            choice = choices[int(topic)]
            keywords = tuple(dict.fromkeys(spelled[term] for term in choice.keywords))
            neutral = f"Topic {topic}{JOINT}{size:,} row{'' if size == 1 else 's'}"
            rows = members[depth - 1].get(int(topic), np.zeros(0, dtype=np.int64))
            typical = exemplars(index, rows, self.options.exemplars)
            label = JOINT.join(spelled[term] for term in choice.label)
            if not label or label in taken:
                label = _quoted(index, typical)
            label = label if label and label not in taken else neutral
            taken.add(label)
            labels[int(topic)] = TopicLabel(
                label=label, description="/".join(keywords) or neutral, keywords=keywords, exemplars=typical
            )
        return labels


def _quoted(index: Index, rows: Sequence[int]) -> str:
    """Return how the text of the first of some rows begins, in quotation marks; nothing if it has no words."""
    text = (index.text(np.array(rows[:1], dtype=np.int64)) or [None])[0] if len(rows) else None
    shown = " ".join(clean(text or "", QUOTED * 4).split())
    if not any(letter.isalpha() for letter in shown):
        return ""
    cut = shown if len(shown) <= QUOTED else shown[:QUOTED].rsplit(" ", 1)[0].rstrip(" ,.;:-") + "…"
    return f"“{cut}”"


def _words(texts: list[str], report: Report) -> Words:
    """Read texts as what they are: categories, lists of names, or prose."""
    if are_categories(texts):
        return read_names(texts, whole=True)
    return read_names(texts) if are_names(texts) else read_words(texts, report)
