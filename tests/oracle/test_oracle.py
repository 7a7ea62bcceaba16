"""The oracle against values reckoned by hand: it must be right before it may judge."""

from __future__ import annotations

import gzip
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from tests.oracle import Award, Lot, Price, Use, rate, rate_uses, read_usage

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
CARD_HOUR = 3_600_000_000
YUAN = 1_000_000
HEADER = "job_id,tenant,cards,card_type,started_at,ended_at\n"


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def use(job: str, starts: datetime, ends: datetime, cards: str = "1", **overrides: object) -> Use:
    length = Fraction((ends - starts) // timedelta(milliseconds=1), 1000)
    values = {
        "tenant": "alpha",
        "card_type": "910B2",
        "card_seconds": Fraction(cards) * length,
        **overrides,
    }
    return Use(job=job, starts=starts, ends=ends, cards=Fraction(cards), **values)  # type: ignore[arg-type]


def price(yuan: str = "2", **overrides: object) -> Price:
    values = {"code": "p", "starts": at(1, 1), **overrides}
    return Price(yuan=Fraction(yuan), **values)  # type: ignore[arg-type]


def amounts(shares: object) -> list[tuple[str, str, int]]:
    return [(share.payer_kind, share.payer, share.amount) for share in shares]  # type: ignore[attr-defined]


def test_one_card_for_thirty_days_costs_the_same_in_slices() -> None:
    # Given one card from 1 to 31 October (Shanghai), whole and in 43,200 slices of 60 seconds
    start = at(9, 30, 16)
    whole = [use("whole", start, start + timedelta(days=30))]
    minutes = [
        use(f"slice-{n}", start + timedelta(minutes=n), start + timedelta(minutes=n + 1))
        for n in range(43_200)
    ]

    # When it is rated at 2.430001 yuan with a subsidy of a third
    third = Award(
        code="third",
        tenant="alpha",
        rate=Fraction(1, 3),
        cap_micro=10**12,
        starts=at(1, 1),
        ends=at(12, 31),
    )
    books = [rate_uses(uses, [price("2.430001")], [third]) for uses in (whole, minutes)]

    # Then both cost 1,749.600720 yuan, of which the programme pays exactly a third
    for one in books:
        assert one.by_price() == {("alpha", OCTOBER, "p"): (720 * CARD_HOUR, 0, 1_749_600_720)}
        assert one.by_payer() == {
            ("alpha", OCTOBER, "award", "third"): 583_200_240,
            ("alpha", OCTOBER, "arrears", ""): 1_166_400_480,
        }

    # And rounding each slice would have lost 720 micro-yuan
    assert 43_200 * price("2.430001").total_micro(Fraction(60)) == 1_749_600_000


def test_a_half_rounds_up() -> None:
    # 1 yuan an hour is 2.5 micro-yuan for 9 milliseconds
    assert price("1").total_micro(Fraction(9, 1000)) == 3
    assert price("1").total_micro(Fraction(8, 1000)) == 2
    assert price("1").total_micro(Fraction(0)) == 0


def test_use_is_cut_where_the_month_turns_in_shanghai() -> None:
    books = rate_uses([use("j", at(9, 30, 15), at(9, 30, 18), "0.22")], [price("3")])

    assert [(c.month, c.starts, c.quantity, c.gross) for c in books.charges] == [
        (SEPTEMBER, at(9, 30, 15), 792_000_000, 660_000),
        (OCTOBER, at(9, 30, 16), 1_584_000_000, 1_320_000),
    ]


def test_use_is_cut_where_the_price_changes() -> None:
    old = price("2", code="old", ends=at(10, 5))
    new = price("3", code="new", starts=at(10, 5))

    books = rate_uses([use("j", at(10, 4, 20), at(10, 5, 2))], [old, new])

    assert [(c.segment_no, c.price, c.gross) for c in books.charges] == [
        (1, "old", 8 * YUAN),
        (2, "new", 6 * YUAN),
    ]


def test_a_night_price_holds_in_its_band_of_the_local_day() -> None:
    # 00:00 to 08:00 in Shanghai is 16:00 to 00:00 UTC
    night = price("1", code="night", band=(0, 480))

    books = rate_uses([use("j", at(10, 4, 14), at(10, 5, 1))], [price("2", code="day"), night])

    assert [(c.price, c.starts, c.gross) for c in books.charges] == [
        ("day", at(10, 4, 14), 4 * YUAN),
        ("night", at(10, 4, 16), 8 * YUAN),
        ("day", at(10, 5), 2 * YUAN),
    ]


def test_a_graduated_price_counts_the_month_of_the_tenant() -> None:
    # Given 10 yuan for the first 5 card-hours of a month and 8 beyond
    steps = ((Fraction(0), Fraction(10)), (Fraction(5), Fraction(8)))

    # When 3 and 4 card-hours are used in October and 4 in November
    books = rate_uses(
        [
            use("first", at(10, 2), at(10, 2, 3)),
            use("second", at(10, 3), at(10, 3, 4)),
            use("third", at(11, 3), at(11, 3, 4)),
        ],
        [price(steps=steps)],
    )

    # Then 2 of the second's hours are of the second step, and November begins anew
    assert [c.gross for c in books.charges] == [30 * YUAN, 36 * YUAN, 40 * YUAN]


def test_a_contract_goes_before_the_list_and_a_correction_before_its_price() -> None:
    prices = [
        price("5", code="list", rank=3),
        price("4", code="list-mended", rank=3, correction=1),
        price("1", code="contract", rank=1, tenant="beta"),
    ]

    books = rate_uses(
        [
            use("a", at(10, 2), at(10, 2, 1)),
            use("b", at(10, 2), at(10, 2, 1), tenant="beta"),
        ],
        prices,
    )

    assert [c.price for c in books.charges] == ["list-mended", "contract"]


def test_the_waterfall_of_payers() -> None:
    # Given 10 card-hours at 10 yuan; 2 card-hours in kind, 7.5 yuan of promotion, two awards
    lots = [
        Lot(code="paid", tenant="alpha", kind="paid", amount=20 * YUAN),
        Lot(code="promotion", tenant="alpha", kind="promotion", amount=7_500_000),
        Lot(code="package", tenant="alpha", kind="in_kind", amount=2 * CARD_HOUR),
        Lot(code="limit", tenant="alpha", kind="credit", amount=5 * YUAN),
    ]
    awards = [
        Award(
            code=code,
            tenant="alpha",
            rate=rate_of,
            cap_micro=cap * YUAN,
            starts=at(1, 1),
            ends=at(12, 31),
            order=place,
        )
        for place, code, rate_of, cap in (
            (2, "half", Fraction(1, 2), 100),
            (1, "capped", Fraction(4, 10), 20),
        )
    ]

    # When they are used at once
    books = rate_uses([use("j", at(10, 2), at(10, 2, 10))], [price("10")], awards, lots)

    # Then 80 gross - 7.5 discount = 72.5 net; 40 % of it is 29, capped at 20; half of 52.5 is
    # 26.25; of the rest, 26.25, the tenant has paid 20, may owe 5, and is 1.25 in arrears
    assert amounts(books.shares) == [
        ("in_kind", "package", 2 * CARD_HOUR),
        ("promotion", "promotion", 7_500_000),
        ("award", "capped", 20_000_000),
        ("award", "half", 26_250_000),
        ("paid", "paid", 20_000_000),
        ("credit", "limit", 5_000_000),
        ("arrears", "", 1_250_000),
    ]
    (charge,) = books.charges
    assert (charge.gross, charge.discount, charge.programme, charge.tenant_pays) == (
        80_000_000,
        7_500_000,
        46_250_000,
        26_250_000,
    )
    assert (charge.quantity, charge.in_kind) == (10 * CARD_HOUR, 2 * CARD_HOUR)


def test_an_exhausted_award_is_still_asked() -> None:
    award = Award(
        code="a",
        tenant="alpha",
        rate=Fraction(1, 2),
        cap_micro=3 * YUAN,
        starts=at(1, 1),
        ends=at(12, 31),
    )
    jobs = [use(f"j{n}", at(10, 2, n), at(10, 2, n + 1)) for n in range(5)]

    books = rate_uses(jobs, [price("2")], [award])

    given = [share.amount for share in books.shares if share.payer_kind == "award"]
    assert given == [YUAN, YUAN, YUAN, 0, 0]


def test_lots_burn_specific_first_then_early_expiry_then_small_grant() -> None:
    def lot(code: str, amount: int, **more: object) -> Lot:
        values = {"tenant": "alpha", "kind": "paid", **more}
        return Lot(code=code, amount=amount * YUAN, **values)  # type: ignore[arg-type]

    lots = [
        lot("large", 3),
        lot("small", 2),
        lot("expiring", 4, expires=at(11, 1)),
        lot("specific", 5, specificity=1, card_type="910B2"),
        lot("expired", 9, expires=at(10, 1)),
        lot("elsewhere", 9, specificity=1, card_type="H200"),
    ]

    books = rate_uses([use("j", at(10, 2), at(10, 2, 13))], [price("1")], [], lots)

    assert amounts(books.shares) == [
        ("paid", "specific", 5 * YUAN),
        ("paid", "expiring", 4 * YUAN),
        ("paid", "small", 2 * YUAN),
        ("paid", "large", 2 * YUAN),
    ]


def test_use_is_cut_where_a_promotion_begins_and_a_paid_lot_ends() -> None:
    lots = [
        Lot(code="from", tenant="alpha", kind="promotion", amount=YUAN, starts=at(10, 2, 1)),
        Lot(code="until", tenant="alpha", kind="paid", amount=9 * YUAN, expires=at(10, 2, 2)),
    ]

    books = rate_uses([use("j", at(10, 2), at(10, 2, 3))], [price("1")], [], lots)

    assert amounts(books.shares) == [
        ("paid", "until", YUAN),
        ("promotion", "from", YUAN),
        ("arrears", "", YUAN),
    ]


def test_suspended_use_is_shared_out_by_largest_remainder() -> None:
    # Given 3 hours of one card that was suspended but for 10 units of quantity
    suspended = use("j", at(10, 2), at(10, 2, 3), card_seconds=Fraction(10, 1_000_000))
    prices = [
        price("1", code="a", ends=at(10, 2, 1)),
        price("1", code="b", starts=at(10, 2, 1), ends=at(10, 2, 2)),
        price("1", code="c", starts=at(10, 2, 2)),
    ]

    books = rate_uses([suspended], prices)

    assert [charge.quantity for charge in books.charges] == [4, 3, 3]


def test_a_file_is_read_packed_and_in_the_order_of_arrival(tmp_path: Path) -> None:
    rows = (
        "j1,alpha,1,910B2,2026-10-02T00:00:00Z,2026-10-02T01:00:00Z\n"
        "j2,alpha,0.5,910B2,2026-10-02T08:00:00+08:00,2026-10-02T10:00:00+08:00\n"
        "none,alpha,1,910B2,,2026-10-02T01:00:00Z\n"
        "zero,alpha,0,910B2,2026-10-02T00:00:00Z,2026-10-02T01:00:00Z\n"
        "back,alpha,1,910B2,2026-10-02T01:00:00Z,2026-10-02T01:00:00Z\n"
    )
    packed = tmp_path / "usage.csv.gz"
    packed.write_bytes(gzip.compress((HEADER + rows).encode()))
    lot = Lot(code="lot", tenant="alpha", kind="paid", amount=YUAN)

    books = rate(packed, [price("1")], [], [lot], ["j2", "j1"])

    assert [(share.job, share.payer_kind) for share in books.shares] == [
        ("j2", "paid"),
        ("j1", "arrears"),
    ]


@pytest.mark.shared_data
def test_real_use_is_metered_as_others_metered_it(shared_data: Path) -> None:
    truth: dict[tuple[str, str], int] = {}
    for line in (shared_data / "philly-2017-09-10.truth.csv").read_text().splitlines()[1:]:
        _basis, zone, tenant, month, milli_card_seconds, *_ = line.split(",")
        if zone == "Asia/Shanghai":
            truth[tenant, month] = int(milli_card_seconds)
    uses = read_usage(shared_data / "philly-2017-09-10.csv.gz")
    free = Price(code="free", starts=datetime(2000, 1, 1, tzinfo=UTC))

    found: dict[tuple[str, str], int] = defaultdict(int)
    for charge in rate_uses(uses, [free]).charges:
        found[charge.tenant, f"{charge.month:%Y-%m}"] += charge.quantity // 1000

    assert len(uses) == 52_558
    assert found == truth
