"""Rules about the contract, and the clocks that run beside it. Pure."""

import calendar
from datetime import date

from compute_billing.subsidies.rules.clauses import Rule, among
from compute_billing.subsidies.rules.facts import Facts, Known, Purpose, Stage
from compute_billing.subsidies.rules.verdicts import Verdict


class Days(Known, frozen=True, kw_only=True):
    """Days from `start` to the day before `end`; an end that is left out never comes."""

    start: date | None = None
    end: date | None = None

    def contains(self, day: date) -> bool:
        """Say whether a day lies within."""
        is_begun = self.start is None or self.start <= day
        return is_begun and (self.end is None or day < self.end)

    def __str__(self) -> str:
        """Write the half-open period."""
        return f"[{self.start or ''}, {self.end or ''})"


def months_after(day: date, months: int) -> date:
    """Return the same day `months` later, the month's last day where it has no such day."""
    year, month_index = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month_index + 1)[1]
    return date(year, month_index + 1, min(day.day, last))


class ContractSigned(Rule, frozen=True, kw_only=True, tag="contract_signed"):
    """The contract was signed within a period."""

    within: Days

    def judge(self, facts: Facts) -> Verdict:
        """Compare the day of signing."""
        signed_on = facts.contract.signed_on
        return self.answer(
            holds=None if signed_on is None else self.within.contains(signed_on),
            needs="contract.signed_on",
            inputs={"signed_on": signed_on, "within": self.within},
        )


class ContractTerm(Rule, frozen=True, kw_only=True, tag="contract_term"):
    """The contract runs for at most so many months."""

    months_max: int

    def judge(self, facts: Facts) -> Verdict:
        """Compare the contract's end with the latest one allowed."""
        contract = facts.contract
        latest = contract.starts_on and months_after(contract.starts_on, self.months_max)
        is_known = latest is not None and contract.ends_on is not None
        return self.answer(
            holds=contract.ends_on <= latest if is_known and contract.ends_on and latest else None,
            needs="contract.ends_on" if latest else "contract.starts_on",
            inputs={"ends_on": contract.ends_on, "latest": latest},
        )


class OneApplication(Rule, frozen=True, kw_only=True, tag="one_application_per_contract"):
    """Nobody else has applied for this contract, and it was not split to apply twice."""

    def judge(self, facts: Facts) -> Verdict:
        """Count the others."""
        others = facts.contract.other_applications
        return self.answer(
            holds=None if others is None else others == 0,
            needs="contract.other_applications",
            inputs={"other_applications": others},
        )


class OrderedOnPlatform(Rule, frozen=True, kw_only=True, tag="ordered_on_platform"):
    """The order was placed on the authority's dispatch platform."""

    def judge(self, facts: Facts) -> Verdict:
        """Read where it was placed."""
        is_ordered = facts.contract.is_ordered_on_platform
        return self.answer(
            holds=is_ordered,
            needs="contract.is_ordered_on_platform",
            inputs={"is_ordered_on_platform": is_ordered},
        )


class PurposeIn(Rule, frozen=True, kw_only=True, tag="purpose"):
    """The compute is bought for one of these purposes."""

    purposes: tuple[Purpose, ...]

    def judge(self, facts: Facts) -> Verdict:
        """Compare the purpose in the contract."""
        purpose = facts.contract.purpose
        return self.answer(
            holds=among(purpose, self.purposes),
            needs="contract.purpose",
            inputs={"purpose": purpose},
        )


class InForce(Rule, frozen=True, kw_only=True, tag="in_force"):
    """The policy is in force on the day of application."""

    within: Days
    stages: tuple[Stage, ...] = (Stage.APPLY,)

    def judge(self, facts: Facts) -> Verdict:
        """Compare the day of application, or the day as of which one asks."""
        day = facts.applied_on or facts.as_of
        return self.answer(
            holds=self.within.contains(day), needs="", inputs={"on": day, "within": self.within}
        )


class ApplicationWindow(Rule, frozen=True, kw_only=True, tag="application_window"):
    """One applies within one of these windows."""

    windows: tuple[Days, ...]
    stages: tuple[Stage, ...] = (Stage.APPLY,)

    def judge(self, facts: Facts) -> Verdict:
        """Compare the day of application, or the day as of which one asks."""
        day = facts.applied_on or facts.as_of
        return self.answer(
            holds=any(window.contains(day) for window in self.windows),
            needs="",
            inputs={"on": day, "windows": self.windows},
        )


class RedeemedWithin(Rule, frozen=True, kw_only=True, tag="redeemed_within"):
    """What was approved is claimed within so many months, or before a date."""

    months: int | None = None
    before: date | None = None
    stages: tuple[Stage, ...] = (Stage.CLAIM,)

    def judge(self, facts: Facts) -> Verdict:
        """Compare the day of the claim with the earlier of both ends."""
        day = facts.claimed_on or facts.as_of
        end = self.end(facts.approved_on)
        return self.answer(
            holds=None if end is None else day < end,
            needs="approved_on",
            inputs={"on": day, "before": end},
        )

    def end(self, approved_on: date | None) -> date | None:
        """Return the first day on which it is too late; None while it is not known."""
        if self.months is None:
            return self.before
        if approved_on is None:
            return None
        end = months_after(approved_on, self.months)
        return end if self.before is None else min(end, self.before)
