"""What a notification says, in the reader's language, made of its kind and references."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.notifications.kinds import Kind
from accounts.permissions import Role
from kernel.money import Money
from portal import connect_words, einvoice_words, receivable_words, use_words
from portal.applications.words import application_state
from portal.cash_pages import place
from portal.figures import amount_told, money
from portal.people import ROLE_NAMES

NAMES: Final[Mapping[Kind, Promise]] = {
    Kind.BILL_ISSUED: gettext_lazy("A bill was issued"),
    Kind.MONTH_SETTLED: gettext_lazy("A month was settled"),
    Kind.STATEMENT_ISSUED: gettext_lazy("An operator's statement was issued"),
    Kind.CLAIM_PAID: gettext_lazy("A claim was paid"),
    Kind.AWARD_APPROVED: gettext_lazy("A subsidy was granted"),
    Kind.BALANCE_LOW: gettext_lazy("The balance runs low"),
    Kind.CREDIT_CHANGED: gettext_lazy("The credit limit was changed"),
    Kind.PACKAGE_CHANGED: gettext_lazy("A package was ordered or changed"),
    Kind.PACKAGE_ENDING: gettext_lazy("A package ends soon"),
    Kind.PAYMENT_RECEIVED: gettext_lazy("A top-up was paid"),
    Kind.PAYMENT_FAILED: gettext_lazy("A top-up failed"),
    Kind.REFUND_PAID: gettext_lazy("A refund was paid"),
    Kind.REFUND_FAILED: gettext_lazy("A refund failed"),
    Kind.PAYMENT_DISPUTED: gettext_lazy("A top-up is disputed"),
    Kind.DISPUTE_CLOSED: gettext_lazy("A dispute was decided"),
    Kind.AUTO_TOP_UP_OFF: gettext_lazy("Automatic top-up was switched off"),
    Kind.CASH_DIFFERENCE_OPEN: gettext_lazy("A difference in cash is open"),
    Kind.PROGRAMME_PROPOSED: gettext_lazy("A version of a programme was proposed"),
    Kind.APPLICATION_MOVED: gettext_lazy("A subsidy application moved on"),
    Kind.APPLICATION_WAITS: gettext_lazy("A subsidy application waits"),
    Kind.PAYOUT_PAID: gettext_lazy("A payout has arrived"),
    Kind.PAYOUT_RETURNED: gettext_lazy("A payout came back"),
    **connect_words.NAMES,
    Kind.PAYOUT_ACCOUNT_CHANGED: gettext_lazy("The payout account is to be changed"),
    **einvoice_words.NAMES,
    **receivable_words.NAMES,
    **use_words.NAMES,
    Kind.KEY_EXPIRING: gettext_lazy("An API key is about to expire"),
    Kind.DEADLINE_NEAR: gettext_lazy("A deadline is near"),
    Kind.KEY_CREATED: gettext_lazy("An API key was made"),
    Kind.ROLE_GIVEN: gettext_lazy("Somebody was given a role"),
    Kind.WEBHOOK_DISABLED: gettext_lazy("A webhook endpoint was disabled"),
    Kind.VERIFICATION_DECIDED: gettext_lazy("The verification was decided"),
    Kind.VERIFICATION_DUE_SOON: gettext_lazy("A verification is to be decided soon"),
    Kind.VERIFICATION_OVERDUE: gettext_lazy("A verification is overdue"),
    Kind.VERIFICATION_ENDING: gettext_lazy("The verification ends soon"),
    Kind.VERIFICATION_ENDED: gettext_lazy("The verification has ended"),
}
DISABLED_REASONS: Final[Mapping[str, Promise]] = {
    "failing": gettext_lazy("it did not answer for days"),
    "gone": gettext_lazy("it answered that it is gone"),
    "person": gettext_lazy("somebody switched it off"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A notification as it is read: what happened, what of it, and where to look."""

    title: str
    text: str
    path: str


def words(*, kind: str, about: Mapping[str, Any], code: str) -> Words:
    """Return the words of a notification in the language that is active.

    `code` is the short name of the organisation that it is about, or empty.
    """
    known = Kind(kind)
    text, path = _TEXTS[known]({**about, "code": code})
    return Words(title=str(NAMES[known]), text=text, path=path)


