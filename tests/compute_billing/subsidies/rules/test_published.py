"""Published programmes: each reads, says what it lacks, and the seen ones give exact amounts."""

from datetime import date

import pytest

from compute_billing.subsidies.rules.documents import unset_parts
from compute_billing.subsidies.rules.evaluation import evaluate
from compute_billing.subsidies.rules.facts import CostKind, Funding, Overlap, Stage, SubjectKind
from compute_billing.subsidies.rules.published import (
    ProgrammeNotPublished,
    published,
    published_programme,
)
from compute_billing.subsidies.rules.verdicts import Outcome, State
from tests.builders.subsidy_answers import failing, steps_of
from tests.builders.subsidy_documents import activated
from tests.builders.subsidy_facts import WAN, YUAN, cost, facts

SEEN = (
    "beijing-2023",
    "etown-2024",
    "shenzhen-training-2024",
    "nanning-2025",
    "qingyang-2024",
    "shanghai-2025",
    "hangzhou-2024",
    "henan-2023",
    "wuhan-opc-2026",
)


def test_the_library_holds_every_programme_with_its_source():
    codes = [document.code for document in published()]

    assert len(codes) == len(set(codes)) == 27
    for document in published():
        assert document.source.title
        assert document.source.seen
        assert all(clause.says for clause in document.clauses.values())


def test_no_programme_is_active_as_published_and_each_gap_names_a_text():
    for document in published():
        gaps = unset_parts(document)
        assert gaps, document.code
        assert all(gap.unset for gap in gaps), document.code


def test_an_unknown_programme_is_refused():
    with pytest.raises(ProgrammeNotPublished, match="no programme atlantis"):
        published_programme("atlantis")


@pytest.mark.parametrize("code", SEEN)
def test_seen_programmes_have_nothing_open_but_what_an_officer_may_assume(code):
    assert unset_parts(activated(code)) == ()


def test_mentougou_keeps_its_numbers_unset_and_its_clock_of_36_months():
    # given
    document = published_programme("mentougou-2023")

    # then
    assert "$.rate.ppm" in {part.path for part in unset_parts(document)}
    assert {benefit.kind: benefit.months for benefit in document.benefits}["makers_space"] == 36

    # when
    assessment = evaluate(document=document, facts=facts(), stage=Stage.APPLY)

    # then
    assert assessment.outcome is Outcome.INCOMPLETE
    assert assessment.amount is None


class TestNanning:
    """The official example: 20万 settled, 305 of 729 days, 30 %, four decimals of 万 cut off."""

    def told(self, **changed):
        return facts(
            **{
                "as_of": date(2026, 1, 10),
                "applied_on": date(2026, 1, 10),
                "provider": {"lists": {"nanning-a-centre": True}},
                "contract": {"starts_on": date(2025, 1, 1), "ends_on": date(2027, 1, 1)},
                "caps": {"enterprise_year": (0, 0)},
                "costs": (cost(20 * WAN, incurred_on=date(2025, 6, 1)),),
                **changed,
            }
        )

    def test_the_official_example_to_the_yuan(self):
        assessment = evaluate(
            document=activated("nanning-2025"), facts=self.told(), stage=Stage.APPLY
        )

        assert assessment.outcome is Outcome.ELIGIBLE
        assert steps_of(assessment)["basis"] == 83_676 * YUAN
        assert assessment.amount == 25_102 * YUAN
        assert assessment.steps[0].inputs["days"] == "305"
        assert assessment.steps[0].inputs["days_of_contract"] == "729"

    @pytest.mark.parametrize("day", [date(2026, 1, 3), date(2026, 1, 24)])
    def test_outside_of_the_window_nothing_is_given(self, day):
        assessment = evaluate(
            document=activated("nanning-2025"),
            facts=self.told(as_of=day, applied_on=day),
            stage=Stage.APPLY,
        )

        assert failing(assessment) == ["application_window"]

    def test_what_is_not_paid_yet_does_not_count(self):
        unpaid = cost(10 * WAN, incurred_on=date(2025, 7, 1), settled_on=None)
        assessment = evaluate(
            document=activated("nanning-2025"),
            facts=self.told(costs=(cost(20 * WAN, incurred_on=date(2025, 6, 1)), unpaid)),
            stage=Stage.APPLY,
        )

        assert assessment.amount == 25_102 * YUAN
        assert assessment.left_out == {unpaid.reference: "settled"}


