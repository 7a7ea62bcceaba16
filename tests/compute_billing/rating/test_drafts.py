"""A price is proposed with its effect on last month's use, and published by somebody else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from compute_billing.catalogue import operations as catalogue
from compute_billing.catalogue import publishing
from compute_billing.catalogue.models import Price, PriceDraft, PriceDraftDecision
from compute_billing.catalogue.operations import Proposal
from compute_billing.metering import operations as metering
from compute_billing.rating import drafts, rerate
from compute_billing.rating.models import PriceDraftEffect
from kernel.models import AuditEntry
from tests.builders.accounts import make_user
from tests.builders.market import HOUR_MS, LONG_AGO, NOW, YUAN, Market, instant_ms, make_market
from tests.builders.metering import make_parsed_record

pytestmark = pytest.mark.django_db

OCTOBER = date(2026, 10, 1)
DECEMBER = datetime(2026, 11, 30, 16, tzinfo=UTC)
NOON = datetime(2026, 10, 12, 4, 0, tzinfo=UTC)


def job(account: str, *, hours: int = 2, at: datetime = NOON, **more: Any) -> dict[str, Any]:
    """One card for some hours of October."""
    started = instant_ms(at)
    return {
        "account": account,
        "milli_cards": 1000,
        "started_ms": started,
        "ended_ms": started + hours * HOUR_MS,
        "quantity": 1000 * hours * HOUR_MS,
        **more,
    }


def october(**price: Any) -> Market:
    """Two tenants that used 10 and 3 card-hours of October at 3 yuan."""
    market = make_market(price_micro=3 * YUAN, **price)
    for account, hours in (("rich", 10), ("poor", 3)):
        market.add_tenant(account, paid_yuan=1000)
        market.report(job(account, hours=hours))
    market.rate()
    return market


def propose(market: Market, **more: Any) -> PriceDraft:
    others = {name: more.pop(name) for name in ("maker_id", "replaces") if name in more}
    proposal = Proposal(
        **{
            "price_list_id": market.prices.pk,
            "meter_id": market.meter.pk,
            "cluster_id": None,
            "valid_from": DECEMBER,
            "unit_price_micro": 2_500_001,
            "reason": "electricity is cheaper",
            **more,
        }
    )
    return drafts.propose_price(
        proposal=proposal, now=NOW, **{"maker_id": make_user().pk, **others}
    )


def effects(draft: PriceDraft) -> dict[int, tuple[int, int]]:
    """Return by tenant what its month cost, and what it would have cost."""
    found = PriceDraftEffect.objects.filter(draft=draft)
    return {effect.tenant_id: (effect.gross_before, effect.gross_after) for effect in found}


def assert_a_rerate_says_the_same(market: Market, draft: PriceDraft) -> None:
    """Correct the month's price to the draft's and let a rerate say what that changes."""
    wrong = Price.objects.get(price_list=market.prices, correction_no=0)
    publishing.correct_price(price_id=wrong.pk, unit_price_micro=draft.unit_price_micro, now=NOW)
    told = {
        difference.tenant_id: difference.gross
        for difference in rerate.preview(month=OCTOBER, now=NOW)
    }
    assert {tenant: after - before for tenant, (before, after) in effects(draft).items()} == told


def test_the_effect_is_what_a_rerate_would_change_to_the_unit() -> None:
    market = october()
    market.report(
        job("rich", hours=1, milli_cards=1, quantity=HOUR_MS, at=NOON - timedelta(days=2))
    )
    market.rate()

    draft = propose(market)

    rich, poor = market.tenants["rich"].pk, market.tenants["poor"].pk
    assert effects(draft) == {rich: (30_003_000, 25_002_510), poor: (9_000_000, 7_500_003)}
    assert_a_rerate_says_the_same(market, draft)


def test_corrections_and_slices_change_nothing_of_that() -> None:
    market = october()
    market.report(job("rich", hours=4, external_id="long", at=NOON + timedelta(days=1)))
    market.rate()
    back = job("rich", hours=1, at=NOON + timedelta(days=1, hours=1), corrects="long")
    market.report({**back, "external_id": "back", "quantity": -1000 * HOUR_MS})
    market.rate()

    draft = propose(market)

    assert effects(draft)[market.tenants["rich"].pk] == (39_000_000, 32_500_013)
    assert_a_rerate_says_the_same(market, draft)


def test_tiers_that_lose_quantity_are_priced_by_what_is_left() -> None:
    tiers = [(0, 4 * YUAN), (5 * 3_600_000_000, 2 * YUAN)]
    market = make_market(price_micro=None, tiers=tiers)
    market.add_tenant("rich", paid_yuan=1000)
    market.report(job("rich", hours=10))
    market.rate()

    draft = propose(market, unit_price_micro=3 * YUAN)

    assert effects(draft) == {market.tenants["rich"].pk: (30_000_000, 30_000_000)}


def test_a_class_price_moves_only_its_members_for_the_time_they_are_in_it() -> None:
    market = october()
    puhui = catalogue.make_price_list(
        kind="class", code="class-of-drafts", issuer_id=market.operator.pk, customer_class="small"
    )
    catalogue.assign_customer_class(
        tenant_id=market.tenants["rich"].pk,
        customer_class="small",
        valid_from=NOON + timedelta(hours=4),
    )

    draft = propose(market, price_list_id=puhui.pk, unit_price_micro=YUAN)

    # six of ten hours at 1 instead of 3 yuan
    assert effects(draft) == {market.tenants["rich"].pk: (30_000_000, 18_000_000)}


def test_a_night_price_moves_what_was_used_at_night() -> None:
    market = october()
    catalogue.add_time_band(
        price_list_id=market.prices.pk, code="evening", starts_minute=18 * 60, ends_minute=1440
    )

    draft = propose(market, band="evening", unit_price_micro=YUAN)

    # from noon in Beijing, four of ten hours lie behind six in the evening
    assert effects(draft) == {market.tenants["rich"].pk: (30_000_000, 22_000_000)}


def test_a_price_of_another_cluster_moves_nothing_and_one_of_this_cluster_all() -> None:
    market = october()
    other = catalogue.add_cluster(
        centre_id=market.cluster.centre_id, code="cluster-of-drafts", name="", milli_cards=8_000
    )

    elsewhere = propose(market, cluster_id=other.pk)
    here = propose(market, cluster_id=market.cluster.pk)

    assert effects(elsewhere) == {}
    assert len(effects(here)) == 2


def test_a_general_price_moves_nothing_where_a_better_one_holds() -> None:
    market = october(cluster_id=None)
    contract = catalogue.make_price_list(
        kind="contract",
        code="contract-of-drafts",
        issuer_id=market.operator.pk,
        tenant_id=market.tenants["rich"].pk,
    )
    catalogue.publish_price(
        price_list_id=contract.pk,
        meter_id=market.meter.pk,
        unit_price_micro=YUAN,
        valid_from=LONG_AGO,
        now=NOW,
    )
    market.report(job("rich", at=NOON + timedelta(days=3)))
    market.rate()

    draft = propose(market)

    # two hours at the contract's yuan stay; ten of the list move
    assert effects(draft)[market.tenants["rich"].pk] == (32_000_000, 27_000_010)


def test_approval_ends_the_price_that_holds_and_publishes_the_draft() -> None:
    market = october()
    draft = propose(market)

    drafts.approve_price(draft_id=draft.public_id, approver_id=make_user().pk, now=NOW)

    former, published = Price.objects.filter(price_list=market.prices).order_by("id")
    assert former.valid.upper == DECEMBER == published.valid.lower
    assert (published.unit_price_micro, published.valid.upper) == (2_500_001, None)
    entry = AuditEntry.objects.get(action="rating.approve_price")
    assert (entry.detail["tenants"], entry.detail["difference"]) == (2, -6_499_987)


def test_the_maker_does_not_approve_in_python_nor_in_sql() -> None:
    market = october()
    draft = propose(market)

    with pytest.raises(catalogue.UnableToApproveOwnPrice):
        drafts.approve_price(draft_id=draft.public_id, approver_id=draft.maker_id, now=NOW)
    price, another = Price.objects.get(price_list=market.prices), make_user()
    for maker_id, refusal in (
        (draft.maker_id, "price_draft_four_eyes"),
        (another.pk, "price_draft_decision_names_the_maker"),
    ):
        with pytest.raises(IntegrityError, match=refusal), transaction.atomic():
            PriceDraftDecision.objects.create(
                draft=draft,
                maker_id=maker_id,
                decision="approved",
                decider_id=draft.maker_id,
                decided_at=NOW,
                price=price,
            )


def test_a_draft_that_was_changed_cannot_be_approved_any_more() -> None:
    market = october()
    seen = propose(market)
    changed = propose(market, unit_price_micro=9 * YUAN, replaces=seen.public_id)

    with pytest.raises(catalogue.PriceDraftDecided):
        drafts.approve_price(draft_id=seen.public_id, approver_id=make_user().pk, now=NOW)

    assert Price.objects.filter(price_list=market.prices).count() == 1
    assert seen.decision.replaced_by == changed


def test_a_refused_draft_is_over() -> None:
    market = october()
    draft = propose(market)
    drafts.refuse_price(draft_id=draft.public_id, decider_id=draft.maker_id, now=NOW)

    with pytest.raises(catalogue.PriceDraftDecided):
        drafts.approve_price(draft_id=draft.public_id, approver_id=make_user().pk, now=NOW)
    with pytest.raises(catalogue.PriceDraftDecided):
        propose(market, replaces=draft.public_id)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"valid_from": NOW}, catalogue.UnableToPublishPrice),
        ({"unit_price_micro": -1}, catalogue.UnableToPublishPrice),
        ({"band": "night"}, catalogue.UnableToPublishPrice),
        ({"meter_id": 0}, catalogue.PriceNotFound),
        ({"replaces": uuid4()}, catalogue.UnknownPriceDraft),
    ],
)
def test_what_makes_no_price_is_not_proposed(wrong: dict[str, Any], refusal: type) -> None:
    market = october()

    with pytest.raises(refusal):
        propose(market, **wrong)

    assert not PriceDraft.objects.exists()


def test_a_price_that_was_charged_beyond_the_beginning_stands_against_it() -> None:
    market = october()
    draft = propose(market, valid_from=NOW + timedelta(hours=1))
    later = NOW + timedelta(hours=8)
    record = make_parsed_record(
        **{"position": 1, "card_type": market.meter.code, **job("rich", at=NOW, hours=6)},
        external_id="beyond",
    )
    metering.record_batch([record], source=market.source, import_id=market.import_id, now=later)
    market.rate()

    with pytest.raises(catalogue.UnableToEndPrice):
        drafts.approve_price(draft_id=draft.public_id, approver_id=make_user().pk, now=later)

    assert not PriceDraftDecision.objects.exists()
