"""Papers of a dispute: the bytes outside the transaction, the row in it."""

from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from compute_billing.disputes.answering import Reply, answer
from compute_billing.disputes.locks import lock_dispute
from compute_billing.disputes.models import Level, Side, UsageDispute, UsageDisputeFile
from compute_billing.disputes.opening import note
from compute_billing.disputes.queries import UnknownUsageDispute
from compute_billing.disputes.states import TRANSITIONS, DisputeState
from kernel import files
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.transactions import transaction, transaction_required
from kernel.uploads import CheckedUpload

FILES_MAX: Final = 10
FOLDER: Final = "usage-disputes"


class UnableToAttach(DomainError):
    """The dispute takes no more papers."""

    code = "unable_to_attach_evidence"


def attach(
    *,
    dispute_id: UUID,
    side: Side,
    upload: CheckedUpload,
    user_id: int,
    now: datetime,
    tenant_id: int | None = None,
) -> UsageDisputeFile:
    """Keep a checked paper with a dispute; with `tenant_id` only with that tenant's.

    Raises:
        UnknownUsageDispute: there is none.
        UnableToAttach: it is over, or has FILES_MAX papers.
    """
    key = files.put(content=upload.content, folder=FOLDER)
    try:
        with transaction():
            dispute = _open(dispute_id, tenant_id=tenant_id)
            return _insert(dispute, side=side, upload=upload, key=key, user_id=user_id, now=now)
    except Exception:
        files.drop(storage_key=key)
        raise


def answer_with(
    *,
    upload: CheckedUpload | None,
    dispute_id: UUID,
    reply: Reply,
    level: Level,
    user_id: int,
    now: datetime,
) -> UsageDispute:
    """Answer as `answering.answer` does, with a paper if there is one: both are kept, or neither.

    Raises:
        UnableToAttach: it has FILES_MAX papers.
        DomainError: those of `answering.answer`.
    """
    told = partial(
        answer, dispute_id=dispute_id, reply=reply, level=level, user_id=user_id, now=now
    )
    if upload is None:
        return told()
    key = files.put(content=upload.content, folder=FOLDER)
    try:
        with transaction():
            dispute = _open(dispute_id, tenant_id=None)
            _insert(dispute, side=Side.DESK, upload=upload, key=key, user_id=user_id, now=now)
            return told()
    except Exception:
        files.drop(storage_key=key)
        raise


@transaction_required
def _open(dispute_id: UUID, *, tenant_id: int | None) -> UsageDispute:
    dispute = lock_dispute(dispute_id)
    if dispute is None or tenant_id not in (None, dispute.tenant_id):
        raise UnknownUsageDispute("There is no such dispute.")
    if TRANSITIONS.is_final(DisputeState(dispute.state)):
        raise UnableToAttach("The dispute is over: it takes no more papers.")
    if dispute.files.count() >= FILES_MAX:
        raise UnableToAttach(f"A dispute holds {FILES_MAX} papers.")
    return dispute


def _insert(
    dispute: UsageDispute,
    *,
    side: Side,
    upload: CheckedUpload,
    key: str,
    user_id: int,
    now: datetime,
) -> UsageDisputeFile:
    file = files.record(
        storage_key=key,
        content=upload.content,
        content_type=upload.content_type,
        organisation_id=dispute.tenant_id,
        now=now,
    )
    made = UsageDisputeFile.objects.create(
        dispute=dispute,
        side=side,
        file=file,
        file_name=upload.name,
        uploaded_by_id=user_id,
        uploaded_at=now,
    )
    note("attach", dispute, actor=Actor.user(user_id), now=now)
    return made
