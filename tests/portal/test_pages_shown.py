"""Pictures are taken of every page, and axe looks at each: none is forgotten in the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver, resolve

from demo.pages import PAGES

SECRET = "its address is in a mail"
ASKED_AGAIN = "who he is, is asked once more before"
FILE = "a file"
PART = "a part of a page that is drawn anew"
BACK = "leads back to the page that posts to it"
MACHINES = "for machines"
EXCEPTIONS = {
    "account_reset_password_from_key": SECRET,
    "account_confirm_email": SECRET,
    "invitation": SECRET,
    "account_set_password": "for who came by single sign-on",
    "mfa_reauthenticate": ASKED_AGAIN,
    "mfa_reauthenticate_webauthn": ASKED_AGAIN,
    "mfa_activate_totp": ASKED_AGAIN,
    "mfa_deactivate_totp": ASKED_AGAIN,
    "mfa_view_recovery_codes": ASKED_AGAIN,
    "mfa_generate_recovery_codes": ASKED_AGAIN,
    "mfa_add_webauthn": ASKED_AGAIN,
    "mfa_edit_webauthn": ASKED_AGAIN,
    "mfa_remove_webauthn": ASKED_AGAIN,
    "mfa_authenticate": ASKED_AGAIN,
    "resume": ASKED_AGAIN,
    "mfa_login_webauthn": "what a passkey is asked",
    "mfa_download_recovery_codes": FILE,
    "verification-paper": FILE,
    "verification-case-paper": FILE,
    "bill-document": FILE,
    "account-statement-document": FILE,
    "operator-payout-document": FILE,
    "own-payout-document": FILE,
    "own-payouts": "for the people of a payee, of whom the demonstration has none",
    "dispute-paper": FILE,
    "public-notice": "of a grant, of which the demonstration has none on notice",
    "payout-file": FILE,
    "einvoice-file": FILE,
    "top-up-progress": PART,
    "settlement-progress": PART,
    "operator-package-capacity": BACK,
    "payout-reversals": "what left at Stripe days ago",
    "top-up-refund": BACK,
    "top-up-stop": BACK,
    "webhook-secret": "shown once",
    "operator-retry": "of a minute",
    "healthz": MACHINES,
    "readyz": MACHINES,
    "metrics": MACHINES,
    "set_language": MACHINES,
    "stripe-webhook": MACHINES,
}


def pages(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Name every address that answers GET, but those of the API and of the admin."""
    for pattern in resolver.url_patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from pages(pattern, address)
        elif pattern.name and _is_page(pattern, address):
            yield pattern.name


def _is_page(pattern: URLPattern, address: str) -> bool:
    view = getattr(pattern.callback, "view_class", None)
    return not address.startswith(("api/", "admin/")) and (view is None or hasattr(view, "get"))


def shown() -> set[str]:
    return {page.shows or resolve(page.path.split("?")[0]).url_name for page in PAGES}


def test_every_page_is_shown_or_has_a_reason() -> None:
    # when the pages of the portal are compared with the list
    missing = set(pages(get_resolver())) - shown()
    # then what is not in it has a reason, and every reason is still needed
    assert missing == set(EXCEPTIONS)


def test_a_page_behind_a_link_names_its_address() -> None:
    assert [page.name for page in PAGES if bool(page.first) != bool(page.shows)] == []


def test_no_picture_is_written_over_another() -> None:
    names = Counter(page.name for page in PAGES)
    assert [name for name, times in names.items() if times > 1] == []