def _bill(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("Bill %(number)s for %(month)s comes to %(total)s.") % {
        "number": about["number"],
        "month": about["month"],
        "total": amount_told(about["total"]),
    }
    return text, reverse("bill", args=[about["invoice"]])


def _settled(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("%(month)s stands on the operator's statement and is settled.") % about
    return text, f"{reverse('settled')}?month={about['month']}"


def _statement(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("The statement for %(month)s comes to %(gross)s gross.") % {
        "month": about["month"],
        "gross": amount_told(about["gross"]),
    }
    return text, f"{reverse('settled')}?month={about['month']}"


def _claim(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("The treasury paid %(amount)s on the claim for %(month)s.") % {
        "month": about["month"],
        "amount": amount_told(about["amount"]),
    }
    return text, f"{reverse('settled')}?month={about['month']}"


def _award(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("The award %(award)s covers up to %(cap)s.") % {
        "award": about["award"],
        "cap": amount_told(about["cap"]),
    }
    return text, reverse("wallet")


def _balance(about: Mapping[str, Any]) -> tuple[str, str]:
    if "threshold" in about and Money.from_text(about["threshold"]["amount"]).amount_micro:
        text = _("%(balance)s are left: less than %(threshold)s, below which you are warned.") % {
            "balance": amount_told(about["balance"]),
            "threshold": amount_told(about["threshold"]),
        }
        return text, reverse("wallet")
    text = _("%(balance)s are left, which is enough for %(days)s days at the present pace.") % {
        "balance": amount_told(about["balance"]),
        "days": about["days_left"],
    }
    return text, reverse("wallet")


def _credit_changed(about: Mapping[str, Any]) -> tuple[str, str]:
    if about["mode"] == "prepaid":
        return _("You pay in advance from now on; there is no credit limit."), reverse("wallet")
    text = _("You may owe up to %(limit)s from now on; %(used)s of it are used.") % {
        "limit": amount_told(about["limit"]),
        "used": amount_told(about["used"]),
    }
    return text, reverse("wallet")


def _package(about: Mapping[str, Any]) -> tuple[str, str]:
    amount = Money.from_text(about["amount"]["amount"]).amount_micro
    shown = f"¥ {money(abs(amount)).rounded}"
    said = {"number": about["number"], "cards": about["cards"], "amount": shown}
    if about.get("change") == "end":
        text = _("Package %(number)s was ended; %(amount)s came back.") % said
    elif amount < 0:
        text = _("Package %(number)s has %(cards)s cards now; %(amount)s came back.") % said
    else:
        text = _("Package %(number)s has %(cards)s cards; %(amount)s were paid.") % said
    return text, reverse("package", args=[about["package"]])


def _ending(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("Package %(number)s ends in %(days)s days. Renew it to keep its cards.") % {
        "number": about["number"],
        "days": about["days_left"],
    }
    return text, reverse("package", args=[about["package"]])


def _received(about: Mapping[str, Any]) -> tuple[str, str]:
    amount = {"amount": amount_told(about["amount"])}
    if about.get("method") == "bank_transfer":
        text = _("%(amount)s came in by bank transfer and stand on the balance.") % amount
        return text, reverse("wallet")
    text = _("%(amount)s came in and stand on the balance.") % amount
    return text, reverse("top-up", args=[about["payment"]])


def _payment_failed(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("The top-up of %(amount)s was not paid. Its page says why.") % {
        "amount": amount_told(about["amount"])
    }
    return text, reverse("top-up", args=[about["payment"]])


def _refunded(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("%(amount)s went back to where they were paid from.") % {
        "amount": amount_told(about["amount"])
    }
    return text, reverse("top-up", args=[about["payment"]])


def _refund_failed(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("The refund of %(amount)s did not arrive: the money stands on the balance again.") % {
        "amount": amount_told(about["amount"])
    }
    return text, reverse("top-up", args=[about["payment"]])


def _disputed(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("The bank questions a top-up of %(amount)s. Until it decides, new jobs wait.") % {
        "amount": amount_told(about["amount"])
    }
    return text, reverse("top-up", args=[about["payment"]])


def _dispute_closed(about: Mapping[str, Any]) -> tuple[str, str]:
    text = (
        _("The bank left the %(amount)s where they are.")
        if about["outcome"] == "won"
        else _("The bank took the %(amount)s back for good.")
    )
    return text % {"amount": amount_told(about["amount"])}, reverse(
        "top-up", args=[about["payment"]]
    )


def _payout_paid(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("Payout %(number)s of %(amount)s has arrived.") % {
        "number": about["number"],
        "amount": amount_told(about["amount"]),
    }
    return text, reverse("overview")


def _payout_returned(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("Payout %(number)s of %(amount)s came back and is payable again: %(failure)s.") % {
        "number": about["number"],
        "amount": amount_told(about["amount"]),
        "failure": about["failure"],
    }
    return text, reverse("overview")


def _payout_account(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _(
        "You are to be paid on the account that ends in %(last_four)s. If nobody of yours asked "
        "for it, tell the exchange's finance at once."
    )
    return text % {"last_four": about["last_four"]}, reverse("overview")


def _auto_off(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("The card was declined %(times)s times in a row.") % about
    return text, reverse("auto-top-up")


def _expiring(about: Mapping[str, Any]) -> tuple[str, str]:
    expires_at = parse_datetime(about["expires_at"])
    text = _("The key sk_%(prefix)s expires on %(day)s (UTC). Rotate it in good time.") % {
        "prefix": about["prefix"],
        "day": f"{expires_at:%Y-%m-%d}",
    }
    return text, reverse("organisation-keys", args=[about["code"]])


def _key(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("The key is sk_%(prefix)s. If nobody of yours made it, revoke it at once.") % about
    return text, reverse("organisation-keys", args=[about["code"]])


def _role(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("Somebody is now %(role)s of the organisation.") % {
        "role": ROLE_NAMES[Role(about["role"])]
    }
    return text, reverse("members", args=[about["code"]])


def _webhook(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("Nothing is sent to it any more: %(reason)s. Mend the receiver and enable it.") % {
        "reason": DISABLED_REASONS.get(about["reason"], about["reason"])
    }
    return text, reverse("webhook", args=[about["code"], about["endpoint"]])


def _verification(about: Mapping[str, Any]) -> tuple[str, str]:
    if about.get("outcome") == "approved":
        text = _("The organisation is verified.")
    elif about.get("outcome") == "returned":
        text = _("It came back to be mended. Its page says what is missing.")
    else:
        text = _("It was not granted. Its page says why.")
    return text, reverse("verification", args=[about["code"]])


def _deadline(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("Something waits for you until %(day)s.") % {"day": about["day"]}
    return text, reverse("verification", args=[about["code"]])


def _due_soon(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("The case waits for a decision until %(day)s.") % {"day": about["day"]}
    return text, reverse("verification-case", args=[about["case"]])


def _overdue(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("The case was to be decided by %(day)s, and still waits.") % {"day": about["day"]}
    return text, reverse("verification-case", args=[about["case"]])


def _day_before(day: str) -> str:
    """Return the last day of a term; events tell the day after it."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _term_ending(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("Its last day is %(day)s. Verify the organisation anew in good time.") % {
        "day": _day_before(about["ends_on"])
    }
    return text, reverse("verification", args=[about["code"]])


def _term_ended(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("Its last day was %(day)s. Verify the organisation anew.") % {
        "day": _day_before(about["ends_on"])
    }
    return text, reverse("verification", args=[about["code"]])


def _cash(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("%(amount)s at %(place)s have not been explained since %(day)s.") % {
        "amount": amount_told(about["amount"]),
        "place": place(about["custody"]),
        "day": about["since"],
    }
    return text, reverse("cash-difference", args=[about["difference"]])


def _programme_proposed(about: Mapping[str, Any]) -> tuple[str, str]:
    if about["versions"] > 1:
        text = _("%(versions)s versions wait for somebody who activates them.") % about
        return text, reverse("programme-desk")
    text = _("Version %(number)s of %(programme)s waits for somebody who activates it.") % about
    return text, reverse("programme-version", args=[about["programme"], about["number"]])


def _application(about: Mapping[str, Any]) -> tuple[str, str]:
    told = {**about, "state": application_state(about["state"])}
    text = _("Application %(number)s: %(state)s.") % told
    if about["due_on"]:
        text = _("Application %(number)s: %(state)s, until %(due_on)s.") % told
    return text, reverse("prospects")


def _application_waits(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("Application %(number)s waits for you.") % about
    if about["due_on"]:
        text = _("Application %(number)s waits for you, until %(due_on)s.") % about
    return text, reverse("programme-desk")


_TEXTS: Final[Mapping[Kind, Callable[[Mapping[str, Any]], tuple[str, str]]]] = {
    Kind.BILL_ISSUED: _bill,
    Kind.MONTH_SETTLED: _settled,
    Kind.STATEMENT_ISSUED: _statement,
    Kind.CLAIM_PAID: _claim,
    Kind.AWARD_APPROVED: _award,
    Kind.PROGRAMME_PROPOSED: _programme_proposed,
    Kind.APPLICATION_MOVED: _application,
    Kind.APPLICATION_WAITS: _application_waits,
    Kind.BALANCE_LOW: _balance,
    Kind.CREDIT_CHANGED: _credit_changed,
    Kind.PACKAGE_CHANGED: _package,
    Kind.PACKAGE_ENDING: _ending,
    Kind.PAYMENT_RECEIVED: _received,
    Kind.PAYMENT_FAILED: _payment_failed,
    Kind.REFUND_PAID: _refunded,
    Kind.REFUND_FAILED: _refund_failed,
    Kind.PAYMENT_DISPUTED: _disputed,
    Kind.DISPUTE_CLOSED: _dispute_closed,
    Kind.AUTO_TOP_UP_OFF: _auto_off,
    Kind.CASH_DIFFERENCE_OPEN: _cash,
    Kind.PAYOUT_PAID: _payout_paid,
    Kind.PAYOUT_RETURNED: _payout_returned,
    Kind.PAYOUT_ACCOUNT_CHANGED: _payout_account,
    **connect_words.TEXTS,
    **einvoice_words.TEXTS,
    **receivable_words.TEXTS,
    **use_words.TEXTS,
    Kind.KEY_EXPIRING: _expiring,
    Kind.DEADLINE_NEAR: _deadline,
    Kind.KEY_CREATED: _key,
    Kind.ROLE_GIVEN: _role,
    Kind.WEBHOOK_DISABLED: _webhook,
    Kind.VERIFICATION_DECIDED: _verification,
    Kind.VERIFICATION_DUE_SOON: _due_soon,
    Kind.VERIFICATION_OVERDUE: _overdue,
    Kind.VERIFICATION_ENDING: _term_ending,
    Kind.VERIFICATION_ENDED: _term_ended,
}
