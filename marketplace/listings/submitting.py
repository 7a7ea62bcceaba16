"""A version is handed in, frozen as it is, and taken back before it was decided."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from accounts.verification.deadlines import local_day
from kernel.audit import Actor
from kernel.canonical import canonical_hash
from kernel.errors import DomainError
from kernel.transactions import transaction, transaction_required
from kernel.working_days import expected_deadline
from marketplace.listings.drafting import refuse_unverified
from marketplace.listings.models import AlgorithmVersion, ListingSubmission
from marketplace.listings.noting import locked_version, note
from marketplace.listings.proofs import OWNERSHIP, ProofKind
from marketplace.listings.states import TRANSITIONS, ListingState

FORMAT: Final = 1
# Our own promise: no rule of the field that we could read names a term.
REVIEW_WORKING_DAYS: Final = 10


class UnableToSubmitVersion(DomainError):
    """Something is missing; `details` name it."""

    code = "unable_to_submit_version"


def submit_version(
    *, seller_id: int, version_id: UUID, user_id: int, actor: Actor, now: datetime
) -> ListingSubmission:
    """Freeze what a version says and hand it to the reviewers, who answer by a working day.

    Raises:
        NotInASandbox, SellerNotVerified: the seller may not sell.
        VersionNotFound: he has none of this id.
        IllegalTransition: it is with the reviewers already, or decided.
        UnableToSubmitVersion: no proof says whose it is.
    """
    refuse_unverified(seller_id=seller_id, now=now)
    with transaction():
        version = locked_version(seller_id=seller_id, version_id=version_id)
        TRANSITIONS.check(from_=ListingState(version.state), to=ListingState.SUBMITTED)
        _refuse_unowned(version)
        due_on = expected_deadline(day=local_day(now), days=REVIEW_WORKING_DAYS).day
        snapshot = snapshot_of(version)
        made = ListingSubmission.objects.create(
            version=version,
            round=version.submissions.count() + 1,
            snapshot=snapshot,
            snapshot_sha256=canonical_hash(snapshot).hex(),
            submitted_by_id=user_id,
            submitted_at=now,
            due_on=due_on,
        )
        move(version, to=ListingState.SUBMITTED, due_on=due_on)
        detail = {"round": made.round, "snapshot_sha256": made.snapshot_sha256}
        note("submit", version, seller_id=seller_id, actor=actor, now=now, detail=detail)
    return made


def withdraw_version(*, seller_id: int, version_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a version back that no reviewer has taken up, or that is to be mended.

    Raises:
        VersionNotFound: the seller has none of this id.
        IllegalTransition: it is not there to be taken back.
    """
    with transaction():
        version = locked_version(seller_id=seller_id, version_id=version_id)
        move(version, to=ListingState.WITHDRAWN)
        note("withdraw", version, seller_id=seller_id, actor=actor, now=now)


@transaction_required
def move(version: AlgorithmVersion, *, to: ListingState, due_on: Any = None) -> None:
    """Move a locked version by the table of states.

    Raises:
        IllegalTransition: there is no such way.
    """
    TRANSITIONS.compare_and_set(
        AlgorithmVersion.objects.filter(id=version.pk),
        from_=ListingState(version.state),
        to=to,
        also={"due_on": due_on, "revision": version.revision + 1},
    )
    version.state, version.revision, version.due_on = to, version.revision + 1, due_on


def _refuse_unowned(version: AlgorithmVersion) -> None:
    shown = set(version.proofs.filter(removed_at=None).values_list("kind", flat=True))
    if shown.isdisjoint(OWNERSHIP):
        message = (
            "Show whose the algorithm is: add a software copyright, a patent or an application."
        )
        details = {"missing": "ownership", "kinds": sorted(str(kind) for kind in OWNERSHIP)}
        raise UnableToSubmitVersion(message, details=details)


def snapshot_of(version: AlgorithmVersion) -> dict[str, Any]:
    """Return what is handed in as JSON values: what a certificate will stand for."""
    algorithm = version.algorithm
    parent = version.parent
    return {
        "format": FORMAT,
        "algorithm": {
            "id": str(algorithm.public_id),
            "name_zh": algorithm.name_zh,
            "name_en": algorithm.name_en,
            "summary": algorithm.summary,
            "task": algorithm.task,
            "industry": algorithm.industry,
            "inputs": algorithm.inputs,
            "outputs": algorithm.outputs,
        },
        "version": {
            "id": str(version.public_id),
            "number": version.number,
            "manifest": msgspec.json.decode(bytes(version.manifest)),
            "manifest_sha256": version.manifest_sha256,
            "size_bytes": version.size_bytes,
            "lineage": None
            if parent is None
            else {
                "from": str(parent.public_id),
                "how": version.lineage,
                "royalty_ppm": version.royalty_ppm,
                "burden_ppm": version.burden_ppm,
            },
        },
        "dossier": version.dossier,
        "proofs": _proofs(version),
    }


def _proofs(version: AlgorithmVersion) -> list[dict[str, Any]]:
    rows = version.proofs.filter(removed_at=None).order_by("kind", "number")
    return [
        {
            "kind": str(ProofKind(proof.kind)),
            "number": proof.number,
            "sha256": proof.sha256,
            "uploaded_at": proof.uploaded_at.isoformat(),
        }
        for proof in rows
    ]
