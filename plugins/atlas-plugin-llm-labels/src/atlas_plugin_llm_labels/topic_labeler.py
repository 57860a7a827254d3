"""The topic labeler `llm`."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from localatlas import topic_labelers
from localatlas.errors import InvalidOptionError, ServiceError
from localatlas.protocols import Context, Index, TopicLabel, TopicLabeler, Topics
from localatlas.services import CostNotice, ask_all

from atlas_plugin_llm_labels.answers import Named, read_answer
from atlas_plugin_llm_labels.budget import Budget
from atlas_plugin_llm_labels.families import Family, families
from atlas_plugin_llm_labels.naming import Names
from atlas_plugin_llm_labels.options import LLMLabelsOptions
from atlas_plugin_llm_labels.prompt import request

if TYPE_CHECKING:
    from atlas_plugin_llm_labels.client import Client

__all__ = ["LLMLabels", "LabelNotice"]

# Finding keywords is about this share of the time.
KEYWORDS_DONE = 0.3
PROBE_TOKENS = 16


class LabelNotice(UserWarning):
    """Says that topics have their keywords for a name, and why."""


@dataclass
class _Work:
    """One map: what is known of its topics and what became of the requests."""

    topics: Topics
    index: Index
    known: Mapping[int, TopicLabel]
    budget: Budget
    labels: dict[int, TopicLabel] = field(default_factory=dict)
    by_keywords: int = 0
    reasons: list[str] = field(default_factory=list)


class LLMLabels:
    """Names topics by a chat model, from keywords, exemplars and siblings, from the broadest depth on.

    Another labeler (`keywords_from`) finds keywords and exemplars first. Where the model does not answer, answers
    nonsense, or would cost too much, a topic keeps that labeler's name, and a `LabelNotice` says how many and why.
    Temperature 0 and the build's seed are sent; whether the same question then gets the same answer is the service's.

    Protocol: OpenAI, "Create chat completion" (POST /chat/completions).
    """

    Options: ClassVar[type[LLMLabelsOptions]] = LLMLabelsOptions

    def __init__(self, options: LLMLabelsOptions) -> None:
        """Store the options."""
        self.options = options

    def check(self) -> None:
        """Ask the model for a word, so that a wrong key, address or model shows before anything is written.

        Raises:
            InvalidOptionError, UnknownPluginError: there is no key, or no labeler for the keywords.
            ServiceError: the service refuses, or does not answer.
        """
        from atlas_plugin_llm_labels.client import Client

        self._keyword_labeler()
        body = {
            "model": self.options.remote_model,
            "messages": [{"role": "user", "content": "Say yes."}],
            self.options.limit_field: PROBE_TOKENS,
        }
        with Client(self.options) as client:
            client.ask(body)

    def label(self, topics: Topics, index: Index, context: Context) -> dict[int, TopicLabel]:
        """Return a label for every topic id; no two are the same, in any spelling."""
        from atlas_plugin_llm_labels.client import Client

        begun = context.with_(report=lambda done, said: context.progress(done * KEYWORDS_DONE, said))
        known = self._keyword_labeler().label(topics, index, begun)
        work = _Work(topics, index, known, Budget(self.options))
        names = Names(label.label for label in known.values())
        self._say_cost(work, context)
        with Client(self.options) as client:
            for depth in sorted(set(topics.depth.tolist())):
                self._name_depth(depth, work, names, client, context)
        self._say_fallbacks(work)
        context.progress(1.0, f"{len(known) - work.by_keywords:,} of {len(known):,} topics named by the model")
        return work.labels

    def _keyword_labeler(self) -> TopicLabeler:
        found = topic_labelers.create(self.options.keywords_from)
        if isinstance(found, LLMLabels):
            message = f"keywords_from={self.options.keywords_from!r} is this labeler itself"
            raise InvalidOptionError(f"{message}; name one that works without a model, such as 'phrases'")
        return found

    def _body(self, family: Family, labels: Mapping[int, TopicLabel], context: Context) -> dict[str, Any]:
        parent = labels[family.parent_id].label if family.parent_id in labels else ""
        taken = [label.label for topic, label in labels.items() if topic != family.parent_id]
        return request(family, parent, taken[::-1], self.options, context.seed)

    def _name_depth(self, depth: int, work: _Work, names: Names, client: Client, context: Context) -> None:
        """Name the topics of one depth, whose parents have their names."""
        groups = list(families(depth, work.topics, work.known, work.index, self.options))
        bodies = [self._body(group, work.labels, context) for group in groups]
        allowed = [at for at, body in enumerate(bodies) if work.budget.allow(body)]
        before, last = _progress_of(depth, work.topics)

        def report(done: int) -> None:
            context.progress(before + (last - before) * done / max(len(allowed), 1), f"naming topics of depth {depth}")

        answers = self._answers([bodies[at] for at in allowed], work, client, report)
        said = dict(zip(allowed, answers, strict=True))
        for at, group in enumerate(groups):
            wanted = frozenset(one.topic_id for one in group.members)
            good = read_answer(said[at], wanted, self.options.max_words) if said.get(at) else {}
            if said.get(at) and len(good) < len(wanted):
                work.reasons.append(f"{self.options.remote_model!r} answered without a usable name")
            self._give(group, good, work, names)

    def _answers(self, bodies: Sequence[dict[str, Any]], work: _Work, client: Client, report: Any) -> list[str]:
        """Return what the model says to each request, "" where it failed."""
        lock = threading.Lock()

        def ask(body: dict[str, Any]) -> str:
            try:
                said = client.ask(body)
            except ServiceError as error:
                if client.caller.stop.is_set():
                    raise
                work.reasons.append(str(error))
                return ""
            with lock:
                work.budget.settle(body, said.tokens_in, said.tokens_out)
            return said.text

        return ask_all(ask, bodies, self.options.concurrency, report, client.caller.stop)

    def _give(self, family: Family, good: Mapping[int, Named], work: _Work, names: Names) -> None:
        """Give the topics of a family their labels."""
        for one in family.members:
            own, named = work.known[one.topic_id], good.get(one.topic_id)
            label = names.give(named.label, own.label, own.keywords) if named else ""
            if named and label:
                description = named.description or own.description
            else:
                work.by_keywords += 1
                label, description = names.own(own.label, one.topic_id), own.description
            work.labels[one.topic_id] = TopicLabel(label, description, own.keywords, own.exemplars)

    def _say_cost(self, work: _Work, context: Context) -> None:
        """Say what all requests will cost at most, before the first is sent."""
        budget = Budget(self.options.model_copy(update={"max_cost": None}))
        for depth in sorted(set(work.topics.depth.tolist())):
            for group in families(depth, work.topics, work.known, work.index, self.options):
                budget.allow(self._body(group, work.known, context))
        said = f"{len(work.known):,} topics go to {self.options.remote_model!r} of {self.options.host}"
        said += f" in {budget.requests:,} requests"
        if self.options.price is not None:
            said += f", for {budget.spent:,.2f} at most"
        if self.options.max_cost is not None:
            said += f"; max_cost={self.options.max_cost:g} is not gone over"
        if not self.options.is_here or self.options.price is not None:
            warnings.warn(said, CostNotice, stacklevel=3)

    def _say_fallbacks(self, work: _Work) -> None:
        reasons = list(dict.fromkeys([*([work.budget.refusal] if work.budget.refusal else []), *sorted(work.reasons)]))
        if work.by_keywords:
            why = reasons[0] if reasons else "the model's names were not unique"
            more = f" (and {len(reasons) - 1} other reasons)" if len(reasons) > 1 else ""
            said = f"{work.by_keywords:,} of {len(work.known):,} topics are named by their keywords: {why}{more}"
            warnings.warn(said, LabelNotice, stacklevel=3)


def _progress_of(depth: int, topics: Topics) -> tuple[float, float]:
    """Return between which fractions a depth is named: by its share of the topics."""
    share = (1.0 - KEYWORDS_DONE) / max(len(topics.depth), 1)
    before = KEYWORDS_DONE + share * float((topics.depth < depth).sum())
    return before, before + share * float((topics.depth == depth).sum())
