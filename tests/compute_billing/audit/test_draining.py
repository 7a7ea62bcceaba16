"""When what is left no longer pays what is used: exact instants."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from compute_billing.audit.draining import Drained, Kept, Place, Source, Stream, drain
from tests.builders.market import CARD_HOUR, NOW, YUAN

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
HOUR_MS = 3_600_000
HERE = Place(operator_id=1, cluster_id=2, meter_id=3, project_id=None)
THERE = Place(operator_id=1, cluster_id=4, meter_id=3, project_id=5)
YUAN_A_CARD_HOUR = Fraction(YUAN, CARD_HOUR)


def stream(place: Place = HERE, *, cards: int = 1) -> Stream:
    """So many cards run in a place all the time, at a yuan an hour each."""
    return Stream(place=place, pace=Fraction(cards * 1_000), price=YUAN_A_CARD_HOUR)


def lot(free: int, stage: str = "paid", **changes: Any) -> Source:
    terms: dict[str, Any] = {
        "operator_id": 1,
        "cluster_id": None,
        "meter_id": None,
        "project_id": None,
        "starts_at": NOW,
        "expires_at": None,
        **changes,
    }
    return Source(stage=stage, free=free, **terms)


def ends(
    *lots: Source, streams: list[Stream] | None = None, kept: tuple[Kept, ...] = ()
) -> Drained:
    return drain(
        streams=[stream()] if streams is None else streams,
        lots=lots,
        kept=kept,
        now=NOW,
        until=NOW + 100 * DAY,
    )


def spent_at(at: datetime) -> Drained:
    return Drained(ends_at=at, is_by_expiry=False, unused=0)


def test_money_lasts_as_long_as_it_pays() -> None:
    assert ends(lot(24 * YUAN)) == spent_at(NOW + DAY)
    assert ends() == spent_at(NOW)
    # Beyond the horizon nothing is said, and without use nothing ends.
    assert ends(lot(2_400 * YUAN)).ends_at is None
    assert ends(streams=[]).ends_at is None


def test_it_ends_in_the_millisecond_in_which_it_no_longer_suffices() -> None:
    # A micro-yuan pays 3.6 milliseconds.
    assert ends(lot(1)) == spent_at(NOW + timedelta(milliseconds=4))


def test_what_expires_before_it_is_used_is_not_counted() -> None:
    # given 240 yuan of which 200 are over in ten hours, and are spent first
    promotion = lot(200 * YUAN, "promotion", expires_at=NOW + 10 * HOUR)
    assert ends(promotion, lot(40 * YUAN)) == Drained(
        ends_at=NOW + 50 * HOUR, is_by_expiry=False, unused=190 * YUAN
    )
    # and alone it ends by its expiry
    assert ends(promotion) == Drained(ends_at=NOW + 10 * HOUR, is_by_expiry=True, unused=190 * YUAN)


def test_card_time_pays_first_and_its_expiry_ends_it() -> None:
    # given a package of two cards for three days, of which one is used
    package = lot(144 * CARD_HOUR, "in_kind", meter_id=3, expires_at=NOW + 3 * DAY)
    assert ends(package) == Drained(ends_at=NOW + 3 * DAY, is_by_expiry=True, unused=0)
    # and 24 yuan behind it, which nothing touches until then
    assert ends(package, lot(24 * YUAN)) == spent_at(NOW + 4 * DAY)
    # and the next month of the package, which begins a day after the money began to pay
    renewed = lot(
        48 * CARD_HOUR,
        "in_kind",
        meter_id=3,
        starts_at=NOW + 3 * DAY + 12 * HOUR,
        expires_at=NOW + 8 * DAY,
    )
    assert ends(package, renewed, lot(24 * YUAN)) == spent_at(NOW + 6 * DAY)


def test_money_for_a_project_does_not_pay_elsewhere() -> None:
    ours = lot(240 * YUAN, project_id=5)
    assert ends(ours, streams=[stream(THERE)]) == spent_at(NOW + 10 * DAY)
    # The first use that cannot be paid is the end, whatever is left for others.
    both = [stream(HERE), stream(THERE)]
    assert ends(ours, lot(24 * YUAN), streams=both) == spent_at(NOW + DAY)
    assert ends(lot(24 * YUAN, operator_id=9)) == spent_at(NOW)


def test_two_streams_draw_on_one_lot_together() -> None:
    both = [stream(HERE, cards=1), stream(THERE, cards=3)]
    assert ends(lot(24 * YUAN), streams=both) == spent_at(NOW + 6 * HOUR)


def test_what_is_held_pays_its_own_job_and_nothing_else() -> None:
    # given two cards in use, one of them by a job with a hold of ten hours; 24 yuan are free
    hold = Kept(place=HERE, milli_cards=1_000, starts_at=NOW - HOUR, until=NOW + 10 * HOUR)
    two = [stream(HERE, cards=2)]
    # then ten hours cost one yuan each, and the other 14 yuan last seven hours
    assert ends(lot(24 * YUAN), streams=two, kept=(hold,)) == spent_at(NOW + 17 * HOUR)
    # and one in another place helps nobody here
    elsewhere = Kept(place=THERE, milli_cards=1_000, starts_at=NOW, until=NOW + 10 * HOUR)
    assert ends(lot(24 * YUAN), streams=two, kept=(elsewhere,)) == spent_at(NOW + 12 * HOUR)


def test_use_that_costs_nothing_never_ends() -> None:
    free_of_charge = Stream(place=HERE, pace=Fraction(1_000), price=Fraction(0))
    assert ends(streams=[free_of_charge]).ends_at is None
