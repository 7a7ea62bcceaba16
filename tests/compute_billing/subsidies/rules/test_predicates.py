"""Each named predicate: holds, fails, or says which fact is missing."""

from datetime import date

import pytest

from compute_billing.subsidies.rules import contract_rules, funding_rules, provider_rules
from compute_billing.subsidies.rules import subject_rules as subject
from compute_billing.subsidies.rules.contract_rules import Days, months_after
from compute_billing.subsidies.rules.facts import Funding, Overlap, Purpose
from compute_billing.subsidies.rules.predicates import AnyRule
from compute_billing.subsidies.rules.verdicts import State
from tests.builders.subsidy_facts import facts

HOLDS, FAILS, MISSING = State.HOLDS, State.FAILS, State.MISSING


def rule(kind, **parameters):
    return kind(clause="c", **parameters)


CASES = [
    (rule(subject.SubjectKindIn, kinds=("enterprise",)), {}, HOLDS),
    (rule(subject.SubjectKindIn, kinds=("university",)), {}, FAILS),
    (rule(subject.SubjectKindIn, kinds=("university",)), {"subject": {"kind": None}}, MISSING),
    (rule(subject.RegisteredIn, region="110000"), {}, HOLDS),
    (rule(subject.RegisteredIn, region="110108"), {}, FAILS),
    (rule(subject.OperatesIn, region="110100"), {}, HOLDS),
    (rule(subject.OperatesIn, region="310000"), {}, FAILS),
    (rule(subject.OperatesIn, region="310000"), {"subject": {"operating_region": None}}, MISSING),
    (rule(subject.IndustryIn, industries=("software",)), {}, HOLDS),
    (rule(subject.IndustryIn, industries=("software",)), {"subject": {"industry": None}}, MISSING),
    (rule(subject.SizeClassIn, classes=("micro", "small")), {}, HOLDS),
    (rule(subject.SizeClassIn, classes=("micro",)), {}, FAILS),
    (rule(subject.LegalPerson), {"subject": {"is_legal_person": False}}, FAILS),
    (rule(subject.LegalPerson), {"subject": {"is_legal_person": None}}, MISSING),
    (rule(subject.FoundedWithin, years=3), {"subject": {"founded_on": date(2021, 6, 1)}}, HOLDS),
    (rule(subject.FoundedWithin, years=3), {"subject": {"founded_on": date(2021, 5, 31)}}, FAILS),
    (rule(subject.CleanRecord, years=3), {"subject": {"clean_record_since": None}}, MISSING),
    (rule(subject.NotDishonest), {"subject": {"is_listed_as_dishonest": None}}, MISSING),
    (rule(subject.OnList, name="a"), {"subject": {"lists": {"a": True}}}, HOLDS),
    (rule(subject.OnList, name="a"), {"subject": {"lists": {"a": False}}}, FAILS),
    (rule(subject.OnList, name="a"), {}, MISSING),
    (rule(subject.HoldsFiling, kinds=("model",)), {"subject": {"filings": ("model",)}}, HOLDS),
    (rule(subject.HoldsFiling, kinds=("model",)), {}, FAILS),
    (rule(subject.HoldsFiling, kinds=("model",)), {"subject": {"filings": None}}, MISSING),
    (rule(subject.YearsSupported, years_max=2), {"subject": {"years_supported": (2024,)}}, HOLDS),
    (
        rule(subject.YearsSupported, years_max=2, is_consecutive=True),
        {"subject": {"years_supported": (2022,)}},
        FAILS,
    ),
    (
        rule(subject.YearsSupported, years_max=2, is_consecutive=True),
        {"subject": {"years_supported": (2023,)}},
        HOLDS,
    ),
    (rule(provider_rules.ProviderIn, region="110109"), {}, HOLDS),
    (rule(provider_rules.ProviderIn, region="440300"), {}, FAILS),
    (rule(provider_rules.ProviderOnList, name="a"), {}, MISSING),
    (rule(provider_rules.ProviderLicence, name="a"), {}, FAILS),
    (rule(provider_rules.ProviderLicence, name="a"), {"provider": {"licences": ("a",)}}, HOLDS),
    (rule(provider_rules.ProviderCapacity, petaflops_min=501), {}, FAILS),
    (rule(provider_rules.Unrelated), {"provider": {"is_related": None}}, MISSING),
    (rule(provider_rules.NotOwnUse), {}, HOLDS),
    (rule(provider_rules.NotOwnUse), {"provider": {"is_own_facility": True}}, FAILS),
    (rule(provider_rules.ProviderHasNotClaimed), {}, HOLDS),
    (rule(provider_rules.ProviderHasNotClaimed), {"provider": {"has_claimed": True}}, FAILS),
    (rule(contract_rules.ContractTerm, months_max=12), {"contract": {"ends_on": None}}, MISSING),
    (rule(contract_rules.ContractTerm, months_max=12), {"contract": {"starts_on": None}}, MISSING),
    (rule(contract_rules.OrderedOnPlatform), {}, HOLDS),
    (
        rule(contract_rules.OrderedOnPlatform),
        {"contract": {"is_ordered_on_platform": False}},
        FAILS,
    ),
    (rule(contract_rules.PurposeIn, purposes=(Purpose.INFERENCE,)), {}, FAILS),
    (rule(contract_rules.RedeemedWithin, before=date(2024, 6, 2)), {}, HOLDS),
    (rule(contract_rules.RedeemedWithin, before=date(2024, 6, 1)), {}, FAILS),
    (rule(contract_rules.RedeemedWithin, months=1), {}, MISSING),
    (rule(funding_rules.EvidenceFiled, kinds=("a", "b")), {"evidence": ("a", "b")}, HOLDS),
    (rule(funding_rules.EvidenceFiled, kinds=("a", "b")), {"evidence": ("a",)}, MISSING),
    (rule(funding_rules.ReviewScore, minimum=60), {"decision": {"score": 60}}, HOLDS),
    (rule(funding_rules.ReviewScore, minimum=60), {"decision": {"score": 59}}, FAILS),
    (rule(funding_rules.ReviewScore, minimum=60), {}, MISSING),
    (rule(funding_rules.NoOtherFunding, overlap="contract"), {"other_funding": None}, MISSING),
]