def test_etown_gives_30_percent_of_what_was_settled_after_a_review():
    # given
    document = activated("etown-2024")
    firm = {"lists": {"etown-registered": True}}
    costs = (cost(100 * WAN), cost(50 * WAN, kind=CostKind.STORAGE))

    # when
    reviewed = evaluate(
        document=document,
        facts=facts(
            subject=firm,
            costs=costs,
            caps={"top": (0, 0)},
            applied_on=date(2025, 1, 1),
            decision={"score": 80},
        ),
        stage=Stage.APPLY,
    )
    waiting = evaluate(
        document=document,
        facts=facts(subject=firm, costs=costs, caps={"top": (0, 0)}, applied_on=date(2025, 1, 1)),
        stage=Stage.APPLY,
    )

    # then
    assert (reviewed.outcome, reviewed.amount) == (Outcome.ELIGIBLE, 30 * WAN)
    assert list(reviewed.left_out.values()) == ["kinds"]
    assert (waiting.outcome, waiting.missing) == (Outcome.INCOMPLETE, ("decision.score",))


@pytest.mark.parametrize(
    ("is_startup", "amount"), [(True, 60 * WAN), (False, 50 * WAN), (None, None)]
)
def test_shenzhen_gives_startups_sixty_and_others_fifty_percent(is_startup, amount):
    lists = {} if is_startup is None else {"startup": is_startup}

    assessment = evaluate(
        document=activated("shenzhen-training-2024"),
        facts=facts(subject={"lists": lists}, caps={"top": (0, 0)}, applied_on=date(2025, 3, 1)),
        stage=Stage.APPLY,
    )

    assert assessment.amount == amount
    assert ("rate.subject.lists.startup" in assessment.missing) == (is_startup is None)


@pytest.mark.parametrize(
    ("contract_yuan", "amount", "outcome"),
    [
        (16_666, 0, Outcome.REFUSED),
        (16_667, 5_000 * YUAN, Outcome.ELIGIBLE),
        (1_000_000, 30 * WAN, Outcome.ELIGIBLE),
        (10_000_000, 200 * WAN, Outcome.ELIGIBLE),
    ],
)
def test_qingyang_gives_nothing_below_its_minimum(contract_yuan, amount, outcome):
    assessment = evaluate(
        document=activated("qingyang-2024"),
        facts=facts(contract={"amount_micro": contract_yuan * YUAN}, caps={"top": (0, 0)}),
        stage=Stage.APPLY,
    )

    assert (assessment.amount, assessment.outcome) == (amount, outcome)


@pytest.mark.parametrize(
    ("claimed_on", "holds"), [(date(2025, 5, 31), True), (date(2025, 6, 1), False)]
)
def test_a_qingyang_voucher_is_valid_for_twelve_months(claimed_on, holds):
    assessment = evaluate(
        document=activated("qingyang-2024"),
        facts=facts(
            approved_on=date(2024, 6, 1),
            as_of=claimed_on,
            claimed_on=claimed_on,
            caps={"top": (0, 0)},
        ),
        stage=Stage.CLAIM,
    )

    assert failing(assessment) == ([] if holds else ["redeemed_within"])


def test_shanghai_city_and_district_never_give_more_than_the_rent():
    # given
    document = activated("shanghai-2025", **{"rate.levels[1].ppm": 700_000})
    others = (Funding(programme="x", level="nation", overlap=Overlap.COST, amount_micro=10 * WAN),)

    # when
    assessment = evaluate(
        document=document,
        facts=facts(
            costs=(cost(100 * WAN),),
            other_funding=others,
            applied_on=date(2025, 8, 1),
            as_of=date(2025, 8, 1),
        ),
        stage=Stage.APPLY,
    )

    # then
    assert assessment.amount == 90 * WAN
    assert {share.level: share.amount for share in assessment.shares} == {
        "city": 27 * WAN,
        "district": 63 * WAN,
    }


