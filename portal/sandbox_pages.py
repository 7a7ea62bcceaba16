"""What the page of a sandbox shows, and its forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from compute_billing.catalogue.queries import PriceTerm, price_page
from compute_billing.ledger.queries import position
from compute_billing.sandboxes.queries import Sandbox, sandbox
from kernel.money import Money, UnableToReadMoney
from kernel.periods import month_before, month_of, month_text
from portal.access import rights_of
from portal.figures import MoneyFigure, money

PRICES_MAX: Final = 50
MONTHS_BACK: Final = 6
TOP_UP_DEFAULT: Final = "10000"
MONEY_UNIT: Final = "CNY"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """What a card-hour costs in the sandbox."""

    card_type: str
    price: MoneyFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxPage:
    """A sandbox, its prices and money, and a request that can be copied and sent."""

    sandbox: Sandbox
    prices: Sequence[PriceRow]
    left: MoneyFigure
    request: str


class TopUpForm(forms.Form):
    """How much play money."""

    amount = forms.CharField(
        label=_("Play money, in yuan"),
        max_length=20,
        initial=TOP_UP_DEFAULT,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def clean_amount(self) -> Money:
        """Return the amount.

        Raises:
            ValidationError: it is no amount of money.
        """
        try:
            return Money.from_text(self.cleaned_data["amount"].strip())
        except UnableToReadMoney as error:
            message = _("Write an amount such as 5000 or 12.50.")
            raise forms.ValidationError(message) from error


class CloseForm(forms.Form):
    """Which month."""

    month = forms.ChoiceField(label=_("Month"))

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        """Offer the months that are over."""
        super().__init__(*args, **options)
        months, month = [], month_of(today)
        for _number in range(MONTHS_BACK):
            month = month_before(month)
            months.append((month_text(month), month_text(month)))
        self.fields["month"].choices = months  # type: ignore[attr-defined]


def sandbox_page_of(request: HttpRequest) -> HttpResponse | None:
    """Return the way to the page of the sandbox that somebody is in; None outside.

    For pages of what is real alone: below the stripe that says the contrary they would mislead.
    """
    sandbox_id = rights_of(request).sandbox_id
    found = None if sandbox_id is None else sandbox(organisation_id=sandbox_id)
    return None if found is None else redirect("own-sandbox", code=found.code)


def local_today(now: datetime) -> date:
    """Return the day by the billing clock."""
    return now.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()


def sandbox_page(*, sandbox: Sandbox, address: str, now: datetime) -> SandboxPage:
    """Return what is shown of a sandbox; `address` is where its API answers."""
    prices = price_page(
        tenant_id=sandbox.organisation_id,
        at=now,
        card_type=None,
        price_list=None,
        after=None,
        limit=PRICES_MAX,
    )
    holdings = position(tenant_id=sandbox.organisation_id, at=now).holdings
    return SandboxPage(
        sandbox=sandbox,
        prices=[_row(price) for price in prices if price.unit_price_micro is not None],
        left=money(sum(held.posted for held in holdings if held.unit == MONEY_UNIT)),
        request=_request(sandbox, prices=prices, address=address, now=now),
    )


def _row(price: PriceTerm) -> PriceRow:
    return PriceRow(card_type=price.card_type, price=money(price.unit_price_micro or 0))


def _request(sandbox: Sandbox, *, prices: Sequence[PriceTerm], address: str, now: datetime) -> str:
    """Return two hours of eight cards on the first of the month before, as a command."""
    zone = ZoneInfo(settings.BILLING_TIME_ZONE)
    first = month_before(month_of(local_today(now)))
    starts_at = datetime(first.year, first.month, first.day, 9, tzinfo=zone)
    ends_at = starts_at + timedelta(hours=2)
    card_type = prices[0].card_type if prices else "910B2"
    return (
        "curl \\\n"
        f"  '{address}/api/v1/usage/records?source={sandbox.source}' \\\n"
        "  -H 'Authorization: Bearer sk_test_…' \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        '  -d \'{"records": [{\n'
        '    "external_id": "job-1",\n'
        f'    "account": "{sandbox.account}",\n'
        f'    "cards": "8", "card_type": "{card_type}",\n'
        f'    "started_at": "{starts_at.isoformat()}",\n'
        f'    "ended_at": "{ends_at.isoformat()}"\n'
        "  }]}'"
    )
