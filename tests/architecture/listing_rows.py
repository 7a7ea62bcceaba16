"""Rows of the permission matrix for algorithms, their reviews and what is listed."""

from __future__ import annotations

from typing import Final

from accounts.permissions import Role, Scope, Staff
from marketplace.listings.models import AlgorithmVersion
from tests.architecture.access import Access, Row, World
from tests.architecture.account_rows import PUBLIC
from tests.builders.listings import (
    make_algorithm,
    make_listing,
    make_submitted_version,
    make_version,
    prove,
)

READING: Final = Access(
    scope=Scope.MARKETPLACE_READ, roles={Role.OWNER, Role.SELLER, Role.DEVELOPER, Role.VIEWER}
)
SELLING: Final = Access(scope=Scope.MARKETPLACE_WRITE, roles={Role.OWNER, Role.SELLER})
WATCHING: Final = Access(staff={Staff.LISTING_REVIEWER, Staff.AUDITOR})
REVIEWING: Final = Access(staff={Staff.LISTING_REVIEWER})


def own_algorithm(world: World) -> dict[str, object]:
    """Name an algorithm of the organisation, with a version."""
    algorithm = make_algorithm(seller=world.organisation)
    make_version(algorithm=algorithm)
    return {"algorithm_id": algorithm.public_id}


def own_version(world: World) -> dict[str, object]:
    """Name a draft of the organisation."""
    return {"version_id": make_version(seller=world.organisation).public_id}


def own_proof(world: World) -> dict[str, object]:
    """Name a proof of a draft of the organisation."""
    version = make_version(seller=world.organisation)
    return {"version_id": version.public_id, "proof_id": prove(version).public_id}


def a_submitted_version(_: World) -> dict[str, object]:
    """Name a version that waits for a reviewer; whose it is does not matter to him."""
    return {"version_id": make_submitted_version().public_id}


def a_listing(_: World) -> dict[str, object]:
    """Name a certificate, which everybody may look up."""
    version: AlgorithmVersion = make_listing()
    return {"number": version.certificate.number}


def review_row(**methods: Access) -> Row:
    """Return the row of an address that names a version under review."""
    return Row(methods=methods, make=a_submitted_version, owned=False)


LISTING_ROWS: Final[dict[str, Row]] = {
    "algorithms": Row(methods={"GET": READING, "POST": SELLING}),
    "algorithm": Row(methods={"GET": READING, "PUT": SELLING}, make=own_algorithm),
    "algorithm-versions": Row(methods={"GET": READING, "POST": SELLING}, make=own_algorithm),
    "algorithm-version": Row(
        methods={"GET": READING, "PUT": SELLING, "DELETE": SELLING}, make=own_version
    ),
    "version-proofs": Row(methods={"POST": SELLING}, make=own_version),
    "version-proof": Row(methods={"DELETE": SELLING}, make=own_proof),
    "version-submit": Row(methods={"POST": SELLING}, make=own_version),
    "version-withdraw": Row(methods={"POST": SELLING}, make=own_version),
    "listing-reviews": Row(methods={"GET": WATCHING}),
    "listing-review": review_row(GET=WATCHING),
    "listing-review-start": review_row(POST=REVIEWING),
    "listing-review-decide": review_row(POST=REVIEWING),
    "listing-standing": review_row(POST=REVIEWING),
    "listings": Row(methods={"GET": PUBLIC}),
    "listing": Row(methods={"GET": PUBLIC}, make=a_listing, owned=False),
    "certificate": Row(methods={"GET": PUBLIC}, make=a_listing, owned=False),
    "certificate-keys": Row(methods={"GET": PUBLIC}),
}
