"""Every write to papers."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from accounts.models import Verification, VerificationDocument
from accounts.verification.editing import editable, record
from accounts.verification.kinds import DocumentKind, Scan
from accounts.verification.queries import VerificationNotFound
from kernel import files
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.transactions import transaction
from kernel.uploads import CheckedUpload, check_upload

DOCUMENTS_MAX: Final = 20
FOLDER: Final = "verification"
# Whoever has not handed his papers in by then begins anew.
ABANDONED_AFTER: Final = timedelta(days=180)


class TooManyDocuments(DomainError):
    """A case holds so many papers at most."""

    code = "too_many_documents"


def attach_document(
    *,
    organisation_id: int,
    kind: DocumentKind,
    content: bytes,
    file_name: str,
    user_id: int,
    now: datetime,
) -> VerificationDocument:
    """Keep a paper with the open case.

    Raises:
        UploadRefused: the file may not be kept.
        TooManyDocuments: others go first.
        VerificationNotFound, VerificationLocked: see `editing`.
    """
    checked = check_upload(content=content, name=file_name)
    key = files.put(content=checked.content, folder=FOLDER)
    try:
        with transaction():
            row = editable(organisation_id=organisation_id)
            _refuse_too_many(row)
            return _insert(row, kind=kind, upload=checked, key=key, user_id=user_id, now=now)
    except Exception:
        files.drop(storage_key=key)
        raise


def remove_document(
    *, organisation_id: int, document_id: UUID, user_id: int, now: datetime
) -> None:
    """Take a paper away. What was submitted stays with the snapshot that names it.

    Raises:
        VerificationNotFound: the open case has no such paper.
        VerificationLocked: see `editing`.
    """
    with transaction():
        row = editable(organisation_id=organisation_id)
        found = row.documents.filter(public_id=document_id, removed_at__isnull=True).first()
        if found is None:
            raise VerificationNotFound("The case has no such paper.")
        detail = {"document": str(found.public_id), "kind": str(found.kind)}
        if row.submitted_at is not None and found.uploaded_at <= row.submitted_at:
            found.removed_at = now
            found.save(update_fields=["removed_at"])
        else:
            file = found.file
            found.delete()
            files.forget(file=file)
        record("remove_document", row, actor=Actor.user(user_id), detail=detail, now=now)


def forget_abandoned_papers(*, now: datetime) -> int:
    """Delete papers, with their bytes, of drafts that nobody handed in or touched for long.

    Returns how many went.
    """
    with transaction():
        old = VerificationDocument.objects.filter(
            uploaded_at__lt=now - ABANDONED_AFTER, verification__submitted_at__isnull=True
        )
        found = list(old.select_related("file"))
        for document in found:
            file = document.file
            document.delete()
            files.forget(file=file)
    return len(found)


def _refuse_too_many(row: Verification) -> None:
    if row.documents.filter(removed_at__isnull=True).count() >= DOCUMENTS_MAX:
        message = f"A case holds {DOCUMENTS_MAX} papers: take one away first."
        raise TooManyDocuments(message)


def _insert(
    row: Verification,
    *,
    kind: DocumentKind,
    upload: CheckedUpload,
    key: str,
    user_id: int,
    now: datetime,
) -> VerificationDocument:
    file = files.record(
        storage_key=key,
        content=upload.content,
        content_type=upload.content_type,
        organisation_id=row.organisation_id,
        now=now,
    )
    made = VerificationDocument.objects.create(
        verification=row,
        kind=kind,
        file=file,
        file_name=upload.name,
        scan=Scan.CLEAN if upload.was_scanned else Scan.NOT_SCANNED,
        uploaded_by_id=user_id,
        uploaded_at=now,
    )
    detail = {"document": str(made.public_id), "kind": str(kind), "sha256": file.sha256}
    record("attach_document", row, actor=Actor.user(user_id), detail=detail, now=now)
    return made


def note_paper_read(
    *, verification_id: UUID, document_id: UUID, user_id: int, now: datetime
) -> None:
    """Write down that an officer took a paper: it may show people.

    Raises:
        VerificationNotFound: the case has no such paper.
    """
    with transaction():
        rows = VerificationDocument.objects.filter(
            public_id=document_id, verification__public_id=verification_id
        )
        found = rows.select_related("verification").first()
        if found is None:
            raise VerificationNotFound("There is no such paper.")
        detail = {"document": str(document_id), "kind": str(found.kind)}
        record("read_paper", found.verification, actor=Actor.user(user_id), detail=detail, now=now)
