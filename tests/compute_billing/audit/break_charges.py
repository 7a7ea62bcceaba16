"""Breakers of the laws of use and charges."""

from __future__ import annotations

from datetime import date

from tests.builders.world import at
from tests.compute_billing.audit.breakers import (
    Keys,
    account,
    account_of_kind,
    add_to_share,
    breaks,
    charge_id,
    do,
    drop_constraint,
    one,
    tenant_id,
    usage_id,
)

KEYS = "usage_and_keys_pair_up"
WAITS = "usage_is_pending_or_charged"
LIVE = "one_live_charge_at_each_instant"
SUMS = "segments_sum_to_the_record"
PRICES = "charges_use_valid_prices"


@breaks(KEYS)
def key_is_lost() -> list[Keys]:
    do("DELETE FROM metering_usage_key WHERE external_id = 'a7'")
    return [{"usage_id": usage_id("a7"), "problem": "record without its key"}]


@breaks(KEYS)
def key_names_another_tenant() -> list[Keys]:
    do(
        "UPDATE metering_usage_key SET tenant_id = %(beta)s WHERE external_id = 'a1'",
        beta=tenant_id("beta"),
    )
    return [
        {"tenant_id": tenant_id("alpha"), "external_id": "a1"},
        {"tenant_id": tenant_id("beta"), "problem": "key without its record"},
    ]


@breaks("net_coverage_is_zero_or_one")
def job_runs_twice_at_once() -> list[Keys]:
    allocation = one("SELECT allocation_id FROM metering_usage_record WHERE external_id = 'a7'")
    do(
        "UPDATE metering_usage_record SET allocation_id = %(allocation)s WHERE external_id = 'a8'",
        allocation=allocation,
    )
    return [{"allocation_id": allocation, "at": at(10, 9, 1), "coverage": 2}]


@breaks("corrections_stay_within_the_original")
def more_cards_are_taken_back() -> list[Keys]:
    do(
        "UPDATE metering_usage_record SET milli_cards = milli_cards + 1 "
        "WHERE external_id = 'a2:correction'"
    )
    return [{"usage_id": usage_id("a2:correction"), "corrects_id": usage_id("a2")}]


@breaks("cards_in_use_within_the_cluster")
def cluster_shrinks() -> list[Keys]:
    do("UPDATE catalogue_cluster SET milli_cards = 15999")
    return [{"at": at(10, 3), "milli_cards": 15999}]


@breaks(WAITS)
def waiting_usage_is_lost() -> list[Keys]:
    do("DELETE FROM metering_usage_pending WHERE usage_id = %(id)s", id=usage_id("a8"))
    return [{"usage_id": usage_id("a8"), "problem": "neither pending nor charged"}]


@breaks(WAITS)
def charged_usage_waits_again() -> list[Keys]:
    do(
        "INSERT INTO metering_usage_pending (tenant_id, usage_id, recorded_month, is_correction) "
        "SELECT tenant_id, id, recorded_month, false FROM metering_usage_record "
        "WHERE external_id = 'b1'"
    )
    return [{"usage_id": usage_id("b1"), "problem": "pending and charged"}]


@breaks(LIVE)
def a_minute_is_not_charged() -> list[Keys]:
    do(
        "UPDATE rating_charge SET segment_end = segment_end - interval '1 minute' "
        "WHERE id = %(id)s",
        id=charge_id("a4", revision=2),
    )
    return [{"usage_id": usage_id("a4"), "at": at(9, 30, 15, 59), "problem": "0 live charges"}]


@breaks(LIVE)
def rerated_charge_is_not_as_long() -> list[Keys]:
    do(
        "UPDATE rating_charge SET segment_start = segment_start + interval '1 minute' "
        "WHERE id = %(id)s",
        id=charge_id("a5", revision=4),
    )
    return [{"usage_id": usage_id("a5"), "at": at(10, 3), "problem": "0 live charges"}]


@breaks(LIVE, needs_full=True)
def a_minute_of_a_closed_month_is_not_charged() -> list[Keys]:
    do(
        "UPDATE rating_charge SET segment_end = segment_end - interval '1 minute' "
        "WHERE id = %(id)s",
        id=charge_id("b2"),
    )
    return [{"usage_id": usage_id("b2"), "problem": "not from start to end"}]


@breaks(SUMS)
def more_was_used_than_charged() -> list[Keys]:
    do("UPDATE metering_usage_record SET quantity = quantity - 1 WHERE external_id = 'b5'")
    return [{"usage_id": usage_id("b5")}]


@breaks(SUMS)
def more_was_used_than_charged_in_a_closed_month() -> list[Keys]:
    do("UPDATE metering_usage_record SET quantity = quantity - 1 WHERE external_id = 'b1'")
    return [{"usage_id": usage_id("b1")}]


