"""A seller makes algorithms and versions, and says what there is to say of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.sandboxes.rights import refuse_in_sandbox
from kernel import files
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction
from marketplace.listings.dossiers import as_values, read_dossier
from marketplace.listings.locks import lock_algorithm
from marketplace.listings.manifests import Artefact, manifest_of
from marketplace.listings.models import PPM, Algorithm, AlgorithmVersion, Lineage
from marketplace.listings.noting import editable_version, note, refuse_changed
from marketplace.listings.numbering import read_version_number
from marketplace.listings.queries import (
    AlgorithmNotFound,
    is_verified,
    listed_version,
    own_algorithm,
)
from marketplace.listings.states import ListingState
from marketplace.listings.taxonomy import Industry, Task


class SellerNotVerified(DomainError):
    """Only a verified organisation sells; the message says what to do."""

    code = "seller_not_verified"


class AlgorithmExists(DomainError):
    """The seller has an algorithm of this name."""

    code = "algorithm_exists"


class VersionExists(DomainError):
    """The algorithm has a version of this number."""

    code = "algorithm_version_exists"


class UnableToDescend(DomainError):
    """The royalties of the lineage leave nothing, or are said without a parent."""

    code = "unable_to_descend"


class UnableToDiscard(DomainError):
    """The version was handed in once: it is kept."""

    code = "unable_to_discard_version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What an algorithm is called and what it does."""

    name_zh: str
    name_en: str
    summary: str
    task: Task
    industry: Industry
    inputs: str
    outputs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Descent:
    """From which listed version another one was made, and what its seller gets of the income.

    `royalty_ppm` is millionths of the licence income of the version that is made.
    """

    parent_id: UUID
    lineage: Lineage
    royalty_ppm: int


def refuse_unverified(*, seller_id: int, now: datetime) -> None:
    """Refuse a seller who is not verified now.

    Raises:
        NotInASandbox: the seller is a sandbox.
        SellerNotVerified: it is not verified, or its term has ended.
    """
    refuse_in_sandbox(organisation_id=seller_id)
    if not is_verified(organisation_id=seller_id, now=now):
        message = "Only a verified organisation lists algorithms: finish its verification first."
        raise SellerNotVerified(message)


def create_algorithm(
    *, seller_id: int, description: Description, user_id: int, actor: Actor, now: datetime
) -> Algorithm:
    """Register an algorithm; it has no versions yet, and nobody else sees it.

    Raises:
        NotInASandbox, SellerNotVerified: the seller may not sell.
        AlgorithmExists: the seller has one of this Chinese name.
    """
    refuse_unverified(seller_id=seller_id, now=now)
    with transaction(), constraint_errors({"algorithm_name_once_per_seller": _exists(description)}):
        made = Algorithm.objects.create(
            seller_id=seller_id, created_by_id=user_id, created_at=now, **asdict(description)
        )
        note("create_algorithm", made, seller_id=seller_id, actor=actor, now=now)
    return made


def _exists(description: Description) -> AlgorithmExists:
    message = f"You have an algorithm called {description.name_zh!r}: add a version to it."
    return AlgorithmExists(message)


def change_algorithm(
    *,
    seller_id: int,
    algorithm_id: UUID,
    description: Description,
    seen: int | None,
    actor: Actor,
    now: datetime,
) -> Algorithm:
    """Say anew what an algorithm is; what was handed in or approved says what it said.

    Raises:
        AlgorithmNotFound: the seller has none of this id.
        ChangedMeanwhile: it was changed since revision `seen`.
        AlgorithmExists: another one of the seller has this Chinese name.
    """
    with transaction(), constraint_errors({"algorithm_name_once_per_seller": _exists(description)}):
        row = _locked_algorithm(seller_id=seller_id, algorithm_id=algorithm_id)
        refuse_changed(row, seen=seen)
        for field, value in asdict(description).items():
            setattr(row, field, value)
        row.revision += 1
        row.save(update_fields=[*asdict(description), "revision"])
        detail = {"revision": row.revision}
        note("change_algorithm", row, seller_id=seller_id, actor=actor, now=now, detail=detail)
    return row


