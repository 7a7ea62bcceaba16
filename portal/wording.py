"""Codes of the rooms in the reader's words; a code without words is shown as it is."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compute_billing.catalogue.bands import family_of

Text = str | Promise

ACCOUNTS: Final[Mapping[str, Text]] = {
    "in_kind": _("card time in kind"),
    "paid": _("prepaid money"),
    "promotion": _("promotion"),
    "credit": _("credit limit"),
    "arrears": _("arrears"),
    "award": _("subsidy award"),
    "compute_revenue": _("compute revenue"),
    "card_time_used": _("card time used"),
}
TAX_CLASSES: Final[Mapping[str, Text]] = {"vat_6": "6%", "vat_13": "13%", "exempt": "0%"}
STATES: Final[Mapping[str, Text]] = {
    "charged": _("charged"),
    "waiting": _("waiting for its price"),
    "parked": _("held for a person"),
}
PARKED: Final[Mapping[str, Text]] = {
    "no_price": _("no price holds for it"),
    "original_unrated": _("what it corrects has no price yet"),
    "not_charged_there": _("it corrects what was never charged"),
}
ARREARS: Final[Mapping[str, Text]] = {
    "no_hold": _("nothing was reserved for it"),
    "enforcement_lag": _("ran on behind what was set aside for it"),
    "late_usage": _("reported after its month was closed"),
    "correction": _("use corrected"),
    "price_correction": _("price corrected"),
    "chargeback": _("taken back by the payer's bank"),
    "refunded_outside": _("refunded at the payment provider"),
}
PAUSES: Final[Mapping[str, Text]] = {
    "payment_disputed": _("a payment is disputed by the payer's bank"),
}
LOT_MOVEMENTS: Final[Mapping[str, Text]] = {
    "top_up": _("paid in"),
    "promotion_grant": _("granted"),
    "in_kind_grant": _("granted"),
    "arrears_cleared": _("arrears paid"),
    "arrears_returned": _("too much arrears paid came back"),
    "package_sold": _("a package bought"),
    "package_refunded": _("came back from a package"),
    "package_return": _("card time of a package given back"),
    "refund": _("refunded to the payer"),
    "refund_returned": _("a refund came back"),
    "dispute_withdrawn": _("taken back by the payer's bank"),
    "dispute_returned": _("returned by the payer's bank"),
    "breakage": _("expired"),
}
CAUSES: Final[Mapping[str, Text]] = {
    "usage": _("use"),
    "reversal": _("taken back"),
    "rerate": _("price corrected"),
    "respread": _("spread anew"),
    "recharge": _("charged anew"),
}
DECISIONS: Final[Mapping[str, Text]] = {
    "kept": _("what came first was kept"),
    "corrected": _("the other content took its place"),
}
SCOPES: Final[Mapping[str, Text]] = {
    "usage:write": _("report usage"),
    "usage:read": _("read usage"),
    "billing:read": _("read balance, charges and bills"),
    "billing:write": _("move money"),
    "catalogue:read": _("read prices"),
    "catalogue:write": _("propose prices"),
    "marketplace:read": _("read listings and licences"),
    "marketplace:write": _("list and license"),
    "keys:read": _("read keys"),
    "keys:write": _("make and revoke keys"),
    "members:read": _("read members"),
    "members:write": _("change members"),
    "audit:read": _("read decisions"),
    "webhooks:read": _("read webhooks"),
    "webhooks:write": _("change webhooks"),
}
DRAFT_DECISIONS: Final[Mapping[str, Text]] = {
    "": _("waiting for approval"),
    "approved": _("approved and published"),
    "refused": _("refused or taken back"),
    "replaced": _("replaced by another draft"),
}
LIST_KINDS: Final[Mapping[str, Text]] = {
    "default": _("for everybody"),
    "class": _("for a class of customers"),
    "contract": _("of a contract"),
}
# Families of time bands, by how a code begins.
BANDS: Final[Mapping[str, Text]] = {
    "all": _("all day"),
    "sharp": _("sharp peak"),
    "peak": _("peak"),
    "flat": _("flat"),
    "valley": _("valley"),
    "day": _("day"),
    "night": _("night"),
}
# Lists for a class of customers, by the class.
CLASS_LISTS: Final[Mapping[str, Text]] = {"puhui": _("SME prices")}


# In what form use was delivered.
FORMATS: Final[Mapping[str, Text]] = {"http": _("by a program")}
# How the API writes down which key delivered something.
KEY_ORIGIN: Final = "api key "


def origin_name(origin: str) -> Text:
    """Return from where use was delivered: a file's name, or the key of a program."""
    if not origin.startswith(KEY_ORIGIN):
        return origin
    return gettext("API key %(prefix)s") % {"prefix": origin.removeprefix(KEY_ORIGIN)}


def band_name(code: str, *, window: str = "") -> Text:
    """Return what a time band is called, with its hours; else its code tells it from others."""
    family = BANDS.get(family_of(code), "")
    if window:
        return f"{family} {window}" if family else window
    if code in BANDS or not family:
        return family or code
    return f"{family} ({code})"


def price_list_name(code: str, *, kind: str, customer_class: str) -> Text:
    """Return whom a price list is for; with its code where several lists are for the same."""
    if kind == "default":
        return _("public prices")
    if kind == "class":
        known = CLASS_LISTS.get(customer_class)
        return known or gettext("prices of class %(name)s") % {"name": customer_class}
    return gettext("contract prices %(code)s") % {"code": code}


def worded(words: Mapping[str, Text], code: str) -> Text:
    """Return what a code means."""
    return words.get(code, code)
