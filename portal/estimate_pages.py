"""The estimator: what is asked for, and what it would cost and who would pay, as it is shown."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from compute_billing.catalogue.queries import Offer
from compute_billing.rating.quoting import (
    DURATION_MAX,
    MILLI_CARDS_MAX,
    Quote,
    QuotedSegment,
    QuotedShare,
)
from portal import figures
from portal.figures import MoneyFigure
from portal.price_pages import band_of, list_name
from portal.wording import ACCOUNTS, Text, worded

MONEY_UNIT: Final = "CNY"
MILLI_PER_CARD: Final = 1000
SECONDS_PER_HOUR: Final = 3600
CARDS_MAX: Final = MILLI_CARDS_MAX // MILLI_PER_CARD
HOURS_MAX: Final = DURATION_MAX.days * 24
BETWEEN: Final = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """What is used at one price, over all the times that it holds."""

    price_list: Text
    band: Text
    unit_price: str
    card_hours: str
    gross: MoneyFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRow:
    """What a payer would pay; card time in kind has no amount of money."""

    payer: Text
    subject: str
    amount: MoneyFigure | None
    card_time: str
    is_missing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatePage:
    """What use would cost. `shares` is None for those who may not read bills."""

    card_hours: str
    gross: MoneyFigure
    discount: MoneyFigure
    subsidy: MoneyFigure
    tenant: MoneyFigure
    shortfall: MoneyFigure
    prices: Sequence[PriceRow]
    shares: Sequence[ShareRow] | None


def estimate_page(quote: Quote, *, tells_payers: bool) -> EstimatePage:
    """Put the answer together."""
    return EstimatePage(
        card_hours=figures.card_hours(quote.quantity),
        gross=figures.money(quote.gross),
        discount=figures.money(quote.discount),
        subsidy=figures.money(quote.programme),
        tenant=figures.money(quote.tenant),
        shortfall=figures.money(quote.shortfall),
        prices=_prices(quote.segments),
        shares=[_share(share) for share in quote.shares] if tells_payers else None,
    )


def _prices(segments: Sequence[QuotedSegment]) -> list[PriceRow]:
    """Return the prices in the order in which they are met first."""
    by_price: dict[tuple[str, str, int | None], list[QuotedSegment]] = defaultdict(list)
    for segment in segments:
        by_price[segment.price_list, segment.band, segment.unit_price_micro].append(segment)
    return [
        PriceRow(
            price_list=list_name(found[0]),
            band=band_of(found[0]),
            unit_price="" if unit_price is None else figures.money(unit_price).short,
            card_hours=figures.card_hours(sum(each.quantity for each in found)),
            gross=figures.money(sum(each.gross for each in found)),
        )
        for (_list, _band, unit_price), found in by_price.items()
    ]


def _share(share: QuotedShare) -> ShareRow:
    is_money = share.unit == MONEY_UNIT
    return ShareRow(
        payer=worded(ACCOUNTS, share.payer_kind),
        subject="" if share.payer_kind == "arrears" else share.payer,
        amount=figures.money(share.amount) if is_money else None,
        card_time="" if is_money else figures.card_hours(share.amount),
        is_missing=share.payer_kind == "arrears",
    )


class EstimateForm(forms.Form):
    """Which cards, how many, from when on and for how long; now when no start is said."""

    offer = forms.ChoiceField(label=_("Cards of"))
    cards = forms.DecimalField(
        label=_("Cards"), min_value=0, max_value=CARDS_MAX, decimal_places=3, initial=8
    )
    hours = forms.DecimalField(
        label=_("Hours"), min_value=0, max_value=HOURS_MAX, decimal_places=2, initial=24
    )
    starts_at = forms.DateTimeField(
        label=_("Starts at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    project = forms.ChoiceField(label=_("Project"), required=False)

    def __init__(
        self,
        *args: Any,
        offers: Sequence[Offer],
        projects: Sequence[tuple[str, str]],
        **options: Any,
    ) -> None:
        """Offer the cards that have a price, and the tenant's projects."""
        super().__init__(*args, **options)
        self.fields["offer"].choices = [  # type: ignore[attr-defined]
            (
                f"{offer.cluster}{BETWEEN}{offer.card_type}",
                f"{offer.card_type} · {offer.cluster_name}",
            )
            for offer in offers
        ]
        self.fields["project"].choices = [("", _("none")), *projects]  # type: ignore[attr-defined]
        if not projects:
            del self.fields["project"]

    def use(self, *, now: datetime) -> dict[str, Any]:
        """Return the use that is asked for, after the form was found valid."""
        data = self.cleaned_data
        cluster, card_type = data["offer"].split(BETWEEN)
        started_at = data["starts_at"] or now.replace(second=0, microsecond=0)
        return {
            "cluster": cluster,
            "card_type": card_type,
            "project": data.get("project", ""),
            "milli_cards": int(data["cards"] * MILLI_PER_CARD),
            "started_at": started_at,
            "ended_at": started_at + timedelta(seconds=int(data["hours"] * SECONDS_PER_HOUR)),
        }
