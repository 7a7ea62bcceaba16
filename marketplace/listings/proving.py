"""Proofs of a version: the bytes outside the transaction, the row in it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from kernel import files
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction
from kernel.uploads import CheckedUpload, check_upload
from marketplace.listings.models import AlgorithmVersion, Proof
from marketplace.listings.noting import editable_version, note
from marketplace.listings.proofs import ProofKind, check_proof_number

PROOFS_MAX: Final = 30
FOLDER: Final = "listings"


class UnableToProve(DomainError):
    """The version shows this number already, or holds as many proofs as it may."""

    code = "unable_to_prove"


class ProofNotFound(DomainError):
    """The version shows no such proof."""

    code = "proof_not_found"


def add_proof(
    *,
    seller_id: int,
    version_id: UUID,
    kind: ProofKind,
    number: str,
    content: bytes,
    file_name: str,
    user_id: int,
    actor: Actor,
    now: datetime,
) -> Proof:
    """Keep a number with its paper; the paper's SHA-256 and the moment stand beside it.

    Raises:
        MalformedProofNumber: the number is not one of its kind.
        UploadRefused: the paper may not be kept.
        VersionNotFound, VersionLocked: see `noting.editable_version`.
        UnableToProve: it stands there already, or there are PROOFS_MAX.
    """
    known = check_proof_number(kind=kind, number=number)
    upload = check_upload(content=content, name=file_name)
    key = files.put(content=upload.content, folder=FOLDER)
    again = UnableToProve(f"The version shows {known} already.")
    try:
        with transaction(), constraint_errors({"proof_once_per_version": again}):
            version = editable_version(seller_id=seller_id, version_id=version_id)
            _refuse_too_many(version)
            made = _insert(
                version, kind=kind, number=known, upload=upload, key=key, user_id=user_id, now=now
            )
            detail = {"proof": str(made.public_id), "kind": str(kind), "sha256": made.sha256}
            note("add_proof", version, seller_id=seller_id, actor=actor, now=now, detail=detail)
            return made
    except Exception:
        files.drop(storage_key=key)
        raise


def _refuse_too_many(version: AlgorithmVersion) -> None:
    if version.proofs.filter(removed_at=None).count() >= PROOFS_MAX:
        message = f"A version shows {PROOFS_MAX} proofs at most."
        raise UnableToProve(message)


def _insert(
    version: AlgorithmVersion,
    *,
    kind: ProofKind,
    number: str,
    upload: CheckedUpload,
    key: str,
    user_id: int,
    now: datetime,
) -> Proof:
    file = files.record(
        storage_key=key,
        content=upload.content,
        content_type=upload.content_type,
        organisation_id=version.algorithm.seller_id,
        now=now,
    )
    version.revision += 1
    version.save(update_fields=["revision"])
    return Proof.objects.create(
        version=version,
        kind=kind,
        number=number,
        file=file,
        sha256=file.sha256,
        file_name=upload.name,
        was_scanned=upload.was_scanned,
        uploaded_by_id=user_id,
        uploaded_at=now,
    )


def remove_proof(
    *, seller_id: int, version_id: UUID, proof_id: UUID, actor: Actor, now: datetime
) -> None:
    """Take a proof away; a submission that named it still finds its paper.

    Raises:
        VersionNotFound, VersionLocked: see `noting.editable_version`.
        ProofNotFound: the version shows none of this id.
    """
    with transaction():
        version = editable_version(seller_id=seller_id, version_id=version_id)
        gone = version.proofs.filter(public_id=proof_id, removed_at=None).update(removed_at=now)
        if gone != 1:
            raise ProofNotFound("The version shows no such proof.")
        version.revision += 1
        version.save(update_fields=["revision"])
        detail = {"proof": str(proof_id)}
        note("remove_proof", version, seller_id=seller_id, actor=actor, now=now, detail=detail)