@pytest.mark.parametrize(("predicate", "changed", "state"), CASES)
def test_a_predicate_holds_fails_or_says_what_is_missing(predicate, changed, state):
    verdict = predicate.judge(facts(**changed))

    assert verdict.state is state
    assert bool(verdict.missing) == (state is MISSING)
    assert verdict.rule == predicate.__struct_config__.tag
    assert verdict.clause == "c"


@pytest.mark.parametrize(
    ("forbidden", "other", "state"),
    [
        ("contract", "contract", FAILS),
        ("contract", "cost", HOLDS),
        ("cost", "contract", FAILS),
        ("cost", "level", HOLDS),
        ("level", "level", FAILS),
        ("level", "any", HOLDS),
        ("any", "any", FAILS),
    ],
)
def test_other_money_excludes_when_it_comes_at_least_as_near(forbidden, other, state):
    others = (Funding(programme="p", level="city", overlap=Overlap(other), amount_micro=1),)
    predicate = rule(funding_rules.NoOtherFunding, overlap=forbidden)

    assert predicate.judge(facts(other_funding=others)).state is state


def test_money_of_another_level_does_not_exclude_where_the_text_names_levels():
    others = (Funding(programme="p", level="city", overlap=Overlap.CONTRACT, amount_micro=1),)
    predicate = rule(funding_rules.NoOtherFunding, overlap="any", levels=("district",))

    assert predicate.judge(facts(other_funding=others)).state is HOLDS


def test_a_paper_that_is_too_old_is_missing():
    predicate = rule(funding_rules.EvidenceFiled, kinds=("credit_report",), months_max=3)
    old = facts(as_of=date(2024, 3, 1), evidence=("credit_report",)).evidence

    assert predicate.judge(facts(as_of=date(2024, 5, 31), evidence=())).missing == (
        "evidence.credit_report",
    )
    assert _judged_on(predicate, old, date(2024, 5, 31)) is HOLDS
    assert _judged_on(predicate, old, date(2024, 6, 1)) is MISSING


def _judged_on(predicate, papers, day):
    import msgspec

    return predicate.judge(msgspec.structs.replace(facts(), as_of=day, evidence=papers)).state


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 12, 15), 12, date(2024, 12, 15)),
        (date(2024, 11, 30), 3, date(2025, 2, 28)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_its_month(day, months, later):
    assert months_after(day, months) == later


def test_days_are_half_open():
    days = Days(start=date(2024, 1, 1), end=date(2024, 2, 1))

    assert days.contains(date(2024, 1, 1))
    assert not days.contains(date(2024, 2, 1))


def test_there_are_thirty_named_predicates_and_one_for_what_was_not_seen():
    assert len(AnyRule.__args__) == 31
