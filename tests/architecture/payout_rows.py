"""Rows of the permission matrix for payouts."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Final

from accounts.models import OrganisationKind
from accounts.permissions import Role, Scope, Staff
from compute_billing.payouts import operations
from compute_billing.payouts.models import Payout, PayoutAccount, PayoutRun
from tests.architecture.access import Access, Row, World
from tests.builders.accounts import make_organisation, make_user
from tests.builders.bank import make_account
from tests.builders.connect_world import pay_by_connect
from tests.builders.payouts import (
    NOW,
    earn,
    make_payout_account,
    make_run,
    make_terms,
    propose_account,
)

_numbers = count(1)
DESK_READING: Final = Access(staff={Staff.OPERATOR, Staff.FINANCE, Staff.AUDITOR})
READING: Final = Access(staff={Staff.FINANCE, Staff.AUDITOR})
ACTING: Final = Access(staff={Staff.FINANCE})
OWNING: Final = Access(roles={Role.OWNER, Role.FINANCE})
PAYEE_READING: Final = Access(
    scope=Scope.BILLING_READ,
    roles={Role.OWNER, Role.FINANCE, Role.VIEWER},
    staff={Staff.FINANCE, Staff.OPERATOR, Staff.AUDITOR},
)


def a_run(_: World) -> dict[str, object]:
    """Name a run that somebody else proposed and nobody has decided; runs are the house's."""
    waiting = PayoutRun.objects.filter(state="proposed").first() or _proposed(
        make_organisation(kind=OrganisationKind.OPERATOR)
    )
    return {"run_id": waiting.public_id}


def an_approved_run(world: World) -> dict[str, object]:
    """Name a run whose file may leave."""
    sent = PayoutRun.objects.filter(state="approved").first()
    if sent is None:
        waiting = a_run(world)["run_id"]
        sent = operations.approve_run(run_id=waiting, user_id=make_user().pk, now=NOW)
    return {"run_id": sent.public_id}


def a_payout(_: World) -> dict[str, object]:
    """Name a payout of anybody, for those who read everybody's."""
    found = Payout.objects.first()
    if found is None:
        found = _proposed(make_organisation(kind=OrganisationKind.OPERATOR)).payouts.get()
    return {"payout_id": found.public_id}


def own_payout(world: World) -> dict[str, object]:
    """Name a payout of the caller's organisation."""
    found = Payout.objects.filter(payee_id=world.organisation.pk).first()
    if found is None:
        found = _proposed(world.organisation).payouts.get()
    return {"payout_id": found.public_id}


def a_waiting_account(_: World) -> dict[str, object]:
    """Name an account that somebody proposed."""
    payee = make_organisation(kind=OrganisationKind.OPERATOR)
    make_terms(payee)
    return {"account_id": propose_account(payee, maker=make_user()).public_id}


def own_payee(world: World) -> dict[str, object]:
    """Name the caller's organisation, which is paid."""
    own_payout(world)
    return {"code": world.organisation.code}


def own_waiting_account(world: World) -> dict[str, object]:
    """Name an account of the caller's organisation that somebody proposed."""
    own_payout(world)
    waiting = PayoutAccount.objects.filter(payee_id=world.organisation.pk, decided_at=None).first()
    if waiting is None:
        waiting = propose_account(world.organisation, maker=make_user())
    return {"code": world.organisation.code, "account_id": waiting.public_id}


def _proposed(payee) -> PayoutRun:
    bank = make_account(payee)
    make_terms(payee)
    earn(payee, bank=bank, yuan=100, now=NOW)
    make_payout_account(payee, now=NOW - timedelta(days=1))
    return make_run(bank)


def a_transferred_payout(_: World) -> dict[str, object]:
    """Name a payout that was transferred at Stripe."""
    return {"payout_id": _transferred().public_id}


def a_waiting_reversal(_: World) -> dict[str, object]:
    """Name a reversal that somebody else proposed and nobody has decided."""
    made = operations.propose_reversal(
        payout_id=_transferred().public_id,
        amount_fen=1_000,
        reason="多付",
        user_id=make_user().pk,
        now=NOW,
    )
    return {"reversal_id": made.public_id}


def _transferred() -> Payout:
    return pay_by_connect(
        maker=make_user(), approver=make_user(), now=NOW, code=f"abroad-{next(_numbers)}"
    )


PAYOUT_ROWS: Final[dict[str, Row]] = {
    "operator-payouts": Row(methods={"GET": DESK_READING}),
    "operator-payout-account": Row(
        methods={
            "GET": Access(staff={Staff.OPERATOR}),
            "POST": Access(staff={Staff.OPERATOR}),
        }
    ),
    "operator-payout": Row(methods={"GET": DESK_READING}, make=a_payout, owned=False),
    "operator-payout-document": Row(
        methods={"GET": DESK_READING},
        make=lambda world: {**a_payout(world), "language": "zh"},
        owned=False,
    ),
    "own-payout-document": Row(
        methods={"GET": OWNING},
        make=lambda world: {**own_payee(world), **own_payout(world), "language": "zh"},
    ),
    "own-payouts": Row(methods={"GET": OWNING, "POST": OWNING}, make=own_payee),
    "own-payout-account-stop": Row(methods={"POST": OWNING}, make=own_waiting_account),
    "operator-connect": Row(methods={"GET": DESK_READING}),
    "operator-connect-start": Row(methods={"POST": Access(staff={Staff.OPERATOR})}),
    "operator-connect-rail": Row(methods={"POST": Access(staff={Staff.OPERATOR})}),
    "payout-reversals": Row(methods={"GET": READING}, make=a_transferred_payout, owned=False),
    "payout-reversal-propose": Row(
        methods={"POST": ACTING}, make=a_transferred_payout, owned=False
    ),
    "payout-reversal-approve": Row(methods={"POST": ACTING}, make=a_waiting_reversal, owned=False),
    "payout-reversal-refuse": Row(methods={"POST": ACTING}, make=a_waiting_reversal, owned=False),
    "payout-runs": Row(methods={"GET": READING}),
    "payout-propose": Row(methods={"POST": ACTING}),
    "payout-run": Row(methods={"GET": READING}, make=a_run, owned=False),
    "payout-file": Row(methods={"GET": ACTING}, make=an_approved_run, owned=False),
    "payout-approve": Row(methods={"POST": ACTING}, make=a_run, owned=False),
    "payout-refuse": Row(methods={"POST": ACTING}, make=a_run, owned=False),
    "payout-result": Row(methods={"POST": ACTING}, make=an_approved_run, owned=False),
    "payout-account-approve": Row(methods={"POST": ACTING}, make=a_waiting_account, owned=False),
    "payout-account-refuse": Row(methods={"POST": ACTING}, make=a_waiting_account, owned=False),
    "connected-account": Row(methods={"GET": PAYEE_READING}),
    "payouts": Row(methods={"GET": PAYEE_READING}),
    "payout-open": Row(methods={"GET": PAYEE_READING}),
    "payout-detail": Row(methods={"GET": PAYEE_READING}, make=own_payout),
}
