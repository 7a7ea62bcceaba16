"""Every read of algorithms, versions, reviews and certificates."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Prefetch, Q, QuerySet

from accounts.models import Organisation
from kernel.errors import DomainError
from marketplace.listings.models import (
    Algorithm,
    AlgorithmVersion,
    Certificate,
    ListingSubmission,
    Proof,
    SigningKey,
)
from marketplace.listings.states import EFFECTS, WITH_OFFICERS, ListingState


class AlgorithmNotFound(DomainError):
    """There is none, or it is another seller's."""

    code = "algorithm_not_found"


class VersionNotFound(DomainError):
    """There is none, or it is not for the asker."""

    code = "algorithm_version_not_found"


class CertificateNotFound(DomainError):
    """No certificate has this number."""

    code = "certificate_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What everybody may know of a registered version: what was approved, and where it stands."""

    certificate: Certificate
    snapshot: dict[str, Any]

    @property
    def state(self) -> ListingState:
        """Return where it stands now."""
        return ListingState(self.certificate.version.state)

    @property
    def effect(self) -> str:
        """Return what its standing means for licences."""
        return str(EFFECTS[self.state])

    @property
    def reason(self) -> str:
        """Return why it stands so; empty of a listing that was never changed."""
        newest = max(self.certificate.version.standings.all(), key=lambda one: one.pk, default=None)
        return "" if newest is None else newest.reason


def is_verified(*, organisation_id: int, now: datetime) -> bool:
    """Say whether an organisation may sell: verified, real, and its term has not ended."""
    term = Q(verified_at__lte=now, verified_until__gt=now)
    return Organisation.real.filter(term, id=organisation_id).exists()


def own_algorithm(*, seller_id: int, public_id: UUID) -> Algorithm:
    """Return an algorithm of a seller.

    Raises:
        AlgorithmNotFound: he has none of this id.
    """
    found = Algorithm.objects.filter(seller_id=seller_id, public_id=public_id).first()
    if found is None:
        message = "You have no such algorithm."
        raise AlgorithmNotFound(message)
    return found


def algorithm_page(*, seller_id: int, after: UUID | None, limit: int) -> list[Algorithm]:
    """Return a seller's algorithms, the newest first, from behind `after` on.

    Raises:
        AlgorithmNotFound: he has no algorithm `after`.
    """
    rows = Algorithm.objects.filter(seller_id=seller_id)
    if after is not None:
        rows = rows.filter(id__lt=own_algorithm(seller_id=seller_id, public_id=after).pk)
    return list(rows.order_by("-id")[:limit])


def _told(rows: QuerySet[AlgorithmVersion]) -> QuerySet[AlgorithmVersion]:
    """Bring along what is told of a version."""
    live = Proof.objects.filter(removed_at=None).order_by("id")
    rounds = ListingSubmission.objects.select_related("decision").order_by("round")
    return rows.select_related(
        "algorithm__seller", "certificate", "parent__algorithm", "parent__certificate"
    ).prefetch_related(Prefetch("proofs", queryset=live), Prefetch("submissions", queryset=rounds))


def versions_of(*, algorithm: Algorithm) -> list[AlgorithmVersion]:
    """Return the versions of an algorithm, the highest number first."""
    return list(_told(algorithm.versions.all()).order_by("-number_key"))


def own_version(*, seller_id: int, public_id: UUID) -> AlgorithmVersion:
    """Return a version of a seller.

    Raises:
        VersionNotFound: he has none of this id.
    """
    mine = AlgorithmVersion.objects.filter(algorithm__seller_id=seller_id, public_id=public_id)
    found = _told(mine).first()
    if found is None:
        message = "You have no such version."
        raise VersionNotFound(message)
    return found


def own_version_id(*, seller_id: int, public_id: UUID) -> int:
    """Return the inner id of a version of a seller.

    Raises:
        VersionNotFound: he has none of this id.
    """
    mine = AlgorithmVersion.objects.filter(algorithm__seller_id=seller_id, public_id=public_id)
    found = mine.values_list("id", flat=True).first()
    if found is None:
        message = "You have no such version."
        raise VersionNotFound(message)
    return found


def review_page(
    *, states: Collection[ListingState], after: UUID | None, limit: int
) -> list[AlgorithmVersion]:
    """Return what is with the reviewers, or was, in the order in which it came.

    Raises:
        VersionNotFound: there is no version `after` that was ever handed in.
    """
    rows = AlgorithmVersion.objects.exclude(state=ListingState.DRAFT)
    rows = rows.filter(state__in=states or WITH_OFFICERS)
    if after is not None:
        rows = rows.filter(id__gt=reviewed_version(public_id=after).pk)
    return list(_told(rows).order_by("id")[:limit])


def reviewed_version(*, public_id: UUID) -> AlgorithmVersion:
    """Return a version that was handed in at least once.

    Raises:
        VersionNotFound: there is none.
    """
    rows = AlgorithmVersion.objects.exclude(state=ListingState.DRAFT)
    found = _told(rows.filter(public_id=public_id)).first()
    if found is None:
        message = "There is no such version under review."
        raise VersionNotFound(message)
    return found


def _registered() -> QuerySet[Certificate]:
    return Certificate.objects.select_related(
        "key", "version__algorithm__seller", "decision__submission"
    ).prefetch_related("version__standings")


def _listing(certificate: Certificate) -> Listing:
    return Listing(certificate=certificate, snapshot=certificate.decision.submission.snapshot)


def listing_page(
    *, task: str | None, industry: str | None, after: str | None, limit: int
) -> list[Listing]:
    """Return what is listed now as it was approved, the newest first, from behind `after` on.

    Raises:
        CertificateNotFound: there is no certificate `after`.
    """
    rows = _registered().filter(version__state=ListingState.LISTED)
    if task is not None:
        rows = rows.filter(decision__submission__snapshot__algorithm__task=task)
    if industry is not None:
        rows = rows.filter(decision__submission__snapshot__algorithm__industry=industry)
    if after is not None:
        rows = rows.filter(pk__lt=registered(number=after).certificate.pk)
    return [_listing(row) for row in rows.order_by("-pk")[:limit]]


def registered(*, number: str) -> Listing:
    """Return what a certificate's number stands for, listed or not.

    Raises:
        CertificateNotFound: no certificate has this number.
    """
    found = _registered().filter(number=number).first()
    if found is None:
        message = f"No certificate has the number {number[:32]!r}."
        raise CertificateNotFound(message)
    return _listing(found)


def listed_version(*, public_id: UUID) -> AlgorithmVersion:
    """Return a version that is listed now: what another version may come from.

    Raises:
        VersionNotFound: none is listed under this id.
    """
    rows = AlgorithmVersion.objects.filter(state=ListingState.LISTED, public_id=public_id)
    found = rows.first()
    if found is None:
        message = "No version is listed under this id: name one that is."
        raise VersionNotFound(message)
    return found


def signing_keys() -> list[SigningKey]:
    """Return the public halves of every key that signed a certificate, the oldest first."""
    return list(SigningKey.objects.order_by("first_used_at", "kid"))


def last_serial(*, year: int) -> int:
    """Return the last serial of a year's certificates; zero before the first."""
    return Certificate.objects.filter(year=year).aggregate(last=Max("serial"))["last"] or 0