def test_hangzhou_gives_each_class_of_cost_its_rate():
    costs = (
        cost(100 * WAN, kind=CostKind.MODEL_SERVICE, is_filed_model=True),
        cost(200 * WAN, is_domestic=True),
        cost(300 * WAN, is_domestic=False),
    )

    assessment = evaluate(
        document=activated("hangzhou-2024"),
        facts=facts(
            costs=costs,
            provider={"lists": {"hangzhou-layout": True}},
            caps={"enterprise_year": (0, 0)},
            applied_on=date(2024, 8, 1),
            as_of=date(2024, 8, 1),
        ),
        stage=Stage.APPLY,
    )

    assert assessment.amount == (30 + 60 + 60) * WAN
    assert steps_of(assessment)["rate:other_facility"] == 60 * WAN


def test_hangzhou_lets_a_reasoned_decision_raise_its_cap():
    told = {
        "costs": (cost(5_000 * WAN, is_domestic=True),),
        "provider": {"lists": {"hangzhou-layout": True}},
        "caps": {"enterprise_year": (0, 0)},
        "applied_on": date(2024, 8, 1),
    }
    document = activated("hangzhou-2024")

    usual = evaluate(document=document, facts=facts(**told), stage=Stage.APPLY)
    raised = evaluate(
        document=document,
        facts=facts(**told, decision={"raised_caps": {"enterprise_year": 1_200 * WAN}}),
        stage=Stage.APPLY,
    )

    assert usual.amount == 800 * WAN
    assert raised.amount == 1_200 * WAN


@pytest.mark.parametrize(
    ("provider", "state"),
    [
        ({"capacity_petaflops": 100}, State.HOLDS),
        ({"capacity_petaflops": 99, "capacity_racks": 1000}, State.HOLDS),
        ({"capacity_petaflops": 99, "capacity_racks": None}, State.MISSING),
        (
            {
                "capacity_petaflops": 99,
                "capacity_racks": 999,
                "lists": {"zhengzhou-supercomputer": False},
            },
            State.FAILS,
        ),
        ({"capacity_petaflops": None, "lists": {"zhengzhou-supercomputer": True}}, State.HOLDS),
    ],
)
def test_henan_takes_any_of_three_kinds_of_provider(provider, state):
    assessment = evaluate(
        document=activated("henan-2023"), facts=facts(provider=provider), stage=Stage.APPLY
    )

    verdict = next(v for v in assessment.verdicts if v.rule == "provider_capacity")
    assert verdict.state is state


def test_henan_province_and_city_pay_half_each_to_the_micro_yuan():
    assessment = evaluate(
        document=activated("henan-2023", **{"rounding.mode": "down"}),
        facts=facts(costs=(cost(123_455 * YUAN),), caps={"user_year": (0, 0)}),
        stage=Stage.APPLY,
    )

    assert assessment.amount == 24_691 * YUAN
    assert [share.amount for share in assessment.shares] == [12_345_500_000, 12_345_500_000]


@pytest.mark.parametrize(
    ("years", "is_allowed"), [((), True), ((2024, 2025), True), ((2023, 2024, 2025), False)]
)
def test_wuhan_supports_one_person_companies_for_three_years(years, is_allowed):
    assessment = evaluate(
        document=activated("wuhan-opc-2026"),
        facts=facts(
            as_of=date(2026, 6, 1),
            applied_on=date(2026, 6, 1),
            subject={"kind": SubjectKind.ONE_PERSON_COMPANY, "years_supported": years},
            costs=(cost(60 * WAN),),
            caps={"top": (0, 0)},
        ),
        stage=Stage.APPLY,
    )

    assert assessment.amount == 20 * WAN
    assert failing(assessment) == ([] if is_allowed else ["years_supported"])


def test_free_card_hours_are_counted_in_card_time():
    hour = 3_600_000_000

    assessment = evaluate(
        document=activated("wuhan-opc-hours-2026"),
        facts=facts(
            as_of=date(2026, 6, 1),
            applied_on=date(2026, 6, 1),
            subject={"kind": SubjectKind.ONE_PERSON_COMPANY},
            decision={"card_time": 2_500 * hour},
            caps={"firm_year": (0, 300 * hour)},
        ),
        stage=Stage.APPLY,
    )

    assert (assessment.unit, assessment.amount) == ("card_time", 1_700 * hour)
