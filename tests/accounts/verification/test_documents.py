"""Papers: known by their bytes, refused by type, name, size and scanner, kept once submitted."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from accounts.models import VerificationDocument
from accounts.verification import operations, queries
from accounts.verification.documents.operations import (
    ABANDONED_AFTER,
    DOCUMENTS_MAX,
    TooManyDocuments,
    forget_abandoned_papers,
    remove_document,
)
from accounts.verification.kinds import DocumentKind, Scan
from accounts.verification.queries import VerificationNotFound
from kernel import files
from kernel.models import StoredFile
from kernel.uploads import PAPER_BYTES_MAX, Refusal, UploadRefused
from tests.builders.accounts import NOW
from tests.builders.verification import PDF, PNG, attach, make_case, make_submitted_case

pytestmark = pytest.mark.django_db
# The test file of https://www.eicar.org, in two parts so that no scanner takes this one for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def scanner_of_tests(content: bytes) -> str:
    """Find EICAR wherever it stands, as a real scanner would."""
    return "EICAR" if EICAR in content else ""


def scanner_away(content: bytes) -> str:
    raise ConnectionRefusedError


SCANNER = f"{__name__}.scanner_of_tests"
AWAY = f"{__name__}.scanner_away"


def remove(case, document) -> None:
    remove_document(
        organisation_id=case.organisation_id,
        document_id=document.public_id,
        user_id=case.created_by_id,
        now=NOW,
    )


def test_a_paper_is_kept_with_its_hash_and_that_nobody_scanned_it():
    case = make_case()
    document = attach(case, content=PNG, file_name="C:\\scans\\执照.PNG")

    assert document.file.sha256 == hashlib.sha256(PNG).hexdigest()
    assert (document.file.content_type, document.file.size_bytes) == ("image/png", len(PNG))
    assert document.file.organisation_id == case.organisation_id
    assert (document.file_name, document.scan) == ("执照.PNG", Scan.NOT_SCANNED)
    assert files.read(storage_key=document.file.storage_key) == PNG


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "a.pdf", Refusal.EMPTY),
        (PDF + b"\x00" * PAPER_BYTES_MAX, "a.pdf", Refusal.TOO_LARGE),
        (b"<html><script>alert(1)</script></html>", "a.pdf", Refusal.TYPE),
        (b"MZ\x90\x00" + b"\x00" * 100, "a.pdf", Refusal.TYPE),
        (b"PK\x03\x04" + b"\x00" * 100, "a.pdf", Refusal.TYPE),
        (b"nothing that anybody knows", "a.pdf", Refusal.TYPE),
        (PDF, "a.html", Refusal.EXTENSION),
        (PDF, "a.png", Refusal.EXTENSION),
        (PDF, "pdf", Refusal.EXTENSION),
    ],
)
def test_what_may_not_be_kept_is_refused_and_leaves_nothing(content, name, reason, tmp_path):
    case = make_case()
    with pytest.raises(UploadRefused) as refusal:
        attach(case, content=content, file_name=name)

    assert refusal.value.reason == reason
    assert StoredFile.objects.count() == 0
    assert list(tmp_path.rglob("*.*")) == []


def test_a_scanner_finds_what_a_paper_carries(settings):
    settings.UPLOAD_SCANNER = SCANNER
    case = make_case()

    assert attach(case).scan == Scan.CLEAN
    with pytest.raises(UploadRefused) as refusal:
        attach(case, content=PDF + EICAR)
    assert refusal.value.reason == Refusal.INFECTED


def test_a_scanner_that_is_away_lets_nothing_in(settings):
    settings.UPLOAD_SCANNER = AWAY
    with pytest.raises(UploadRefused) as refusal:
        attach(make_case())
    assert refusal.value.reason == Refusal.SCANNER_AWAY


def test_a_refused_case_leaves_no_bytes(tmp_path):
    case = make_submitted_case()
    files = len([path for path in tmp_path.rglob("*") if path.is_file()])

    with pytest.raises(operations.VerificationLocked):
        attach(case)

    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == files


def test_a_case_holds_so_many_at_most():
    case = make_case()
    for _ in range(DOCUMENTS_MAX):
        attach(case)
    with pytest.raises(TooManyDocuments):
        attach(case)


def test_what_was_never_submitted_goes_with_its_bytes():
    case = make_case()
    document = attach(case)
    key = document.file.storage_key

    remove(case, document)

    assert not VerificationDocument.objects.exists()
    assert not StoredFile.objects.exists()
    assert not default_storage.exists(key)


def test_what_was_submitted_stays_with_its_snapshot():
    case = make_submitted_case()
    operations.withdraw(organisation_id=case.organisation_id, user_id=case.created_by_id, now=NOW)
    document = case.documents.get(kind=DocumentKind.LICENCE)

    remove(case, document)

    document.refresh_from_db()
    assert document.removed_at == NOW
    assert default_storage.exists(document.file.storage_key)
    with pytest.raises(VerificationNotFound):
        remove(case, document)


def test_papers_of_an_abandoned_draft_go_with_their_bytes():
    abandoned, submitted = attach(make_case()), make_submitted_case().documents.first()
    key = abandoned.file.storage_key

    assert forget_abandoned_papers(now=NOW + ABANDONED_AFTER) == 0
    assert forget_abandoned_papers(now=NOW + ABANDONED_AFTER + timedelta(days=1)) == 1

    assert not default_storage.exists(key)
    assert list(VerificationDocument.objects.filter(id=submitted.pk)) == [submitted]


def test_papers_are_found_by_their_own_organisation_and_case_alone():
    case, other = make_submitted_case(), make_case()
    mine = case.documents.first()
    draft = attach(other)

    def found(**owner: object) -> bool:
        try:
            queries.paper(document_id=owner.pop("document", mine).public_id, **owner)
        except VerificationNotFound:
            return False
        return True

    assert found(organisation_id=case.organisation_id)
    assert not found(organisation_id=other.organisation_id)
    assert found(verification_id=case.public_id)
    assert not found(verification_id=other.public_id)
    assert not found()
    # What is still a draft is its organisation's own affair.
    assert not found(document=draft, verification_id=other.public_id)
