"""A version goes from registration to listing and off it again; what was handed in is frozen."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.permissions import Role, Staff
from accounts.sandboxes.rights import NotInASandbox
from kernel.audit import Actor
from kernel.canonical import canonical_json
from kernel.models import AuditEntry
from kernel.states import IllegalTransition, StaleState
from marketplace.listings import operations, queries, signing
from marketplace.listings.models import (
    AlgorithmVersion,
    Certificate,
    Lineage,
    ListingDecision,
    SigningKey,
)
from marketplace.listings.operations import Descent
from marketplace.listings.proofs import ProofKind
from marketplace.listings.states import CheckItem, ListingState, Outcome
from marketplace.listings.submitting import snapshot_of
from marketplace.listings.verifying import is_genuine, kid_of
from tests.builders.accounts import make_member, make_organisation, make_staff
from tests.builders.listings import (
    GOOD,
    NOW,
    PAPER,
    again,
    decide,
    description,
    dossier,
    make_algorithm,
    make_listing,
    make_reviewer,
    make_submitted_version,
    make_version,
    prove,
    state_of,
    submit,
    take_up,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)
FILING = "网信算备330110507206401230035号"


def from_(version, *, ppm: int) -> Descent:
    return Descent(parent_id=version.public_id, lineage=Lineage.QUANTISED, royalty_ppm=ppm)


def withdraw(version):
    operations.withdraw_version(
        seller_id=version.algorithm.seller_id,
        version_id=version.public_id,
        actor=Actor.user(version.created_by_id),
        now=NOW,
    )


def change(version, **overrides):
    values = {
        "seller_id": version.algorithm.seller_id,
        "version_id": version.public_id,
        "dossier": dossier(needs={"cards": 2, "card_memory_mib": 1, "host_memory_mib": 1}),
        "seen": None,
        "actor": Actor.user(version.created_by_id),
        "now": NOW,
    }
    return operations.change_dossier(**{**values, **overrides})


def standing(version, to, *, officer_id=None, reason="侵权投诉核实中"):
    return operations.change_standing(
        version_id=version.public_id,
        to=to,
        reason=reason,
        officer_id=officer_id or make_reviewer(),
        now=LATER,
    )


def test_from_registration_to_a_certificate_that_anybody_verifies():
    version = make_submitted_version()
    officer = take_up(version)
    decision = decide(version, Outcome.APPROVED, officer_id=officer)

    found = queries.registered(number="SJ-2026-000001")
    certificate = found.certificate
    document = bytes(certificate.document)
    said = json.loads(document)
    seller = again(version).algorithm.seller
    assert found.state is ListingState.LISTED
    assert canonical_json(said) == document
    assert said["number"] == "SJ-2026-000001"
    assert said["seller"] == {"code": seller.code, "name": seller.name, "uscc": seller.uscc}
    assert said["version"]["manifest_sha256"] == version.manifest_sha256
    assert said["snapshot_sha256"] == decision.submission.snapshot_sha256
    assert said["proofs"] == [
        {
            "kind": "software_copyright",
            "number": "2024SR0012345",
            "sha256": hashlib.sha256(PAPER).hexdigest(),
            "uploaded_at": NOW.isoformat(),
        }
    ]
    proof = {
        "signature": bytes(certificate.signature),
        "public_key": bytes(certificate.key.public_key),
        "kid": certificate.key_id,
    }
    assert is_genuine(document=document, **proof)
    assert not is_genuine(document=document.replace(b"000001", b"000002"), **proof)
    assert not is_genuine(document=document, **{**proof, "kid": "0" * 16})
    assert not is_genuine(document=document, **{**proof, "signature": b"short"})


def test_a_new_key_leaves_older_certificates_verifiable(settings):
    old = make_listing()
    first_kid = kid_of(signing.public_key())
    settings.SECRET_KEY = "another " * 8

    make_listing()

    kids = [key.kid for key in queries.signing_keys()]
    assert kids == [first_kid, kid_of(signing.public_key())]
    certificate = Certificate.objects.get(version=old)
    assert is_genuine(
        document=bytes(certificate.document),
        signature=bytes(certificate.signature),
        public_key=bytes(SigningKey.objects.get(kid=first_kid).public_key),
        kid=first_kid,
    )


def test_an_unverified_organisation_and_a_sandbox_sell_nothing():
    organisation = make_organisation()
    values: Any = {"description": description(), "user_id": 1, "actor": Actor.user(1), "now": NOW}

    with pytest.raises(operations.SellerNotVerified):
        operations.create_algorithm(seller_id=organisation.pk, **values)
    with pytest.raises(NotInASandbox):
        operations.create_algorithm(seller_id=-7, **values)


def test_versions_are_told_in_the_order_of_their_numbers():
    algorithm = make_algorithm()
    for number in ("1.10.0", "1.2.0", "1.10.0-rc.1", "1.10.0-rc.11", "1.10.0-rc.2"):
        make_version(algorithm=algorithm, number=number)

    found = [version.number for version in queries.versions_of(algorithm=algorithm)]
    assert found == ["1.10.0", "1.10.0-rc.11", "1.10.0-rc.2", "1.10.0-rc.1", "1.2.0"]
    with pytest.raises(operations.VersionExists):
        make_version(algorithm=algorithm, number="1.2.0")


def test_what_never_changes_is_refused_by_the_database():
    version = make_submitted_version()
    row = AlgorithmVersion.objects.filter(pk=version.pk)

    changes: dict[str, Any] = {
        "number": "9.9.9",
        "manifest": b"{}",
        "dossier": {},
        "royalty_ppm": 1,
    }
    for field, value in changes.items():
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**{field: value})
    with pytest.raises(IntegrityError), transaction.atomic():
        row._raw_delete("default")


def test_royalties_add_up_along_the_lineage_and_never_pass_the_whole():
    grandparent = make_listing()
    parent = make_listing(descent=from_(grandparent, ppm=300_000))

    child = make_version(descent=from_(parent, ppm=700_000))

    assert (parent.burden_ppm, child.burden_ppm) == (300_000, 1_000_000)
    with pytest.raises(operations.UnableToDescend) as refused:
        make_version(descent=from_(parent, ppm=700_001))
    assert refused.value.details == {"parent_burden_ppm": 300_000}
    with pytest.raises(queries.VersionNotFound):
        make_version(descent=from_(child, ppm=0))


def test_a_version_descends_from_an_older_one_so_there_is_no_cycle():
    parent = make_listing()
    child = make_version(descent=from_(parent, ppm=1))
    values = {
        field.attname: getattr(child, field.attname)
        for field in AlgorithmVersion._meta.concrete_fields
        if field.name not in {"id", "public_id"}
    }

    with pytest.raises(IntegrityError, match="version_parent_is_older"), transaction.atomic():
        AlgorithmVersion.objects.create(id=parent.pk - 1_000_000, **{**values, "number_key": b"x"})
    wrong = {**values, "parent_burden_ppm": 5, "burden_ppm": 6, "number_key": b"y"}
    with (
        pytest.raises(IntegrityError, match="version_copies_its_parents_burden"),
        transaction.atomic(),
    ):
        AlgorithmVersion.objects.create(**wrong)


def test_nothing_is_handed_in_without_a_proof_of_ownership():
    version = make_version()
    prove(version, kind=ProofKind.ALGORITHM_FILING, number=FILING)

    with pytest.raises(operations.UnableToSubmitVersion) as refused:
        submit(version)

    assert refused.value.details["kinds"] == ["patent", "patent_application", "software_copyright"]
    assert state_of(version) is ListingState.DRAFT


def test_rounds_of_rectification_end_in_a_listing():
    version = make_submitted_version()
    # Ten working days behind the ninth; the Saturday after it is worked (调休).
    assert again(version).due_on == date(2026, 10, 22)
    with pytest.raises(operations.VersionLocked):
        change(version)
    decide(version, Outcome.RECTIFY, officer_id=take_up(version))
    assert (state_of(version), again(version).due_on) == (ListingState.RECTIFYING, None)

    change(version)
    second = submit(version, at=LATER)
    officer = take_up(version)
    with pytest.raises(StaleState) as stale:
        decide(version, Outcome.APPROVED, officer_id=officer, round_number=1)
    decide(version, Outcome.APPROVED, officer_id=officer, round_number=2)

    assert stale.value.details == {"round": 2}
    assert (second.round, state_of(version)) == (2, ListingState.LISTED)
    rounds = [one.decision.outcome for one in version.submissions.order_by("round")]
    assert rounds == ["rectify", "approved"]
    first = version.submissions.get(round=1)
    assert first.snapshot["dossier"]["needs"]["cards"] == 1
    assert second.snapshot["dossier"]["needs"]["cards"] == 2


def test_what_everybody_reads_is_what_was_approved():
    version = make_listing()
    operations.change_algorithm(
        seller_id=version.algorithm.seller_id,
        algorithm_id=version.algorithm.public_id,
        description=description(name_zh="另一个名字"),
        seen=1,
        actor=Actor.user(version.created_by_id),
        now=LATER,
    )

    (listing,) = queries.listing_page(
        task="object_detection", industry="energy", after=None, limit=9
    )

    assert listing.snapshot["algorithm"]["name_zh"] == version.algorithm.name_zh
    assert queries.listing_page(task="translation", industry=None, after=None, limit=9) == []
    with pytest.raises(operations.ChangedMeanwhile):
        change(make_version(), seen=2)


def test_a_reviewer_who_has_to_do_with_the_seller_is_refused():
    version = make_submitted_version()
    seller = version.algorithm.seller
    member = make_member(organisation=seller, role=Role.VIEWER)
    make_staff(role=Staff.LISTING_REVIEWER, user=member)

    with pytest.raises(operations.ReviewerInvolved):
        operations.take_up(version_id=version.public_id, officer_id=member.pk, now=NOW)
    take_up(version)
    with pytest.raises(operations.ReviewerInvolved):
        decide(version, Outcome.APPROVED, officer_id=version.created_by_id)
    made = version.submissions.get()
    values = {
        "submission": made,
        "submitted_by_id": made.submitted_by_id,
        "outcome": Outcome.REJECTED,
        "checklist": {},
        "reason": "x",
        "decided_by_id": made.submitted_by_id,
        "decided_at": NOW,
    }
    with pytest.raises(IntegrityError, match="decision_four_eyes"), transaction.atomic():
        ListingDecision.objects.create(**values)


def test_an_approval_answers_every_item_and_a_refusal_says_why():
    version = make_submitted_version()
    officer = take_up(version)
    failing = {**GOOD, CheckItem.LINEAGE: False}
    short = {item: True for item in CheckItem if item is not CheckItem.LINEAGE}

    for outcome, overrides, details in (
        (Outcome.APPROVED, {"checklist": failing}, {"failed": ["lineage"]}),
        (Outcome.APPROVED, {"checklist": short}, {"missing": ["lineage"]}),
        (Outcome.REJECTED, {"checklist": failing, "reason": " "}, {}),
    ):
        with pytest.raises(operations.UnableToDecideListing) as refused:
            decide(version, outcome, officer_id=officer, **overrides)
        assert refused.value.details == details
    assert state_of(version) is ListingState.IN_REVIEW


def test_a_suspension_stops_sales_and_a_delisting_is_for_good():
    version = make_listing()
    effects = []
    for to in (ListingState.SUSPENDED, ListingState.LISTED, ListingState.DELISTED):
        standing(version, to)
        found = queries.registered(number="SJ-2026-000001")
        effects.append((found.state.value, found.effect, found.reason))

    assert effects == [
        ("suspended", "run_on_none_sold", "侵权投诉核实中"),
        ("listed", "sold", "侵权投诉核实中"),
        ("delisted", "run_out_none_renewed", "侵权投诉核实中"),
    ]
    assert queries.listing_page(task=None, industry=None, after=None, limit=9) == []
    with pytest.raises(IllegalTransition):
        standing(version, ListingState.LISTED)
    with pytest.raises(operations.UnableToDecideListing):
        standing(make_submitted_version(), ListingState.DELISTED)


def test_what_was_withdrawn_is_mended_and_a_draft_is_thrown_away():
    version = make_submitted_version()
    withdraw(version)
    change(version)
    draft = make_version(algorithm=version.algorithm, number="2.0.0")
    prove(draft)
    who = {"seller_id": version.algorithm.seller_id, "actor": Actor.system(), "now": NOW}

    operations.discard_version(version_id=draft.public_id, **who)

    assert not AlgorithmVersion.objects.filter(pk=draft.pk).exists()
    with pytest.raises(operations.UnableToDiscard):
        operations.discard_version(version_id=version.public_id, **who)
    taken_up = make_submitted_version()
    take_up(taken_up)
    with pytest.raises(IllegalTransition):
        withdraw(taken_up)


def test_proofs_are_shown_once_and_taken_away_by_their_row():
    version = make_version()
    proof = prove(version)
    with pytest.raises(operations.UnableToProve):
        prove(version)
    operations.remove_proof(
        seller_id=version.algorithm.seller_id,
        version_id=version.public_id,
        proof_id=proof.public_id,
        actor=Actor.system(),
        now=NOW,
    )
    prove(version)
    assert version.proofs.count() == 2
    assert len(snapshot_of(again(version))["proofs"]) == 1


def test_every_step_leaves_an_entry_in_the_sealed_log():
    version = make_listing()

    entries = AuditEntry.objects.filter(action__startswith="listings.").order_by("id")

    assert list(entries.values_list("action", flat=True)) == [
        "listings.create_algorithm",
        "listings.add_version",
        "listings.add_proof",
        "listings.submit",
        "listings.take_up",
        "listings.decide",
    ]
    assert entries.last().object_id == str(version.public_id)
