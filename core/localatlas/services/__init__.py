"""What a plugin needs that asks a service over HTTP, whatever it sends with: options, patience, pace, clear errors.

No request is made here: a plugin gives a function that sends one and returns an `Answer`.
"""

from __future__ import annotations

from localatlas.services.caller import Answer, Caller, NoAnswerError
from localatlas.services.options import CostNotice, ServiceOptions
from localatlas.services.pace import Pace
from localatlas.services.parallel import ask_all

__all__ = ["Answer", "Caller", "CostNotice", "NoAnswerError", "Pace", "ServiceOptions", "ask_all"]
