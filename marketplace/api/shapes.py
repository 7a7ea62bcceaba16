"""What the API takes and tells of algorithms, versions and listings."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from rest_framework import serializers

from kernel.uploads import NAME_LENGTH_MAX
from marketplace.listings.drafting import Descent, Description
from marketplace.listings.manifests import FILES_MAX, Artefact
from marketplace.listings.models import INDUSTRIES, OUTCOMES, PPM, PROOFS, TASKS, Lineage
from marketplace.listings.proofs import NUMBER_LENGTH_MAX
from marketplace.listings.queries import Listing
from marketplace.listings.states import REGISTERED, CheckItem, LicenceEffect, ListingState
from marketplace.listings.taxonomy import Chip, Framework, Industry, Task

STATES: Final = [state.value for state in ListingState]
STANDINGS: Final = sorted(state.value for state in REGISTERED)
EFFECTS: Final = [effect.value for effect in LicenceEffect]
CHIPS: Final = [chip.value for chip in Chip]
FRAMEWORKS: Final = [framework.value for framework in Framework]
LINEAGES: Final = Lineage.choices
PROOF_KINDS: Final = PROOFS
REVIEW_OUTCOMES: Final = OUTCOMES
TASK_WORDS: Final = TASKS
INDUSTRY_WORDS: Final = INDUSTRIES


class AlgorithmBody(serializers.Serializer[Any]):
    """What an algorithm is called and what it does."""

    name_zh = serializers.CharField(max_length=100)
    name_en = serializers.CharField(max_length=100)
    summary = serializers.CharField(max_length=2000)
    task = serializers.ChoiceField(TASK_WORDS)
    industry = serializers.ChoiceField(INDUSTRY_WORDS)
    inputs = serializers.CharField(max_length=2000)
    outputs = serializers.CharField(max_length=2000)


class ListedAlgorithmShown(AlgorithmBody):
    """An algorithm as it was described when it was approved."""


class AlgorithmShown(AlgorithmBody):
    """An algorithm as its seller keeps it."""

    id = serializers.UUIDField(source="public_id")
    revision = serializers.IntegerField(help_text="Grows with each change.")
    created_at = serializers.DateTimeField()


class ArtefactShown(serializers.Serializer[Any]):
    """A file of a version."""

    name = serializers.CharField(help_text="A path below the delivery, with /.")
    size_bytes = serializers.IntegerField(min_value=0)
    sha256 = serializers.CharField(max_length=64, help_text="64 hexadecimal digits.")


class MetricShown(serializers.Serializer[Any]):
    """A figure, and what it was measured on."""

    name = serializers.CharField(max_length=200)
    value = serializers.RegexField(r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$", help_text="A decimal text.")
    dataset = serializers.CharField(max_length=200)


class ModelCardShown(serializers.Serializer[Any]):
    """What a version is meant for, where it fails, and what it learnt from."""

    intended_use = serializers.CharField(max_length=4000)
    limits = serializers.CharField(max_length=4000)
    training_data = serializers.CharField(max_length=4000)
    metrics = MetricShown(many=True, default=list)


class CompatibilityShown(serializers.Serializer[Any]):
    """Versions of a framework on a family of cards; the range is half-open."""

    chip = serializers.ChoiceField(CHIPS)
    framework = serializers.ChoiceField(FRAMEWORKS)
    from_version = serializers.CharField(max_length=27)
    below_version = serializers.CharField(
        max_length=27, allow_null=True, default=None, help_text="null: without an end."
    )


class NeedsShown(serializers.Serializer[Any]):
    """The least that one run takes."""

    cards = serializers.IntegerField(min_value=0, max_value=10_000)
    card_memory_mib = serializers.IntegerField(
        min_value=0, max_value=10_000_000, help_text="Of each card."
    )
    host_memory_mib = serializers.IntegerField(min_value=1, max_value=1_000_000_000)


class DossierBody(serializers.Serializer[Any]):
    """Everything that is said of a version beside its files."""

    card = ModelCardShown()
    compatibility = CompatibilityShown(many=True, allow_empty=False)
    needs = NeedsShown()


class LineageBody(serializers.Serializer[Any]):
    """From which listed version this one was made."""

    parent = serializers.UUIDField(  # type: ignore[assignment]
        help_text="The id of the listed version."
    )
    how = serializers.ChoiceField(LINEAGES)
    royalty_ppm = serializers.IntegerField(
        min_value=0, max_value=PPM, help_text="Millionths of the licence income, to its seller."
    )


class NewVersionBody(serializers.Serializer[Any]):
    """A version: its number, files and lineage never change."""

    number = serializers.CharField(max_length=64, help_text="Semantic Versioning, without build.")
    files = ArtefactShown(
        many=True,
        allow_empty=False,
        max_length=FILES_MAX,  # type: ignore[call-arg]
    )
    dossier = DossierBody()
    lineage = LineageBody(required=False)


class ProofBody(serializers.Serializer[Any]):
    """A number by which a right or a filing is known, with its paper."""

    kind = serializers.ChoiceField(PROOF_KINDS)
    number = serializers.CharField(max_length=NUMBER_LENGTH_MAX)
    file = serializers.FileField(
        max_length=NAME_LENGTH_MAX, help_text="PDF, JPEG or PNG, at most 10 MiB."
    )


class ProofShown(serializers.Serializer[Any]):
    """A proof of a version."""

    id = serializers.UUIDField(source="public_id")
    kind = serializers.ChoiceField(PROOF_KINDS)
    number = serializers.CharField()
    file_name = serializers.CharField()
    sha256 = serializers.CharField(help_text="Of the paper.")
    uploaded_at = serializers.DateTimeField()


class RoundShown(serializers.Serializer[Any]):
    """What was handed in once, and what became of it."""

    round = serializers.IntegerField()
    submitted_at = serializers.DateTimeField()
    due_on = serializers.DateField()
    snapshot_sha256 = serializers.CharField()
    outcome = serializers.ChoiceField(REVIEW_OUTCOMES, allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    failed = serializers.ListField(
        child=serializers.ChoiceField([item.value for item in CheckItem]),
        help_text="Items of the checklist that did not pass.",
    )


class VersionLineageShown(serializers.Serializer[Any]):
    """Where a version comes from, and what of its income goes there."""

    parent = serializers.UUIDField()  # type: ignore[assignment]
    how = serializers.ChoiceField(LINEAGES)
    royalty_ppm = serializers.IntegerField()
    burden_ppm = serializers.IntegerField(help_text="With what the parent passes on.")


class AlgorithmVersionShown(serializers.Serializer[Any]):
    """A version as its seller and its reviewer see it."""

    id = serializers.UUIDField()
    algorithm = serializers.UUIDField()
    name_zh = serializers.CharField()
    seller = serializers.CharField()
    number = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    revision = serializers.IntegerField()
    due_on = serializers.DateField(allow_null=True, help_text="Last day for the reviewer.")
    manifest_sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    files = ArtefactShown(many=True)
    dossier = DossierBody()
    lineage = VersionLineageShown(allow_null=True)
    proofs = ProofShown(many=True)
    rounds = RoundShown(many=True)
    certificate = serializers.CharField(allow_null=True, help_text="Its number.")
    created_at = serializers.DateTimeField()


class ListedProofShown(serializers.Serializer[Any]):
    """A number that was shown; a filing is a duty, and no praise."""

    kind = serializers.ChoiceField(PROOF_KINDS)
    number = serializers.CharField()
    sha256 = serializers.CharField()
    uploaded_at = serializers.DateTimeField()


class ListingShown(serializers.Serializer[Any]):
    """A registered version as it was approved."""

    certificate = serializers.CharField(help_text="The number of its registration.")
    seller = serializers.CharField()
    algorithm = ListedAlgorithmShown()
    number = serializers.CharField()
    version = serializers.UUIDField()
    state = serializers.ChoiceField(STANDINGS)
    effect = serializers.ChoiceField(EFFECTS, help_text="What the state means for licences of it.")
    reason = serializers.CharField(allow_blank=True, help_text="Why it is no longer listed.")
    listed_at = serializers.DateTimeField()


class ListingDetailShown(ListingShown):
    """The same, with everything that was approved."""

    manifest_sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    files = ArtefactShown(many=True)
    dossier = DossierBody()
    lineage = VersionLineageShown(allow_null=True)
    proofs = ListedProofShown(many=True)


class CertificateShown(serializers.Serializer[Any]):
    """A certificate: enough to check it without asking again, and where the listing stands."""

    number = serializers.CharField()
    document = serializers.CharField(help_text="The signed text; hash and check its UTF-8 bytes.")
    sha256 = serializers.CharField()
    signature = serializers.CharField(
        help_text="Ed25519 in base64, over `suanji-certificate-v1`, a line feed, and the document."
    )
    kid = serializers.CharField(help_text="The first 16 hexadecimal digits of the key's SHA-256.")
    public_key = serializers.CharField(help_text="32 bytes in base64.")
    issued_at = serializers.DateTimeField()
    state = serializers.ChoiceField(STANDINGS)
    effect = serializers.ChoiceField(EFFECTS)
    reason = serializers.CharField(allow_blank=True)


def described(body: dict[str, Any]) -> Description:
    """Return what a body says of an algorithm."""
    return Description(
        **{**body, "task": Task(body["task"]), "industry": Industry(body["industry"])}
    )


def artefacts_of(body: dict[str, Any]) -> list[Artefact]:
    """Return the files that a body lists."""
    return [Artefact(**file) for file in body["files"]]


def descent_of(body: dict[str, Any]) -> Descent | None:
    """Return the lineage that a body says, if it says one."""
    said = body.get("lineage")
    if said is None:
        return None
    return Descent(
        parent_id=said["parent"], lineage=Lineage(said["how"]), royalty_ppm=said["royalty_ppm"]
    )


def version_told(version: Any) -> dict[str, Any]:
    """Return a version as its seller and its reviewer see it."""
    algorithm = version.algorithm
    certificate = getattr(version, "certificate", None)
    return {
        "id": version.public_id,
        "algorithm": algorithm.public_id,
        "name_zh": algorithm.name_zh,
        "seller": algorithm.seller.code,
        "number": version.number,
        "state": version.state,
        "revision": version.revision,
        "due_on": version.due_on,
        "manifest_sha256": version.manifest_sha256,
        "size_bytes": version.size_bytes,
        "files": msgspec.json.decode(bytes(version.manifest))["files"],
        "dossier": version.dossier,
        "lineage": _lineage(version),
        "proofs": version.proofs.all(),
        "rounds": [_round(one) for one in version.submissions.all()],
        "certificate": None if certificate is None else certificate.number,
        "created_at": version.created_at,
    }


def _lineage(version: Any) -> dict[str, Any] | None:
    if version.parent is None:
        return None
    return {
        "parent": version.parent.public_id,
        "how": version.lineage,
        "royalty_ppm": version.royalty_ppm,
        "burden_ppm": version.burden_ppm,
    }


def _round(submission: Any) -> dict[str, Any]:
    decision = getattr(submission, "decision", None)
    return {
        "round": submission.round,
        "submitted_at": submission.submitted_at,
        "due_on": submission.due_on,
        "snapshot_sha256": submission.snapshot_sha256,
        "outcome": None if decision is None else decision.outcome,
        "reason": "" if decision is None else decision.reason,
        "failed": []
        if decision is None
        else sorted(item for item, passed in decision.checklist.items() if not passed),
    }


def listing_told(listing: Listing) -> dict[str, Any]:
    """Return a listing as lists tell it."""
    said, certificate = listing.snapshot, listing.certificate
    return {
        "certificate": certificate.number,
        "seller": certificate.version.algorithm.seller.name,
        "algorithm": said["algorithm"],
        "number": said["version"]["number"],
        "version": said["version"]["id"],
        "state": listing.state.value,
        "effect": listing.effect,
        "reason": "" if listing.state is ListingState.LISTED else listing.reason,
        "listed_at": certificate.issued_at,
    }


def listing_detail_told(listing: Listing) -> dict[str, Any]:
    """Return a listing with everything that was approved."""
    said = listing.snapshot
    version, lineage = said["version"], said["version"]["lineage"]
    return {
        **listing_told(listing),
        "manifest_sha256": version["manifest_sha256"],
        "size_bytes": version["size_bytes"],
        "files": version["manifest"]["files"],
        "dossier": said["dossier"],
        "lineage": None if lineage is None else {**lineage, "parent": lineage["from"]},
        "proofs": said["proofs"],
    }
