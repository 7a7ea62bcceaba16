"""Connect, as this house asks it of Stripe: payees' accounts, transfers, and what is taken back.

The same rules as in `stripe_gateway`, whose client it uses: no transaction, no database.
"""

from datetime import datetime
from typing import Any, Final

from compute_billing.payments.answers import id_of, instant_of, metadata_of
from compute_billing.payments.parameters import CALL_KEY
from compute_billing.payments.seen import AccountSeen, OnwardSeen, ReversalSeen, TransferSeen
from compute_billing.payments.stripe_gateway import LOOK_BACK, PAGE, answering, client
from kernel.clock import utc_now

ONWARD_STATES: Final = {"paid": "paid", "failed": "failed", "canceled": "cancelled"}


def open_account(parameters: dict[str, Any], *, key: str) -> AccountSeen:
    """Open an account for a payee; once for a key."""
    observed_at = utc_now()
    with answering():
        made = client().v1.accounts.create(parameters, {"idempotency_key": key})
    return _account_of(made, observed_at=observed_at)


def find_account(*, call: str, since: datetime) -> AccountSeen | None:
    """Look for the account that a call opened whose answer was lost."""
    observed_at = utc_now()
    wanted = {"created": {"gte": int((since - LOOK_BACK).timestamp())}, "limit": PAGE}
    with answering():
        for one in client().v1.accounts.list(wanted).auto_paging_iter():
            if metadata_of(one).get(CALL_KEY) == call:
                return _account_of(one, observed_at=observed_at)
    return None


def fetch_account(account: str) -> AccountSeen:
    """Return the newest of a connected account."""
    observed_at = utc_now()
    with answering():
        found = client().v1.accounts.retrieve(account)
    return _account_of(found, observed_at=observed_at)


def onboarding_page(account: str, *, refresh: str, back: str) -> str:
    """Return the address of Stripe's page for a payee; it works once, and for some minutes.

    It moves no money and leaves nothing behind: whoever got no answer asks again.
    """
    asked = {
        "account": account,
        "type": "account_onboarding",
        "refresh_url": refresh,
        "return_url": back,
    }
    with answering():
        return str(client().v1.account_links.create(asked).url)


def send_transfer(parameters: dict[str, Any], *, key: str) -> TransferSeen:
    """Transfer to a connected account; once for a key."""
    with answering():
        made = client().v1.transfers.create(parameters, {"idempotency_key": key})
    return _transfer_of(made, reversals=())


def find_transfer(*, call: str, group: str) -> TransferSeen | None:
    """Look for the transfer that a call made whose answer was lost."""
    with answering():
        page = client().v1.transfers.list({"transfer_group": group, "limit": PAGE})
        for one in page.auto_paging_iter():
            if metadata_of(one).get(CALL_KEY) == call:
                return _transfer_of(one, reversals=())
    return None


def fetch_transfer(transfer: str) -> TransferSeen:
    """Return the newest of a transfer, with each of its reversals."""
    with answering():
        found = client().v1.transfers.retrieve(transfer)
        page = client().v1.transfers.reversals.list(transfer, {"limit": PAGE})
        reversals = tuple(_reversal_of(one) for one in page.auto_paging_iter())
    return _transfer_of(found, reversals=reversals)


def send_reversal(transfer: str, parameters: dict[str, Any], *, key: str) -> ReversalSeen:
    """Take a part of a transfer back; once for a key."""
    with answering():
        made = client().v1.transfers.reversals.create(
            transfer, parameters, {"idempotency_key": key}
        )
    return _reversal_of(made)


def find_reversal(transfer: str, *, call: str) -> ReversalSeen | None:
    """Look for the reversal that a call made whose answer was lost."""
    found = fetch_transfer(transfer).reversals
    return next((one for one in found if one.metadata.get(CALL_KEY) == call), None)


def fetch_onward(payout: str, *, account: str) -> OnwardSeen:
    """Return the newest of a payout that a connected account gets to its own bank."""
    observed_at = utc_now()
    with answering():
        found = client().v1.payouts.retrieve(payout, None, {"stripe_account": account})
    return OnwardSeen(
        observed_at=observed_at,
        payout=found.id,
        amount=found.amount,
        currency=found.currency,
        state=ONWARD_STATES.get(found.status, "pending"),
        failure=found.failure_message or found.failure_code or "",
        arrives_at=instant_of(found.arrival_date) if found.arrival_date else None,
    )


def _account_of(found: Any, *, observed_at: datetime) -> AccountSeen:
    wants = found.requirements
    capabilities = found.capabilities
    due = [*(wants.past_due or ()), *(wants.currently_due or ())] if wants else []
    by = wants.current_deadline if wants else None
    return AccountSeen(
        observed_at=observed_at,
        account=found.id,
        metadata=metadata_of(found),
        details_submitted=bool(found.details_submitted),
        transfers_enabled=getattr(capabilities, "transfers", None) == "active",
        charges_enabled=bool(found.charges_enabled),
        payouts_enabled=bool(found.payouts_enabled),
        disabled_reason=(wants.disabled_reason if wants else None) or "",
        wanted=tuple(dict.fromkeys(due)),
        wanted_by=instant_of(by) if by else None,
    )


def _transfer_of(found: Any, *, reversals: tuple[ReversalSeen, ...]) -> TransferSeen:
    return TransferSeen(
        transfer=found.id,
        amount=found.amount,
        currency=found.currency,
        destination=id_of(found.destination),
        metadata=metadata_of(found),
        reversals=reversals,
    )


def _reversal_of(found: Any) -> ReversalSeen:
    return ReversalSeen(
        reversal=found.id,
        amount=found.amount,
        currency=found.currency,
        metadata=metadata_of(found),
    )
