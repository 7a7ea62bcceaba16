"""A certificate is numbered without gaps, written as canonical JSON, and signed."""

import hashlib
from datetime import datetime
from typing import Any, Final

from accounts.verification.deadlines import local_day
from kernel.canonical import canonical_json
from kernel.transactions import transaction_required
from marketplace.listings.models import (
    AlgorithmVersion,
    Certificate,
    ListingDecision,
    SigningKey,
)
from marketplace.listings.queries import last_serial
from marketplace.listings.signing import public_key, sign
from marketplace.listings.verifying import kid_of

FORMAT: Final = 1


@transaction_required
def issue_certificate(
    *, decision: ListingDecision, version: AlgorithmVersion, now: datetime
) -> Certificate:
    """Issue the certificate of an approval; the caller holds the lock of numbers."""
    year = local_day(now).year
    serial = last_serial(year=year) + 1
    number = f"SJ-{year}-{serial:06d}"
    key = _present_key(now=now)
    content = _content(decision, version, number=number, kid=key.kid, now=now)
    document = canonical_json(content)
    return Certificate.objects.create(
        decision=decision,
        version=version,
        year=year,
        serial=serial,
        number=number,
        document=document,
        sha256=hashlib.sha256(document).hexdigest(),
        key=key,
        signature=sign(document),
        issued_at=now,
    )


def _present_key(*, now: datetime) -> SigningKey:
    public = public_key()
    row, _ = SigningKey.objects.get_or_create(
        kid=kid_of(public), defaults={"public_key": public, "first_used_at": now}
    )
    return row


def _content(
    decision: ListingDecision, version: AlgorithmVersion, *, number: str, kid: str, now: datetime
) -> dict[str, Any]:
    """Return what the certificate says: no person is named, and hashes stand for the rest."""
    seller, said = version.algorithm.seller, decision.submission.snapshot
    return {
        "format": FORMAT,
        "number": number,
        "kid": kid,
        "issued_at": now.isoformat(),
        "seller": {"code": seller.code, "name": seller.name, "uscc": seller.uscc},
        "algorithm": {key: said["algorithm"][key] for key in ("id", "name_zh", "name_en")},
        "version": {key: said["version"][key] for key in ("id", "number", "manifest_sha256")},
        "proofs": said["proofs"],
        "snapshot_sha256": decision.submission.snapshot_sha256,
    }
