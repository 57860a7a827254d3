"""What the names of one map may cost, in money and in requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atlas_plugin_llm_labels.options import LLMLabelsOptions
from atlas_plugin_llm_labels.prompt import estimated_tokens

__all__ = ["Budget"]

MILLION = 1_000_000


@dataclass
class Budget:
    """Counts requests and money.

    Attributes:
        spent: what was paid, by the service's own count, or what is reserved for requests under way.
        requests: how many were allowed.
        refusal: why one was not, "" if none was refused.
    """

    options: LLMLabelsOptions
    spent: float = 0.0
    requests: int = 0
    refusal: str = ""

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """Return what tokens cost; 0 where no price is known."""
        price = self.options.price or 0.0
        price_out = price if self.options.price_out is None else self.options.price_out
        return (tokens_in * price + tokens_out * price_out) / MILLION

    def most(self, body: dict[str, Any]) -> float:
        """Return what a request costs at most, by estimate: its answer may be as long as it allows."""
        return self.cost(estimated_tokens(body), body[self.options.limit_field])

    def allow(self, body: dict[str, Any]) -> bool:
        """Reserve what a request costs at most, if there is enough left."""
        limit, cost = self.options.max_cost, self.most(body)
        if self.requests >= self.options.max_requests:
            self.refusal = f"max_requests={self.options.max_requests:,} is reached"
        elif limit is not None and self.spent + cost > limit:
            self.refusal = f"more would cost over max_cost={limit:g}"
        else:
            self.requests += 1
            self.spent += cost
            return True
        return False

    def settle(self, body: dict[str, Any], tokens_in: int, tokens_out: int) -> None:
        """Put what a request cost in the place of what was reserved for it."""
        self.spent += self.cost(tokens_in, tokens_out) - self.most(body)