@breaks("reversals_stay_within_the_original")
def reversal_names_a_charge_of_other_hours() -> list[Keys]:
    reversal = charge_id("a2:correction", 2)
    do(
        "UPDATE rating_charge SET reverses_id = %(original)s WHERE id = %(reversal)s",
        original=charge_id("a2", 4, 2),
        reversal=reversal,
    )
    return [{"charge_id": reversal}]


@breaks("gross_follows_the_price")
def one_micro_yuan_moves_between_charges() -> list[Keys]:
    lot = account("top-up-2")
    changed = []
    for charge, amount in ((charge_id("a4", 1, 4), -1), (charge_id("a5", 1, 4), 1)):
        do(
            "UPDATE rating_charge SET gross = gross + %(amount)s, tenant = tenant + %(amount)s "
            "WHERE id = %(id)s",
            id=charge,
            amount=amount,
        )
        add_to_share(charge, lot, amount)
        changed.append({"charge_id": charge})
    return changed


@breaks("counters_hold_what_was_charged")
def counter_is_changed() -> list[Keys]:
    do(
        "UPDATE rating_counter SET amount = amount + 1 "
        "WHERE tenant_id = %(beta)s AND amount = 2200000700",
        beta=tenant_id("beta"),
    )
    return [{"tenant_id": tenant_id("beta"), "month": date(2026, 10, 1), "amount": 2200000701}]


@breaks("months_hold_what_was_spent")
def month_spend_is_changed() -> list[Keys]:
    do(
        "UPDATE budgets_month_spend SET spent = spent + 1 "
        "WHERE tenant_id = %(beta)s AND month = '2026-10-01' AND project_id = 0",
        beta=tenant_id("beta"),
    )
    return [{"tenant_id": tenant_id("beta"), "month": date(2026, 10, 1)}]


@breaks("charge_parts_add_up")
def one_micro_yuan_moves_between_shares() -> list[Keys]:
    lot = account("top-up-2")
    charges = charge_id("a4", 1, 4), charge_id("a5", 1, 4)
    for charge, amount in zip(charges, (-1, 1), strict=True):
        add_to_share(charge, lot, amount)
    return [{"charge_id": charge} for charge in charges]


@breaks("shares_name_their_payer")
def arrears_pass_for_paid() -> list[Keys]:
    do(
        "UPDATE rating_charge_share SET payer_kind = 'paid', cause = '' WHERE charge_id = %(id)s",
        id=charge_id("b4"),
    )
    return [
        {
            "charge_id": charge_id("b4"),
            "payer_kind": "paid",
            "account_id": account_of_kind("arrears", "beta"),
        }
    ]


@breaks("prices_never_overlap")
def price_overlaps() -> list[Keys]:
    drop_constraint("catalogue_price", "price_never_overlaps_in_its_key")
    price = one(
        "INSERT INTO catalogue_price (price_list_id, meter_id, cluster_id, band, correction_no, "
        "    valid, kind, unit_price_micro, tax_class, payee_id, created_at) "
        "SELECT price_list_id, meter_id, cluster_id, band, correction_no, "
        "    tstzrange('2026-09-15 15:59Z', '2026-09-15 16:00Z'), kind, 1, tax_class, payee_id, "
        "    created_at "
        "FROM catalogue_price WHERE unit_price_micro = 2430001 RETURNING id"
    )
    return [{"other_price_id": price}]


@breaks(PRICES)
def used_price_is_ended_early() -> list[Keys]:
    do(
        "UPDATE catalogue_price SET valid = tstzrange(lower(valid), '2026-10-04 10:00Z') "
        "WHERE kind = 'graduated'"
    )
    return [{"charge_id": charge_id("b5"), "problem": "outside the validity of its price"}]


@breaks(PRICES)
def prices_may_be_edited() -> list[Keys]:
    do("ALTER TABLE catalogue_price DISABLE TRIGGER refuse_price_edit")
    return [{"charge_id": None}]


@breaks("charges_lie_in_their_months")
def charge_is_put_off() -> list[Keys]:
    do(
        "UPDATE rating_charge SET booked_month = '2026-11-01' WHERE id = %(id)s",
        id=charge_id("b5"),
    )
    return [{"charge_id": charge_id("b5"), "booked_month": date(2026, 11, 1)}]


@breaks("charges_name_their_cluster")
def charge_moves_to_another_cluster() -> list[Keys]:
    do(
        "UPDATE rating_charge SET cluster_id = cluster_id + 1 WHERE id = %(id)s",
        id=charge_id("b5"),
    )
    return [{"charge_id": charge_id("b5")}]


@breaks("charges_lie_in_their_months")
def month_begins_an_hour_later() -> list[Keys]:
    do(
        "UPDATE kernel_billing_month SET ends_at = ends_at - interval '1 hour' "
        "WHERE month = '2026-09-01'"
    )
    return [{"charge_id": charge_id("a4"), "usage_month": date(2026, 9, 1)}]
