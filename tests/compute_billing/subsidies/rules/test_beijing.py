"""北京市 2023–2025: each condition refuses alone, and the ceiling waits for a figure."""

from datetime import date

import pytest

from compute_billing.subsidies.rules.evaluation import evaluate
from compute_billing.subsidies.rules.facts import Funding, Overlap, Stage, SubjectKind
from compute_billing.subsidies.rules.verdicts import Outcome
from tests.builders.subsidy_answers import failing, steps_of
from tests.builders.subsidy_documents import activated
from tests.builders.subsidy_facts import WAN, YUAN, facts


class TestBeijing:
    """≤ 20 % of the contract, two million a firm and year, applied for and redeemed apart."""

    caps = {"enterprise_year": (0, 0)}

    def test_a_ceiling_waits_for_a_figure(self):
        assessment = evaluate(
            document=activated("beijing-2023"),
            facts=facts(caps=self.caps, evidence=("contract",)),
            stage=Stage.APPLY,
        )

        assert assessment.outcome is Outcome.NEEDS_FIGURE
        assert assessment.amount == 20 * WAN
        assert assessment.is_at_most

    def test_the_decided_rate_is_given(self):
        assessment = evaluate(
            document=activated("beijing-2023"),
            facts=facts(caps=self.caps, evidence=("contract",), decision={"rate_ppm": 150_000}),
            stage=Stage.APPLY,
        )

        assert assessment.outcome is Outcome.ELIGIBLE
        assert assessment.amount == 15 * WAN

    def test_a_rate_above_the_ceiling_is_refused(self):
        assessment = evaluate(
            document=activated("beijing-2023"),
            facts=facts(caps=self.caps, evidence=("contract",), decision={"rate_ppm": 200_001}),
            stage=Stage.APPLY,
        )

        assert failing(assessment) == ["rate_ceiling"]
        assert assessment.amount == 20 * WAN

    def test_what_is_reserved_and_paid_counts_to_the_cap_of_the_year(self):
        assessment = evaluate(
            document=activated("beijing-2023"),
            facts=facts(caps={"enterprise_year": (100 * WAN, 95 * WAN)}, evidence=("contract",)),
            stage=Stage.APPLY,
        )

        assert assessment.amount == 5 * WAN
        assert steps_of(assessment)["cap:enterprise_year"] == 5 * WAN

    def test_without_tax_the_basis_is_the_net_amount(self):
        assessment = evaluate(
            document=activated("beijing-2023", tax_basis="without_tax"),
            facts=facts(caps=self.caps, evidence=("contract",)),
            stage=Stage.APPLY,
        )

        # 1,000,000 / 1.06 = 943,396.23; a fifth, down to the yuan
        assert assessment.amount == 188_679 * YUAN

    @pytest.mark.parametrize(
        ("changed", "rule"),
        [
            ({"subject": {"registered_region": "310104"}}, "registered_in"),
            ({"subject": {"industry": "retail"}}, "industry"),
            ({"subject": {"kind": SubjectKind.UNIVERSITY}}, "subject_kind"),
            ({"subject": {"clean_record_since": date(2022, 6, 2)}}, "clean_record"),
            ({"subject": {"is_listed_as_dishonest": True}}, "not_dishonest"),
            ({"provider": {"is_related": True}}, "unrelated"),
            ({"contract": {"signed_on": date(2023, 8, 31)}}, "contract_signed"),
            ({"contract": {"ends_on": date(2025, 1, 16)}}, "contract_term"),
            ({"contract": {"other_applications": 1}}, "one_application_per_contract"),
            ({"applied_on": date(2026, 1, 1)}, "in_force"),
            (
                {
                    "other_funding": (
                        Funding(programme="x", level="city", overlap=Overlap.LEVEL, amount_micro=1),
                    )
                },
                "no_other_funding",
            ),
        ],
    )
    def test_each_condition_refuses_alone(self, changed, rule):
        assessment = evaluate(
            document=activated("beijing-2023"),
            facts=facts(caps=self.caps, evidence=("contract",), **changed),
            stage=Stage.APPLY,
        )

        assert assessment.outcome is Outcome.REFUSED
        assert failing(assessment) == [rule]

    def test_the_borders_of_the_clocks_are_within(self):
        assessment = evaluate(
            document=activated("beijing-2023"),
            facts=facts(
                caps=self.caps,
                evidence=("contract",),
                applied_on=date(2025, 12, 31),
                subject={"clean_record_since": date(2021, 6, 1)},
                contract={"signed_on": date(2023, 9, 1), "ends_on": date(2025, 1, 15)},
            ),
            stage=Stage.APPLY,
        )

        assert failing(assessment) == []

    def test_a_claim_wants_invoice_and_delivery_certificate(self):
        assessment = evaluate(
            document=activated("beijing-2023"),
            facts=facts(caps=self.caps, evidence=("invoice",), decision={"rate_ppm": 200_000}),
            stage=Stage.CLAIM,
        )

        assert assessment.outcome is Outcome.INCOMPLETE
        assert assessment.missing == ("evidence.delivery_certificate",)
