"""What the pages of payees at Stripe and of reversals show: texts, amounts and rows of files."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compute_billing.payouts import queries
from compute_billing.payouts.queries import ConnectedShown
from kernel.clock import utc_now
from kernel.money import MICRO_PER_FEN, Money
from portal.connect_words import disabled_words, wanted_words
from portal.exports import Cell
from portal.figures import money
from portal.tables import Table, TableRow, amount, instant, words
from portal.wording import Text, worded

COLUMNS: Final = (
    *("payee", "account", "state", "details_submitted", "transfers_enabled", "payouts_enabled"),
    *("disabled_reason", "wanted", "wanted_by", "observed_at"),
)
STATES: Final[Mapping[str, Text]] = {
    "asked": gettext_lazy("being opened"),
    "refused": gettext_lazy("Stripe opened none"),
    "incomplete": gettext_lazy("Stripe wants to know more"),
    "limited": gettext_lazy("stopped by Stripe"),
    "ready": gettext_lazy("may be paid"),
}
REVERSAL_STATES: Final[Mapping[str, Text]] = {
    "proposed": gettext_lazy("waits for approval"),
    "asked": gettext_lazy("asked of Stripe"),
    "done": gettext_lazy("taken back"),
    "refused": gettext_lazy("refused"),
    "failed": gettext_lazy("Stripe did not"),
}
REVERSAL_COLUMNS: Final = (
    *("reversal", "amount", "state", "reason", "failure", "stripe_reversal", "made_at", "ended_at"),
)


def payee_ids() -> dict[str, int]:
    """Return payees by code."""
    return {one.code: one.payee_id for one in queries.standings(now=utc_now())}


def payee_choices() -> list[tuple[str, str]]:
    """Return payees to choose from."""
    return [(one.code, one.name) for one in queries.standings(now=utc_now())]


def payable_choices() -> list[tuple[str, str]]:
    """Return payees whose account at Stripe may be paid."""
    found = queries.connected_accounts()
    return [(one.payee_code, one.payee_name) for one in found if one.transfers_enabled]


def accounts_table(found: Sequence[ConnectedShown]) -> Table:
    """Return payees' accounts at Stripe, and in words what Stripe wants."""
    return Table(
        name=_("Accounts at Stripe"),
        columns=[_("Payee"), _("State"), _("Stripe wants to know"), _("Until"), _("Seen")],
        rows=[
            TableRow(
                key=one.payee_code,
                cells=[
                    words(one.payee_name, note=one.stripe_account),
                    words(worded(STATES, one.state), note=_why(one)),
                    words(_(", ").join(str(each) for each in wanted_words(one.wanted))),
                    instant(one.wanted_by),
                    instant(one.observed_at),
                ],
            )
            for one in found
        ],
    )


def account_cells(found: Sequence[ConnectedShown]) -> Iterator[list[Cell]]:
    """Return the same as rows of a file."""
    for one in found:
        yield [
            *(one.payee_code, one.stripe_account, one.state, one.details_submitted),
            *(one.transfers_enabled, one.payouts_enabled, one.disabled_reason),
            *(" ".join(one.wanted), one.wanted_by, one.observed_at),
        ]


def _why(one: ConnectedShown) -> str:
    onward = _("its bank sent money back: %(why)s") % {"why": one.onward_failure}
    told = [one.failure, str(disabled_words(one.disabled_reason))]
    return " · ".join(each for each in [*told, onward if one.onward_failure else ""] if each)


def reversals_table(found: Sequence[Any]) -> Table:
    """Return what was taken back of a payout, or is to be."""
    return Table(
        name=_("Taken back"),
        columns=[_("Proposed"), _("Reason"), _("State"), _("Ended"), _("Amount")],
        rows=[
            TableRow(
                key=str(one.public_id),
                cells=[
                    instant(one.made_at),
                    words(_("on Stripe's pages") if one.is_foreign else one.reason),
                    words(worded(REVERSAL_STATES, one.state), note=one.failure),
                    instant(one.ended_at),
                    amount(money(one.amount_fen * MICRO_PER_FEN)),
                ],
            )
            for one in found
        ],
    )


def reversal_cells(found: Sequence[Any]) -> Iterator[list[Cell]]:
    """Return the same as rows of a file."""
    for one in found:
        yield [
            str(one.public_id),
            Decimal(Money.from_fen(one.amount_fen).to_text()),
            *(one.state, one.reason, one.failure, one.stripe_reversal, one.made_at, one.ended_at),
        ]
