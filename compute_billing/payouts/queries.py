"""Every read of payouts: how payees stand, statements, runs, and accounts that are paid to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, Sum

from compute_billing.payouts.connect_models import PayoutReversal
from compute_billing.payouts.connect_queries import (
    ConnectedShown,
    connected_account,
    connected_accounts,
    payout_of_reversal,
    reversals_of_transfer,
)
from compute_billing.payouts.locks import ROOM
from compute_billing.payouts.models import (
    EntryKind,
    Payee,
    PayeeEntry,
    Payout,
    PayoutAccount,
    PayoutRun,
)
from compute_billing.payouts.result_models import ResultLine, Verdict
from compute_billing.payouts.terms_models import PayoutTerms
from kernel.errors import DomainError
from kernel.sql import rows, statement

__all__ = ["ConnectedShown", "connected_account", "connected_accounts", "payout_of_reversal"]

RUNS_MAX: Final = 200
PAYOUTS_MAX: Final = 200


class UnknownPayout(DomainError):
    """A payee has no such payout."""

    code = "unknown_payout"


class UnknownRun(DomainError):
    """There is no such run."""

    code = "unknown_payout_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a payee's money stands, in micro-yuan, and what was agreed with him."""

    payee_id: int
    code: str
    name: str
    payable: int
    reserve: int
    transit: int
    debt: int
    schedule: str | None
    minimum_fen: int | None
    commission_ppm: int | None
    has_account: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPart:
    """What was earned of one kind, month, cluster and price, and what it bore, in micro-yuan."""

    kind: str
    month: date
    cluster: str | None
    cluster_name: str | None
    meter: str | None
    price_id: int | None
    unit_price: int | None
    commission_ppm: int
    tenants: int
    amount: int
    commission: int
    commission_tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutStatement:
    """All that happened to a payee's money between two payouts, in micro-yuan.

    opening + earned - commission - commission_tax + bounced - paid_out = closing, where opening
    and closing are payable + reserve - debt; what is on its way is paid out until it comes back.
    """

    payout: Payout | None
    parts: tuple[StatementPart, ...]
    opening: int
    earned: int
    commission: int
    commission_tax: int
    kept_back: int
    let_go: int
    netted: int
    came_back: int
    paid_out: int
    closing_payable: int
    closing_reserve: int
    closing_debt: int

    @property
    def closing(self) -> int:
        """Return what is his at the end."""
        return self.closing_payable + self.closing_reserve - self.closing_debt


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """A run as lists show it."""

    public_id: UUID
    custody: str
    state: str
    made_at: datetime
    maker_id: int
    payouts: int
    total_fen: int
    returned: int


def standings(*, now: datetime) -> list[Standing]:
    """Return how the money of every payee stands, by code."""
    return [Standing(**line) for line in rows(statement(ROOM, "payees.sql"), now=now)]


def is_payee(*, organisation_id: int) -> bool:
    """Say whether an organisation is somebody who is paid."""
    return Payee.objects.filter(organisation_id=organisation_id).exists()


def accounts_of(*, payee_id: int) -> list[PayoutAccount]:
    """Return the accounts of a payee, the newest first, refused ones too."""
    return list(PayoutAccount.objects.filter(payee_id=payee_id).order_by("-id"))


def waiting_accounts(*, now: datetime) -> list[PayoutAccount]:
    """Return the accounts that nobody has decided, and approved ones that can still be stopped."""
    awaited = Q(effective_at__gt=now, withdrawn_at__isnull=True)
    waiting = PayoutAccount.objects.filter(Q(decided_at__isnull=True) | awaited)
    return list(waiting.select_related("payee__organisation").order_by("id"))


def terms_of(*, payee_id: int) -> list[PayoutTerms]:
    """Return what was agreed with a payee, the newest first."""
    return list(PayoutTerms.objects.filter(payee_id=payee_id).order_by("-from_month"))


def runs() -> list[RunLine]:
    """Return the newest runs."""
    found = PayoutRun.objects.annotate(
        count=Count("payouts"),
        total=Sum("payouts__amount_fen", default=0),
        back=Count("payouts", filter=Q(payouts__state="returned")),
    ).order_by("-id")
    return [_run_line(run) for run in found[:RUNS_MAX]]


def run_with_payouts(*, run_id: UUID) -> tuple[PayoutRun, list[Payout]]:
    """Return a run and what it pays, by payee.

    Raises:
        UnknownRun: there is none.
    """
    run = PayoutRun.objects.select_related("maker").filter(public_id=run_id).first()
    if run is None:
        message = f"There is no run {run_id}."
        raise UnknownRun(message)
    payouts = run.payouts.select_related("payee__organisation", "account", "run")
    return run, list(payouts.order_by("payee_id"))


