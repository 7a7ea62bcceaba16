"""Why an amount is what it is: a record, its segments, prices, payers and the line it came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.urls import reverse

from accounts.api_paging import encoded
from compute_billing.audit.charges import Charge, Explanation, Posting, Share
from compute_billing.audit.usage import Cost, UsageTenant
from compute_billing.metering.queries import SourceLine, Usage
from portal import figures
from portal.figures import MoneyFigure
from portal.presenters import HTTP
from portal.price_pages import band_of
from portal.usage_pages import CostFigures, UsageRow, cost_figures, usage_row
from portal.wording import ACCOUNTS, ARREARS, CAUSES, Text, origin_name, price_list_name, worded

MONEY_UNIT: Final = "CNY"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingFigures:
    """The movement of the books that carries a share."""

    number: str
    posted_at: datetime
    amount: MoneyFigure | None
    card_time: str
    source: Text
    destination: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRow:
    """What one payer bears: an amount of money, or card time when it is in kind."""

    payer: Text
    subject: str
    cause: Text
    amount: MoneyFigure | None
    card_time: str
    posting: PostingFigures | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One piece of the use under one price, and who pays it.

    `card_seconds` are those that are priced, without what is in kind.
    """

    number: str
    cause: Text
    reverses: str
    starts_at: datetime
    ends_at: datetime
    card_seconds: str
    in_kind_hours: str
    counter_seconds: str
    price_list: Text
    issuer: str
    band: Text
    unit_price: str
    booked_month: date
    charged_at: datetime
    cost: CostFigures
    shares: Sequence[ShareRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyPage:
    """All of the page; `segments` is None for those who may not read bills."""

    tenant: UsageTenant
    use: UsageRow
    source: str
    external_id: str
    cluster: str
    card_seconds: str
    recorded_at: datetime
    corrects: str
    cost: CostFigures | None
    segments: Sequence[Segment] | None
    origin: Text
    is_file: bool
    position: str
    delivered_at: datetime | None
    time_zone: str
    dispute_url: str


def why_page(explanation: Explanation, *, tenant: UsageTenant, time_zone: str) -> WhyPage:
    """Put the page together."""
    usage, charges = explanation.usage, explanation.charges
    line = usage.line
    return WhyPage(
        tenant=tenant,
        use=usage_row(usage, cost=None),
        **_names(usage),
        cost=None if charges is None else cost_figures(_cost(charges)),
        segments=None if charges is None else [_segment(charge) for charge in charges],
        origin="" if line is None else origin_name(line.origin),
        is_file=line is not None and line.format != HTTP,
        position=_position(line),
        delivered_at=None if line is None else line.delivered_at,
        time_zone=time_zone,
        dispute_url=_dispute_url(usage, charges),
    )


def _dispute_url(usage: Usage, charges: Sequence[Charge] | None) -> str:
    """Return where a record is disputed, if it may be: by its amounts' readers, when charged."""
    if not charges or usage.corrects is not None:
        return ""
    return reverse("usage-dispute-new", args=[encoded(usage.source, usage.external_id)])


def _names(usage: Usage) -> dict[str, Any]:
    return {
        "source": usage.source_name,
        "external_id": usage.external_id,
        "cluster": usage.cluster_name,
        "card_seconds": figures.card_seconds(usage.quantity),
        "recorded_at": usage.recorded_at,
        "corrects": usage.corrects or "",
    }


def _position(line: SourceLine | None) -> str:
    return "" if line is None else f"{line.position:,}"


def _cost(charges: Sequence[Charge]) -> Cost:
    return Cost(
        gross=sum(charge.gross for charge in charges),
        discount=sum(charge.discount for charge in charges),
        programme=sum(charge.programme for charge in charges),
        tenant=sum(charge.tenant for charge in charges),
    )


def _segment(charge: Charge) -> Segment:
    price = charge.unit_price_micro
    taken_back = charge.reverses
    return Segment(
        number=_number(charge.segment_no, charge.revision),
        cause=worded(CAUSES, charge.cause),
        reverses=(
            "" if taken_back is None else _number(taken_back.segment_no, taken_back.revision)
        ),
        starts_at=charge.segment_start,
        ends_at=charge.segment_end,
        card_seconds=figures.card_seconds(charge.quantity - charge.quantity_in_kind),
        in_kind_hours=figures.card_hours(charge.quantity_in_kind)
        if charge.quantity_in_kind
        else "",
        counter_seconds=figures.card_seconds(charge.counter_before),
        price_list=price_list_name(
            charge.price_list, kind=charge.list_kind, customer_class=charge.customer_class
        ),
        issuer=charge.issuer_name,
        band=band_of(charge),
        unit_price="" if price is None else figures.money(price).short,
        booked_month=charge.booked_month,
        charged_at=charge.charged_at,
        cost=cost_figures(_cost([charge])),
        shares=[_share(share) for share in charge.shares],
    )


def _number(segment_no: int, revision: int) -> str:
    return f"{segment_no}.{revision}" if revision else f"{segment_no}"


def _share(share: Share) -> ShareRow:
    is_money = share.unit == MONEY_UNIT
    return ShareRow(
        payer=worded(ACCOUNTS, share.payer_kind),
        # What is owed is known by its cause, which is said in words.
        subject="" if share.payer == share.cause else share.payer,
        cause=worded(ARREARS, share.cause),
        amount=figures.money(share.amount) if is_money else None,
        card_time="" if is_money else figures.card_hours(share.amount),
        posting=None if share.posting is None else _posting(share.posting),
    )


def _posting(posting: Posting) -> PostingFigures:
    is_money = posting.unit == MONEY_UNIT
    return PostingFigures(
        number=f"{posting.posting_id}",
        posted_at=posting.posted_at,
        amount=figures.money(posting.amount) if is_money else None,
        card_time="" if is_money else figures.card_hours(posting.amount),
        source=worded(ACCOUNTS, posting.from_kind),
        destination=worded(ACCOUNTS, posting.to_kind),
    )
