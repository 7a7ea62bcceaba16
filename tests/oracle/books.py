"""Cut, price and split use, one row after the other, one rule after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.oracle.terms import Award, Lot, Price
from tests.oracle.usage import Use, read_usage, seconds

BILLING_ZONE = ZoneInfo("Asia/Shanghai")
MILLI_CARD_MS = 1_000_000
MINUTES_PER_HOUR = 60

Slice = tuple[datetime, datetime, Price, int]


@dataclass(frozen=True, kw_only=True)
class Charge:
    """The price of one segment. Money in micro-yuan, quantities in milli-card-milliseconds."""

    job: str
    tenant: str
    segment_no: int
    month: date
    price: str
    starts: datetime
    ends: datetime
    quantity: int
    in_kind: int
    gross: int
    discount: int
    programme: int
    tenant_pays: int


@dataclass(frozen=True, kw_only=True)
class Share:
    """Who pays how much of a charge.

    `payer` is the code of a lot or award; for arrears, of the operator that they are owed to.
    """

    job: str
    tenant: str
    segment_no: int
    month: date
    price: str
    payer_kind: str
    payer: str
    amount: int


@dataclass(kw_only=True)
class OracleBooks:
    """What should stand in the books."""

    charges: list[Charge] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)

    def by_price(self) -> dict[tuple[str, date, str], tuple[int, int, int]]:
        """Return (quantity, quantity in kind, gross) per tenant, month and price."""
        totals: dict[tuple[str, date, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        for charge in self.charges:
            total = totals[charge.tenant, charge.month, charge.price]
            total[0] += charge.quantity
            total[1] += charge.in_kind
            total[2] += charge.gross
        return {key: (total[0], total[1], total[2]) for key, total in totals.items()}

    def by_payer(self) -> dict[tuple[str, date, str, str], int]:
        """Return what each payer pays per tenant, month, kind and code, if it is anything."""
        totals: dict[tuple[str, date, str, str], int] = defaultdict(int)
        for share in self.shares:
            totals[share.tenant, share.month, share.payer_kind, share.payer] += share.amount
        return {key: amount for key, amount in totals.items() if amount}


@dataclass
class _Tenant:
    """What rating remembers of a tenant from one charge to the next."""

    lots: Sequence[Lot]
    awards: Sequence[Award]
    left: dict[str, int] = field(default_factory=dict)
    rated: dict[tuple[str, date], Fraction] = field(default_factory=dict)
    basis: dict[str, int] = field(default_factory=dict)

    def borders(self) -> set[datetime]:
        """Return the instants at which who may pay changes."""
        moments: set[datetime] = set()
        for lot in self.lots:
            if lot.starts is not None and lot.kind in ("in_kind", "promotion"):
                moments.add(lot.starts)
            if lot.expires is not None:
                moments.add(lot.expires)
        for award in self.awards:
            moments |= {award.starts, award.ends}
        return moments

    def of_kind(self, kind: str) -> list[Lot]:
        """Return the lots of a kind: most specific, earliest expiry, smallest grant, first."""
        found = [(place, lot) for place, lot in enumerate(self.lots) if lot.kind == kind]
        found.sort(
            key=lambda entry: (
                -entry[1].specificity,
                entry[1].expires is None,
                entry[1].expires.timestamp() if entry[1].expires else 0,
                entry[1].amount,
                entry[0],
            )
        )
        return [lot for _, lot in found]


def rate(
    csv_path: str | Path,
    prices: Sequence[Price],
    awards: Sequence[Award] = (),
    lots: Sequence[Lot] = (),
    order: Sequence[str] | None = None,
) -> OracleBooks:
    """Return the books of a file of usage; `order` names the jobs in order of arrival."""
    return rate_uses(read_usage(csv_path, order), prices, awards, lots)


def rate_uses(
    uses: Sequence[Use],
    prices: Sequence[Price],
    awards: Sequence[Award] = (),
    lots: Sequence[Lot] = (),
) -> OracleBooks:
    """Return the books of some use, in this order of arrival."""
    books = OracleBooks()
    tenants: dict[str, _Tenant] = {}
    for use in uses:
        if use.tenant not in tenants:
            tenants[use.tenant] = _Tenant(
                lots=[lot for lot in lots if lot.tenant == use.tenant],
                awards=sorted(
                    (award for award in awards if award.tenant == use.tenant),
                    key=lambda award: award.order,
                ),
            )
        for segment_no, piece in enumerate(_cut(use, prices, tenants[use.tenant]), start=1):
            _charge(use, segment_no, piece, tenants[use.tenant], books)
    return books


def _month(moment: datetime) -> date:
    local = moment.astimezone(BILLING_ZONE)
    return date(local.year, local.month, 1)


def _local_midnights(starts: datetime, ends: datetime) -> Iterator[datetime]:
    day = starts.astimezone(BILLING_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= ends:
        yield day
        day = (day + timedelta(days=1)).replace(tzinfo=BILLING_ZONE)


def _price_at(moment: datetime, use: Use, prices: Sequence[Price]) -> Price:
    local = moment.astimezone(BILLING_ZONE)
    minute = local.hour * MINUTES_PER_HOUR + local.minute
    holding = [
        price
        for price in prices
        if price.starts <= moment < price.ends
        and (price.band is None or price.band[0] <= minute < price.band[1])
    ]
    if not holding:
        message = f"no price for {use.job} at {moment}"
        raise LookupError(message)
    return min(holding, key=lambda price: (price.rank, price.band is None, -price.correction))


def _cut(use: Use, prices: Sequence[Price], tenant: _Tenant) -> list[Slice]:
    """Cut where the month, the price, a band, or who may pay changes."""
    offered = [price for price in prices if price.is_offered(use.tenant, use.card_type)]
    moments = {use.starts, use.ends} | tenant.borders()
    for price in offered:
        moments |= {price.starts, price.ends}
    for midnight in _local_midnights(use.starts, use.ends):
        if midnight.day == 1:
            moments.add(midnight)
        for price in offered:
            if price.band is not None:
                changes = {midnight + timedelta(minutes=minute) for minute in price.band}
                moments |= {change for change in changes if price.starts <= change < price.ends}
    inside = sorted(moment for moment in moments if use.starts <= moment <= use.ends)
    intervals = list(pairwise(inside))
    quantities = _spread(use, intervals)
    return [
        (starts, ends, _price_at(starts, use, offered), quantity)
        for (starts, ends), quantity in zip(intervals, quantities, strict=True)
    ]


def _spread(use: Use, intervals: Sequence[tuple[datetime, datetime]]) -> list[int]:
    """Share the quantity out by length; what is below a unit goes to the largest remainders."""
    whole = int(use.card_seconds * MILLI_CARD_MS)
    lengths = [seconds(ends - starts) for starts, ends in intervals]
    exact = [whole * length / sum(lengths) for length in lengths]
    parts = [part.__floor__() for part in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: whole - sum(parts)]:
        parts[place] += 1
    return parts


def _charge(use: Use, segment_no: int, piece: Slice, tenant: _Tenant, books: OracleBooks) -> None:
    """Send one segment down the waterfall of payers."""
    starts, ends, price, quantity = piece
    month = _month(starts)
    shares: list[tuple[str, str, int]] = []

    # 1. Card-time pays quantity, before anything has a price.
    priced = _burn("in_kind", quantity, use, price, starts, tenant, shares)

    # 2. The rest is priced by the difference of the month's rounded total.
    before = tenant.rated.get((price.code, month), Fraction(0))
    after = before + Fraction(priced, MILLI_CARD_MS)
    tenant.rated[price.code, month] = after
    gross = price.total_micro(after) - price.total_micro(before)

    # 3. Promotions are a discount.
    net = _burn("promotion", gross, use, price, starts, tenant, shares)

    # 4. Programmes share in what is left, one after the other.
    owed = net
    for award in tenant.awards:
        if owed > 0 and award.may_pay(use.card_type, starts):
            asked = tenant.basis.get(award.code, 0)
            given = award.granted_micro(asked + owed) - award.granted_micro(asked)
            tenant.basis[award.code] = asked + owed
            shares.append(("award", award.code, given))
            owed -= given
    tenant_pays = owed

    # 5 and 6. Own money, then the credit limit; what nobody pays is owed.
    owed = _burn("paid", owed, use, price, starts, tenant, shares)
    owed = _burn("credit", owed, use, price, starts, tenant, shares)
    if owed:
        shares.append(("arrears", price.operator, owed))

    books.charges.append(
        Charge(
            job=use.job,
            tenant=use.tenant,
            segment_no=segment_no,
            month=month,
            price=price.code,
            starts=starts,
            ends=ends,
            quantity=quantity,
            in_kind=quantity - priced,
            gross=gross,
            discount=gross - net,
            programme=net - tenant_pays,
            tenant_pays=tenant_pays,
        )
    )
    books.shares += [
        Share(
            job=use.job,
            tenant=use.tenant,
            segment_no=segment_no,
            month=month,
            price=price.code,
            payer_kind=kind,
            payer=payer,
            amount=amount,
        )
        for kind, payer, amount in shares
    ]


def _burn(
    kind: str,
    need: int,
    use: Use,
    price: Price,
    moment: datetime,
    tenant: _Tenant,
    shares: list[tuple[str, str, int]],
) -> int:
    """Let the lots of a kind pay in their order; return what is left to pay."""
    for lot in tenant.of_kind(kind):
        left = tenant.left.setdefault(lot.code, lot.amount)
        may_pay = lot.may_pay(use.card_type, price.operator, moment)
        paid = min(need, left) if may_pay else 0
        if paid > 0:
            tenant.left[lot.code] = left - paid
            shares.append((kind, lot.code, paid))
            need -= paid
    return need
