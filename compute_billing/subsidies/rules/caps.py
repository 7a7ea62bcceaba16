"""What an amount may not pass. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from compute_billing.subsidies.rules.facts import Facts, Known
from compute_billing.subsidies.rules.settable import Open, settled


class CapScope(StrEnum):
    """Whose use of a cap counts together."""

    APPLICATION = "application"
    CONTRACT = "contract"
    ENTERPRISE = "enterprise"
    ENTERPRISE_YEAR = "enterprise_year"
    POOL_YEAR = "pool_year"


class Cap(Known, frozen=True, kw_only=True):
    """A highest amount (micro-yuan, or card-time), what others reserved and were paid counted.

    `on_lists`: another amount for applicants on a list; the highest that fits. `may_be_raised`:
    the text lets people go beyond it in a reasoned decision.
    """

    name: str
    clause: str
    scope: CapScope | Open
    amount: int | Open
    on_lists: Mapping[str, int] = {}
    may_be_raised: bool = False

    def limit(self, facts: Facts) -> int | None:
        """Return the cap for this applicant; None while it stands open."""
        listed = [amount for name, amount in self.on_lists.items() if facts.subject.lists.get(name)]
        limit = max(listed) if listed else settled(self.amount)
        raised = facts.decision.raised_caps.get(self.name, 0) if self.may_be_raised else 0
        return None if limit is None else max(limit, raised)

    def used(self, facts: Facts) -> int | None:
        """Return what is used of it by others; None where it is not known."""
        scope = settled(self.scope)
        if scope is None:
            return None
        if scope == CapScope.APPLICATION:
            return 0
        use = facts.caps.get(self.name)
        return None if use is None else use.reserved + use.paid