def _locked_algorithm(*, seller_id: int, algorithm_id: UUID) -> Algorithm:
    row = lock_algorithm(seller_id=seller_id, public_id=algorithm_id)
    if row is None:
        raise AlgorithmNotFound("You have no such algorithm.")
    return row


def add_version(
    *,
    seller_id: int,
    algorithm_id: UUID,
    number: str,
    artefacts: Sequence[Artefact],
    dossier: Any,
    descent: Descent | None,
    user_id: int,
    actor: Actor,
    now: datetime,
) -> AlgorithmVersion:
    """Add a version; its number, files and lineage never change.

    Raises:
        AlgorithmNotFound: the seller has no such algorithm.
        MalformedVersionNumber, MalformedManifest, MalformedDossier: a part cannot be kept.
        VersionNotFound: what it was made from is not listed.
        UnableToDescend: the lineage's royalties pass the whole income.
        VersionExists: the algorithm has this number.
    """
    known, manifest = read_version_number(number), manifest_of(artefacts)
    values = as_values(read_dossier(dossier))
    taken = VersionExists(f"There is a version {number} already: give this one another number.")
    with transaction(), constraint_errors({"version_number_once_per_algorithm": taken}):
        algorithm = own_algorithm(seller_id=seller_id, public_id=algorithm_id)
        made = AlgorithmVersion.objects.create(
            algorithm=algorithm,
            number=known.text,
            number_key=known.key,
            manifest=manifest.document,
            manifest_sha256=manifest.sha256,
            size_bytes=manifest.size_bytes,
            dossier=values,
            created_by_id=user_id,
            created_at=now,
            **_lineage(descent),
        )
        detail = {"number": known.text, "manifest_sha256": manifest.sha256}
        note("add_version", made, seller_id=seller_id, actor=actor, now=now, detail=detail)
    return made


def _lineage(descent: Descent | None) -> dict[str, Any]:
    if descent is None:
        return {}
    parent = listed_version(public_id=descent.parent_id)
    burden = parent.burden_ppm + descent.royalty_ppm
    if descent.royalty_ppm < 0 or burden > PPM:
        message = (
            f"The version that it was made from passes on {parent.burden_ppm} millionths of the "
            f"income; with {descent.royalty_ppm} more it is not between none and all of it."
        )
        raise UnableToDescend(message, details={"parent_burden_ppm": parent.burden_ppm})
    return {
        "parent": parent,
        "lineage": descent.lineage,
        "royalty_ppm": descent.royalty_ppm,
        "parent_burden_ppm": parent.burden_ppm,
        "burden_ppm": burden,
    }


def change_dossier(
    *,
    seller_id: int,
    version_id: UUID,
    dossier: Any,
    seen: int | None,
    actor: Actor,
    now: datetime,
) -> AlgorithmVersion:
    """Say anew what there is to say of a version, while it is not with the reviewers.

    Raises:
        VersionNotFound, VersionLocked: see `noting.editable_version`.
        MalformedDossier: a part cannot be kept.
        ChangedMeanwhile: it was changed since revision `seen`.
    """
    values = as_values(read_dossier(dossier))
    with transaction():
        row = editable_version(seller_id=seller_id, version_id=version_id)
        refuse_changed(row, seen=seen)
        row.dossier, row.revision = values, row.revision + 1
        row.save(update_fields=["dossier", "revision"])
        detail = {"revision": row.revision}
        note("change_dossier", row, seller_id=seller_id, actor=actor, now=now, detail=detail)
    return row


def discard_version(*, seller_id: int, version_id: UUID, actor: Actor, now: datetime) -> None:
    """Throw a draft away, with its papers; its number is free again.

    Raises:
        VersionNotFound, VersionLocked: see `noting.editable_version`.
        UnableToDiscard: it was handed in once.
    """
    with transaction():
        row = editable_version(seller_id=seller_id, version_id=version_id)
        if row.state != ListingState.DRAFT:
            message = "The version was handed in once: it is kept. Leave it withdrawn."
            raise UnableToDiscard(message)
        detail = {"number": row.number, "manifest_sha256": row.manifest_sha256}
        note("discard_version", row, seller_id=seller_id, actor=actor, now=now, detail=detail)
        papers = [proof.file for proof in row.proofs.select_related("file")]
        row.proofs.all().delete()
        for paper in papers:
            files.forget(file=paper)
        row.delete()
