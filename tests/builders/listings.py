"""Algorithms, versions and listings for tests, made by the real operations."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from accounts.models import Organisation
from accounts.permissions import Role, Staff
from kernel.audit import Actor
from marketplace.listings import operations, queries
from marketplace.listings.manifests import Artefact
from marketplace.listings.models import Algorithm, AlgorithmVersion, Proof
from marketplace.listings.operations import Descent, Description
from marketplace.listings.proofs import ProofKind
from marketplace.listings.states import CheckItem, ListingState, Outcome
from marketplace.listings.taxonomy import Industry, Task
from tests.builders.accounts import make_member, make_organisation, make_staff
from tests.builders.verification import make_uscc

NOW = datetime(2026, 10, 9, 2, 0, tzinfo=UTC)
PAPER = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
COPYRIGHT = "2024SR0012345"
GOOD: dict[CheckItem, bool] = dict.fromkeys(CheckItem, True)
WEIGHTS = Artefact(
    name="weights/part-1.safetensors",
    size_bytes=1_048_576,
    sha256=hashlib.sha256(b"weights").hexdigest(),
)
READING = Artefact(name="README.md", size_bytes=2_048, sha256=hashlib.sha256(b"readme").hexdigest())
_numbers = count(1)


def make_seller(organisation: Organisation | None = None, *, uscc: str = "") -> Organisation:
    """Return an organisation as its verification leaves it (tests of accounts.verification)."""
    seller = organisation or make_organisation()
    if not queries.is_verified(organisation_id=seller.pk, now=NOW):
        since = NOW - timedelta(days=30)
        Organisation.objects.filter(id=seller.pk).update(
            uscc=uscc or make_uscc(), verified_at=since, verified_until=since + timedelta(days=365)
        )
        seller.refresh_from_db()
    return seller


def seller_of(seller: Organisation) -> int:
    """Return somebody who sells for an organisation."""
    return make_member(organisation=seller, role=Role.SELLER).pk


def description(**overrides: Any) -> Description:
    """Return what an algorithm is called and does."""
    values: dict[str, Any] = {
        "name_zh": f"光伏板缺陷检测 {next(_numbers)}",
        "name_en": "Defects of solar panels",
        "summary": "从红外图像中找出热斑与隐裂。",
        "task": Task.OBJECT_DETECTION,
        "industry": Industry.ENERGY,
        "inputs": "640×512 红外图像",
        "outputs": "缺陷框与类别",
    }
    return Description(**{**values, **overrides})


def dossier(**overrides: Any) -> dict[str, Any]:
    """Return what is said of a version, as JSON values."""
    values: dict[str, Any] = {
        "card": {
            "intended_use": "电站巡检",
            "limits": "雨雪天气的图像未经测试",
            "training_data": "自有电站 12 万张图像，已取得授权",
            "metrics": [{"name": "mAP50", "value": "0.871", "dataset": "自有测试集 2026"}],
        },
        "compatibility": [
            {
                "chip": "ascend_910b",
                "framework": "mindspore",
                "from_version": "2.2",
                "below_version": "2.4",
            },
            {"chip": "nvidia_a100", "framework": "pytorch", "from_version": "2.1"},
        ],
        "needs": {"cards": 1, "card_memory_mib": 16_384, "host_memory_mib": 32_768},
    }
    return {**values, **overrides}


def make_algorithm(*, seller: Organisation | None = None, **overrides: Any) -> Algorithm:
    """Register an algorithm of a verified seller."""
    owner = make_seller(seller)
    user_id = seller_of(owner)
    return operations.create_algorithm(
        seller_id=owner.pk,
        description=description(**overrides),
        user_id=user_id,
        actor=Actor.user(user_id),
        now=NOW,
    )


def make_version(
    *,
    algorithm: Algorithm | None = None,
    seller: Organisation | None = None,
    number: str = "1.0.0",
    descent: Descent | None = None,
    says: dict[str, Any] | None = None,
) -> AlgorithmVersion:
    """Add a version to an algorithm."""
    parent = algorithm or make_algorithm(seller=seller)
    return operations.add_version(
        seller_id=parent.seller_id,
        algorithm_id=parent.public_id,
        number=number,
        artefacts=[WEIGHTS, READING],
        dossier=says or dossier(),
        descent=descent,
        user_id=parent.created_by_id,
        actor=Actor.user(parent.created_by_id),
        now=NOW,
    )


def prove(
    version: AlgorithmVersion,
    *,
    kind: ProofKind = ProofKind.SOFTWARE_COPYRIGHT,
    number: str = COPYRIGHT,
) -> Proof:
    """Show a number with its paper."""
    return operations.add_proof(
        seller_id=version.algorithm.seller_id,
        version_id=version.public_id,
        kind=kind,
        number=number,
        content=PAPER,
        file_name="proof.pdf",
        user_id=version.created_by_id,
        actor=Actor.user(version.created_by_id),
        now=NOW,
    )


def submit(version: AlgorithmVersion, *, at: datetime = NOW) -> Any:
    """Hand a version in."""
    return operations.submit_version(
        seller_id=version.algorithm.seller_id,
        version_id=version.public_id,
        user_id=version.created_by_id,
        actor=Actor.user(version.created_by_id),
        now=at,
    )


def make_submitted_version(**overrides: Any) -> AlgorithmVersion:
    """Make a version with a proof, and hand it in."""
    version = make_version(**overrides)
    prove(version)
    submit(version)
    return again(version)


def make_reviewer() -> int:
    """Return somebody who reviews listings."""
    return make_staff(role=Staff.LISTING_REVIEWER).pk


def take_up(version: AlgorithmVersion, *, officer_id: int | None = None) -> int:
    """Have a reviewer take a version up, and say who."""
    officer = officer_id or make_reviewer()
    operations.take_up(version_id=version.public_id, officer_id=officer, now=NOW)
    return officer


def decide(version: AlgorithmVersion, outcome: Outcome, **overrides: Any) -> Any:
    """Have a reviewer decide on a version."""
    values: dict[str, Any] = {
        "round_number": 1,
        "checklist": GOOD,
        "reason": "" if outcome is Outcome.APPROVED else "训练数据的授权书缺页",
        "now": NOW,
    }
    officer_id = overrides.pop("officer_id", None) or make_reviewer()
    return operations.decide_listing(
        version_id=version.public_id,
        outcome=outcome,
        officer_id=officer_id,
        **{**values, **overrides},
    )


def make_listing(**overrides: Any) -> AlgorithmVersion:
    """Make a version that was approved and is listed."""
    version = make_submitted_version(**overrides)
    decide(version, Outcome.APPROVED, officer_id=take_up(version))
    return again(version)


def again(version: AlgorithmVersion) -> AlgorithmVersion:
    """Read a version anew."""
    return AlgorithmVersion.objects.select_related("algorithm__seller").get(pk=version.pk)


def state_of(version: AlgorithmVersion) -> ListingState:
    """Return where a version stands."""
    return ListingState(again(version).state)
