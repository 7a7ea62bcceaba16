"""Rules about other public money, papers, and what a review must have said. Pure."""

from compute_billing.subsidies.rules.clauses import Rule
from compute_billing.subsidies.rules.contract_rules import months_after
from compute_billing.subsidies.rules.facts import Facts, Funding, Overlap, Stage
from compute_billing.subsidies.rules.verdicts import Verdict

NEARNESS = (Overlap.CONTRACT, Overlap.COST, Overlap.LEVEL, Overlap.ANY)


class NoOtherFunding(Rule, frozen=True, kw_only=True, tag="no_other_funding"):
    """No other public money for the same contract, cost, level, or at all.

    `levels`: only money of these levels counts; without them, of any.
    """

    overlap: Overlap
    levels: tuple[str, ...] = ()

    def judge(self, facts: Facts) -> Verdict:
        """Look for money that comes at least as near as the text forbids."""
        others = facts.other_funding
        near = [] if others is None else [item for item in others if self.excludes(item)]
        return self.answer(
            holds=None if others is None else not near,
            needs="other_funding",
            inputs={"excluded_by": tuple(item.programme for item in near)},
        )

    def excludes(self, item: Funding) -> bool:
        """Say whether this other money is too near."""
        is_near = NEARNESS.index(item.overlap) <= NEARNESS.index(self.overlap)
        return is_near and (not self.levels or item.level in self.levels)


class EvidenceFiled(Rule, frozen=True, kw_only=True, tag="evidence"):
    """These papers are filed; with `months_max`, none of them older than that."""

    kinds: tuple[str, ...]
    months_max: int | None = None

    def judge(self, facts: Facts) -> Verdict:
        """Look for a paper of each kind that is fresh enough."""
        absent = tuple(kind for kind in self.kinds if not self._is_filed(kind, facts))
        return self.answer(
            holds=None if absent else True,
            needs=tuple(f"evidence.{kind}" for kind in absent),
            inputs={"kinds": self.kinds, "absent": absent},
        )

    def _is_filed(self, kind: str, facts: Facts) -> bool:
        return any(
            paper.kind == kind
            and paper.dated_on <= facts.as_of
            and (
                self.months_max is None
                or facts.as_of < months_after(paper.dated_on, self.months_max)
            )
            for paper in facts.evidence
        )


class ReviewScore(Rule, frozen=True, kw_only=True, tag="review_score"):
    """There was a review; its score reaches the minimum, where the text has one."""

    minimum: int | None = None
    stages: tuple[Stage, ...] = (Stage.APPLY,)

    def judge(self, facts: Facts) -> Verdict:
        """Compare the score."""
        score = facts.decision.score
        return self.answer(
            holds=None if score is None else self.minimum is None or score >= self.minimum,
            needs="decision.score",
            inputs={"score": score, "minimum": self.minimum},
        )
