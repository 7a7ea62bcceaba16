"""What of a tenant needs its reader's attention, the most urgent first: a sentence and where to go.

Whoever adds something that people should be told of on their first page adds it here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compute_billing.rating.exhausted_reading import ExhaustedCase
from portal.wallet_page import LotRow, WalletPage
from portal.wording import Text

EXPIRING: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is to be known, and a link to where it is dealt with; alarming where jobs or money are.

    `key` says which it is, for whoever looks for one.
    """

    key: str
    text: Text
    link: Text
    url: str
    is_alarming: bool = False


def notices(
    *,
    tenant: str,
    wallet: WalletPage | None,
    exhausted: Sequence[ExhaustedCase],
    unread: int,
    may_pay: bool,
    now: datetime,
) -> list[Notice]:
    """Return all of it; `wallet` is None for readers who may not see the tenant's money."""
    query = urlencode({"tenant": tenant})
    found = [_exhausted(exhausted, query=query)]
    if wallet is not None:
        found = [_paused(wallet, query=query), *found]
        found += [
            _owed(wallet, query=query, may_pay=may_pay),
            _low(wallet, query=query, may_pay=may_pay),
            _expiring(wallet.lots, query=query, now=now),
        ]
    found.append(_unread(unread))
    return [notice for notice in found if notice is not None]


def _paused(wallet: WalletPage, *, query: str) -> Notice | None:
    if not wallet.paused_reason:
        return None
    return Notice(
        key="paused",
        text=_("New jobs are paused: %(reason)s") % {"reason": wallet.paused_reason},
        link=_("See the balance"),
        url=f"{reverse('wallet')}?{query}",
        is_alarming=True,
    )


def _exhausted(cases: Sequence[ExhaustedCase], *, query: str) -> Notice | None:
    if not cases:
        return None
    text = ngettext(
        "%(n)s running job has used up what was set aside for it, and will be stopped.",
        "%(n)s running jobs have used up what was set aside for them, and will be stopped.",
        len(cases),
    )
    return Notice(
        key="exhausted",
        text=text % {"n": len(cases)},
        link=_("See the holds"),
        url=f"{reverse('tenant-holds')}?{query}&state=open",
        is_alarming=True,
    )


def _owed(wallet: WalletPage, *, query: str, may_pay: bool) -> Notice | None:
    if wallet.owed.is_zero:
        return None
    text = _("¥ %(amount)s is owed; the next payment in goes there first.")
    return Notice(
        key="arrears",
        text=text % {"amount": wallet.owed.rounded},
        link=_("Pay in") if may_pay else _("See why"),
        url=f"{reverse('pay-in' if may_pay else 'wallet')}?{query}",
        is_alarming=True,
    )


def _low(wallet: WalletPage, *, query: str, may_pay: bool) -> Notice | None:
    """Return that the money lasts fewer days than people are warned of; arrears say more."""
    if not wallet.is_low or not wallet.owed.is_zero:
        return None
    return Notice(
        key="low",
        text=_why_low(wallet),
        link=_("Pay in") if may_pay else _("See the balance"),
        url=f"{reverse('pay-in' if may_pay else 'wallet')}?{query}",
        is_alarming=True,
    )


def _why_low(wallet: WalletPage) -> str:
    if wallet.low_amount is not None:
        text = _("Less than ¥ %(amount)s is left, below which you wanted to be warned.")
        return text % {"amount": wallet.low_amount.rounded}
    text = ngettext(
        "At this pace the money lasts %(n)s more day.",
        "At this pace the money lasts %(n)s more days.",
        int(wallet.days_left),
    )
    return text % {"n": wallet.days_left}


def _expiring(lots: Sequence[LotRow], *, query: str, now: datetime) -> Notice | None:
    soon = [lot for lot in lots if _expires_soon(lot, now=now)]
    if not soon:
        return None
    first = min(lot.expires_at for lot in soon if lot.expires_at is not None)
    text = ngettext(
        "%(n)s lot with something left expires on %(day)s.",
        "%(n)s lots with something left expire within 30 days, the first on %(day)s.",
        len(soon),
    )
    day = date_format(localtime(first).date(), "MONTH_DAY_FORMAT")
    return Notice(
        key="expiring",
        text=text % {"n": len(soon), "day": day},
        link=_("See the lots"),
        url=f"{reverse('wallet')}?{query}#lots-heading",
    )


def _expires_soon(lot: LotRow, *, now: datetime) -> bool:
    is_soon = lot.expires_at is not None and now < lot.expires_at <= now + EXPIRING
    return is_soon and lot.has_left


def _unread(unread: int) -> Notice | None:
    if not unread:
        return None
    text = ngettext("%(n)s unread notification.", "%(n)s unread notifications.", unread)
    return Notice(
        key="unread", text=text % {"n": unread}, link=_("Read"), url=reverse("notifications")
    )
