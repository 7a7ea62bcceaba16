"""What the service answers about algorithms: to their seller, to a reviewer, and to everybody."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.permissions import Role, Staff
from marketplace.listings.states import CheckItem
from tests.builders.accounts import make_api_key, make_member, make_organisation, make_staff
from tests.builders.listings import COPYRIGHT, PAPER, READING, WEIGHTS, dossier, make_seller
from tests.builders.sessions import signed_in
from tests.builders.verification import make_uscc

SAID = {
    "name_zh": "光伏板缺陷检测",
    "name_en": "Defects of solar panels",
    "summary": "从红外图像中找出热斑与隐裂。",
    "task": "object_detection",
    "industry": "energy",
    "inputs": "640×512 红外图像",
    "outputs": "缺陷框与类别",
}
FILES = [
    {"name": file.name, "size_bytes": file.size_bytes, "sha256": file.sha256}
    for file in (WEIGHTS, READING)
]


def ask_listings(*, told: dict[str, Any], ask: Any) -> None:
    """Walk a version from its registration to a listing that is suspended."""
    seller = make_seller(
        make_organisation(code="guanglan", name="光岚智能科技有限公司"), uscc=make_uscc(94)
    )
    owner = make_member(organisation=seller, role=Role.OWNER)
    text = make_api_key(organisation=seller, created_by_id=owner.pk).text
    client = Client(headers={"authorization": f"Bearer {text}"})
    reviewer = signed_in(make_staff(role=Staff.LISTING_REVIEWER))

    def act(operation: str, who: Client, method: str, address: str, body: Any = None) -> Any:
        answer = getattr(who, method)(
            f"/api/v1/{address}",
            body or {},
            content_type="application/json",
            headers={"if-match": "*"},
        )
        assert answer.status_code < 300, answer.content.decode()
        told[operation] = answer.json()
        return told[operation]

    made = act("algorithm_create", client, "post", "algorithms", SAID)
    place = f"algorithms/{made['id']}"
    act("algorithm_change", client, "put", place, SAID)
    version = {"number": "1.0.0", "files": FILES, "dossier": dossier()}
    draft = act("again", client, "post", f"{place}/versions", {**version, "number": "0.9.0"})
    act("algorithm_version_discard", client, "delete", f"algorithm-versions/{draft['id']}")
    made = act("algorithm_version_create", client, "post", f"{place}/versions", version)
    _hand_in(made["id"], client, told=told, act=act)
    ask("algorithms_list", client, "algorithms")
    ask("algorithm_retrieve", client, place)
    ask("algorithm_versions_list", client, f"{place}/versions")
    ask("algorithm_version_retrieve", client, f"algorithm-versions/{made['id']}")
    _review(made["id"], reviewer, act=act, ask=ask)
    listing = ask("listings_list", Client(), "listings", task="object_detection")
    number = listing["certificate"]
    ask("listing_retrieve", Client(), f"listings/{number}")
    ask("certificate_retrieve", Client(), f"certificates/{number}")
    ask("certificate_keys_list", Client(), "certificate-keys")
    body = {"state": "suspended", "reason": "权属争议核实中，期间不接受新的许可。"}
    act("listing_standing_change", reviewer, "post", f"listing-reviews/{made['id']}/standing", body)


def _hand_in(version: str, client: Client, *, told: dict[str, Any], act: Any) -> None:
    place = f"algorithm-versions/{version}"
    act("algorithm_version_change", client, "put", place, dossier())
    for kind, shown in (
        ("software_copyright", COPYRIGHT),
        ("patent_application", "CN201710601862.3"),
    ):
        paper = SimpleUploadedFile("proof.pdf", PAPER, content_type="application/pdf")
        form = {"kind": kind, "number": shown, "file": paper}
        sent = client.post(f"/api/v1/{place}/proofs", form)
        assert sent.status_code == 201, sent.content.decode()
        told["version_proof_add"] = sent.json()
    proof = told["version_proof_add"]["id"]
    act("version_proof_remove", client, "delete", f"{place}/proofs/{proof}")
    act("algorithm_version_submit", client, "post", f"{place}/submit")
    act("algorithm_version_withdraw", client, "post", f"{place}/withdraw")
    act("again", client, "post", f"{place}/submit")


def _review(version: str, reviewer: Client, *, act: Any, ask: Any) -> None:
    ask("listing_reviews_list", reviewer, "listing-reviews", limit="1")
    place = f"listing-reviews/{version}"
    ask("listing_review_retrieve", reviewer, place)
    act("listing_review_start", reviewer, "post", f"{place}/start")
    passed = {str(item): True for item in CheckItem}
    body = {"round": 2, "outcome": "approved", "checklist": passed}
    act("listing_review_decide", reviewer, "post", f"{place}/decide", body)
