"""What notifications of e-invoices say, and where they lead."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.notifications.kinds import Kind
from portal.figures import amount_told

NAMES: Final[Mapping[Kind, Promise]] = {
    Kind.EINVOICE_REQUESTED: gettext_lazy("An e-invoice was asked for"),
    Kind.EINVOICE_ISSUED: gettext_lazy("An e-invoice was issued"),
    Kind.EINVOICE_REFUSED: gettext_lazy("A request for an e-invoice was refused"),
}


def requested(about: Mapping[str, Any]) -> tuple[str, str]:
    """Say what waits to be exported."""
    text = _("%(document)s over %(total)s waits to be exported.") % {
        "document": about["document"],
        "total": amount_told(about["total"]),
    }
    return text, reverse("einvoice-desk-one", args=[about["einvoice"]])


def issued(about: Mapping[str, Any]) -> tuple[str, str]:
    """Say the number, blue or red."""
    said = {"number": about["number"], "total": amount_told(about["total"])}
    text = (
        _("Red letter %(number)s takes %(total)s back.")
        if about["colour"] == "red"
        else _("Its number is %(number)s, it comes to %(total)s.")
    ) % said
    return text, reverse("einvoice", args=[about["einvoice"]])


def refused(about: Mapping[str, Any]) -> tuple[str, str]:
    """Say that something is to be mended."""
    text = _("%(document)s came back: its page says why. Mend it and ask again.") % about
    return text, reverse("einvoice", args=[about["einvoice"]])


TEXTS: Final[Mapping[Kind, Callable[[Mapping[str, Any]], tuple[str, str]]]] = {
    Kind.EINVOICE_REQUESTED: requested,
    Kind.EINVOICE_ISSUED: issued,
    Kind.EINVOICE_REFUSED: refused,
}