def failures_of(*, run_id: UUID) -> list[ResultLine]:
    """Return the lines of a bank's answers that did not fit, the newest first."""
    wrong = ResultLine.objects.filter(
        file__run__public_id=run_id,
        verdict__in=[Verdict.UNKNOWN, Verdict.CONFLICT, Verdict.UNREADABLE],
    )
    return list(wrong.select_related("file").order_by("-file_id", "position")[:PAYOUTS_MAX])


def payout_page(*, payee_id: int | None, after: UUID | None, limit: int) -> list[Payout]:
    """Return payouts, the newest first, from behind `after` on; of everybody without a payee.

    Raises:
        UnknownPayout: there is no payout `after`.
    """
    found = Payout.objects.select_related("payee__organisation", "account", "run")
    if payee_id is not None:
        found = found.filter(payee_id=payee_id)
    if after is not None:
        last = found.filter(public_id=after).first()
        if last is None:
            message = "You have no such payout."
            raise UnknownPayout(message)
        found = found.filter(id__lt=last.pk)
    return list(found.order_by("-id")[:limit])


def statement_of(*, payout_id: UUID, payee_id: int | None) -> PayoutStatement:
    """Return what a payout consists of; without a payee anybody's.

    Raises:
        UnknownPayout: there is none, or it is somebody else's.
    """
    found = Payout.objects.select_related("payee__organisation", "account", "run")
    if payee_id is not None:
        found = found.filter(payee_id=payee_id)
    payout = found.filter(public_id=payout_id).first()
    if payout is None:
        message = "You have no such payout."
        raise UnknownPayout(message)
    before = Payout.objects.filter(
        payee_id=payout.payee_id, through_sequence__lt=payout.through_sequence
    )
    last = before.order_by("-through_sequence").first()
    return _statement(
        payout.payee_id,
        payout=payout,
        after=0 if last is None else last.through_sequence,
        through=payout.through_sequence,
    )


def reversals_of(*, payout_id: UUID) -> tuple[Payout, list[PayoutReversal]]:
    """Return a payout that was transferred, and its reversals, the newest first.

    Raises:
        UnknownPayout: there is none, or it did not leave by Connect.
    """
    found = reversals_of_transfer(payout_id=payout_id)
    if found is None:
        message = "There is no such payout by Connect."
        raise UnknownPayout(message)
    return found


def open_statement(*, payee_id: int) -> PayoutStatement:
    """Return what happened since a payee's last payout."""
    last = Payout.objects.filter(payee_id=payee_id).order_by("-through_sequence").first()
    payee = Payee.objects.filter(pk=payee_id).first()
    return _statement(
        payee_id,
        payout=None,
        after=0 if last is None else last.through_sequence,
        through=0 if payee is None else payee.sequence,
    )


def _statement(
    payee_id: int, *, payout: Payout | None, after: int, through: int
) -> PayoutStatement:
    entries = list(
        PayeeEntry.objects.filter(
            payee_id=payee_id, sequence__gt=after, sequence__lte=through
        ).order_by("sequence")
    )
    first = _entry(payee_id, after)
    last = entries[-1] if entries else first
    parts = rows(
        statement(ROOM, "statement_lines.sql"), payee_id=payee_id, after=after, through=through
    )
    back = _of(entries, EntryKind.RETURNED, EntryKind.BOUNCED, EntryKind.REVERSED)
    held = _of(entries, EntryKind.HELD)
    return PayoutStatement(
        payout=payout,
        parts=tuple(StatementPart(**part) for part in parts),
        opening=_own(first),
        earned=sum(entry.earned for entry in entries),
        commission=sum(entry.commission for entry in entries),
        commission_tax=sum(entry.commission_tax for entry in entries),
        kept_back=sum(entry.reserve for entry in entries if entry.reserve > 0),
        let_go=-sum(entry.reserve for entry in entries if entry.reserve < 0),
        netted=-sum(entry.debt for entry in entries if entry.debt < 0),
        came_back=sum(entry.payable - entry.debt for entry in back),
        paid_out=-sum(entry.payable for entry in held),
        closing_payable=0 if last is None else last.payable_after,
        closing_reserve=0 if last is None else last.reserve_after,
        closing_debt=0 if last is None else last.debt_after,
    )


def _entry(payee_id: int, sequence: int) -> PayeeEntry | None:
    return PayeeEntry.objects.filter(payee_id=payee_id, sequence=sequence).first()


def _own(entry: PayeeEntry | None) -> int:
    return 0 if entry is None else entry.payable_after + entry.reserve_after - entry.debt_after


def _of(entries: Sequence[PayeeEntry], *kinds: EntryKind) -> list[PayeeEntry]:
    return [entry for entry in entries if entry.kind in kinds]


def _run_line(run: Any) -> RunLine:
    return RunLine(
        public_id=run.public_id,
        custody=run.custody,
        state=run.state,
        made_at=run.made_at,
        maker_id=run.maker_id,
        payouts=run.count,
        total_fen=run.total,
        returned=run.back,
    )
