"""Reads of the Connect rail: payees' accounts at Stripe, and what was taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from compute_billing.payouts.connect_models import (
    ConnectedAccount,
    OnwardPayout,
    OnwardState,
    PayoutReversal,
)
from compute_billing.payouts.models import Payout


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedShown:
    """A payee's account at Stripe, as Stripe last said that it is.

    `state` is none, asked, refused, incomplete, limited or ready. `onward_failure` is why the
    payee's own bank sent back the last payout of Stripe to it.
    """

    payee_code: str
    payee_name: str
    stripe_account: str
    state: str
    details_submitted: bool
    transfers_enabled: bool
    payouts_enabled: bool
    disabled_reason: str
    wanted: list[str]
    wanted_by: datetime | None
    failure: str
    onward_failure: str
    observed_at: datetime | None


NO_ACCOUNT: Final = ConnectedShown(
    payee_code="",
    payee_name="",
    stripe_account="",
    state="none",
    details_submitted=False,
    transfers_enabled=False,
    payouts_enabled=False,
    disabled_reason="",
    wanted=[],
    wanted_by=None,
    failure="",
    onward_failure="",
    observed_at=None,
)


def connected_accounts(*, payee_id: int | None = None) -> list[ConnectedShown]:
    """Return payees' accounts at Stripe by the payee's code; of one payee, its own."""
    found = ConnectedAccount.objects.select_related("payee__organisation")
    if payee_id is not None:
        found = found.filter(payee_id=payee_id)
    failures = _onward_failures()
    return [
        _shown(one, onward_failure=failures.get(one.pk, ""))
        for one in found.order_by("payee__organisation__code")
    ]


def connected_account(*, payee_id: int | None) -> ConnectedShown:
    """Return a payee's account at Stripe; its state is `none` where it has none."""
    found = [] if payee_id is None else connected_accounts(payee_id=payee_id)
    return found[0] if found else NO_ACCOUNT


def reversals_of_transfer(*, payout_id: UUID) -> tuple[Payout, list[PayoutReversal]] | None:
    """Return a payout that was transferred and its reversals, the newest first."""
    payout = (
        Payout.objects.exclude(stripe_transfer="")
        .select_related("payee__organisation", "run")
        .filter(public_id=payout_id)
        .first()
    )
    return None if payout is None else (payout, list(payout.reversals.order_by("-id")))


def payout_of_reversal(*, reversal_id: UUID) -> UUID | None:
    """Return of which payout a reversal takes back."""
    found = PayoutReversal.objects.filter(public_id=reversal_id)
    return found.values_list("payout__public_id", flat=True).first()


def _onward_failures() -> dict[int, str]:
    """Return the failure of each account's newest payout to its bank, where that one failed."""
    newest = OnwardPayout.objects.order_by("connected_id", "-id").distinct("connected_id")
    return {one.connected_id: one.failure for one in newest if one.state == OnwardState.FAILED}


def _shown(one: ConnectedAccount, *, onward_failure: str) -> ConnectedShown:
    return ConnectedShown(
        payee_code=one.payee.organisation.code,
        payee_name=one.payee.organisation.name,
        stripe_account=one.stripe_account,
        state=_state(one),
        details_submitted=one.details_submitted,
        transfers_enabled=one.transfers_enabled,
        payouts_enabled=one.payouts_enabled,
        disabled_reason=one.disabled_reason,
        wanted=list(one.wanted),
        wanted_by=one.wanted_by,
        failure=one.failure,
        onward_failure=onward_failure,
        observed_at=one.observed_at,
    )


def _state(one: ConnectedAccount) -> str:
    if not one.stripe_account:
        return "refused" if one.failure else "asked"
    if one.transfers_enabled and one.payouts_enabled:
        return "ready"
    return "limited" if one.details_submitted else "incomplete"
