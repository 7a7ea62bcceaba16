"""The log of decisions in the portal: who sees what of it, and that it proves itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Role, Staff
from compute_billing.audit.sealed_file import check
from kernel import seals
from kernel.audit import Actor
from kernel.origin import Origin, acting_from
from kernel.seals import SealHead
from portal.wording_of_decisions import ACTIONS, OBJECTS
from tests.architecture.permission_rows import ROWS
from tests.builders.accounts import NOW, make_member, make_organisation, make_staff
from tests.builders.audit import make_decision
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db
QUERIES_MAX = 14
ENTRY = re.compile(r'data-decision="([^"]+)"')
HERE = Origin(address="203.0.113.7", user_agent="Firefox")


@pytest.fixture
def auditor() -> Client:
    return signed_in(make_staff(role=Staff.AUDITOR))


def read(client: Client, path: str, status: int = 200, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == status, path
    return answer.content.decode()


def content(answer) -> str:
    return b"".join(answer.streaming_content).decode()


def test_an_auditor_searches_the_whole_log(auditor):
    organisation = make_organisation()
    with acting_from(HERE):
        paid = make_decision(
            "claim:12", action="settlement.pay_claim", organisation_id=organisation.pk
        )
    make_decision("fund:1", action="subsidies.open_fund")

    assert len(ENTRY.findall(read(auditor, "/audit"))) == 2
    for query in (
        {"action": "settlement.pay_claim"},
        {"subject": "claim:12"},
        {"organisation": organisation.code},
        {"actor": "system", "subject": "claim"},
        {"since": "2026-10-01", "until": "2026-10-01", "subject": "claim"},
    ):
        assert ENTRY.findall(read(auditor, "/audit", **query)) == [str(paid.public_id)], query
    assert ENTRY.findall(read(auditor, "/audit", since="2026-10-02")) == []


def test_a_day_that_is_none_is_marked_and_what_was_typed_stays(auditor):
    page = read(auditor, "/audit", status=422, since="2026-13-01", subject="claim:1")

    assert 'aria-invalid="true"' in page
    assert 'value="claim:1"' in page
    assert 'value="2026-13-01"' in page


def test_an_entry_tells_its_seal_its_origin_and_that_the_chain_holds(auditor):
    with acting_from(HERE):
        made = make_decision("claim:12", before={"state": "draft"}, after={"state": "paid"})
    waiting = read(auditor, f"/audit/{made.public_id}")
    seals.seal_entries(now=NOW)

    page = read(auditor, f"/audit/{made.public_id}")

    assert "data-proof" not in waiting
    assert re.search(r"data-seal>1 · 1<", page)
    assert 'data-proof="holds"' in page
    assert "203.0.113.7" in page
    assert bytes(made.after_hash).hex() in page


def test_a_broken_chain_is_told(auditor, owner_connection):
    made = make_decision("claim:12")
    seals.seal_entries(now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE kernel_audit_entry SET action = 'x.forged'")
        cursor.execute("SET LOCAL session_replication_role = origin")

    assert 'data-proof="broken"' in read(auditor, f"/audit/{made.public_id}")


def test_the_log_is_taken_away_as_values_as_a_sheet_and_with_its_seals(auditor):
    made = make_decision("claim:12", detail={"sum": 1})
    seals.seal_entries(now=NOW)
    head = seals.head().to_text()

    lines = content(auditor.get("/audit", {"file": "csv", "subject": "claim"})).splitlines()
    sheet = auditor.get("/audit", {"file": "xlsx"})
    b"".join(sheet.streaming_content)
    sealed = content(auditor.get("/audit", {"file": "jsonl"}))

    assert lines[0].lstrip("\ufeff").startswith("id,occurred_at")
    assert lines[0].endswith("position,number")
    assert lines[1].startswith(str(made.public_id))
    assert sheet["Content-Disposition"] == 'attachment; filename="decisions.xlsx"'
    proof = check(sealed.splitlines(), published=SealHead.from_text(head))
    assert (proof.entries, proof.problems) == (1, [])
    assert head in read(auditor, "/audit")


def test_owners_see_the_log_of_their_organisation_alone():
    organisation, other = make_organisation(), make_organisation()
    owner = make_member(organisation=organisation)
    officer = make_staff(role=Staff.SUBSIDY_APPROVER)
    with acting_from(HERE):
        own = make_decision("award:1", organisation_id=organisation.pk, actor=Actor.user(owner.pk))
        by_staff = make_decision(
            "award:2", organisation_id=organisation.pk, actor=Actor.user(officer.pk)
        )
    foreign = make_decision("award:3", organisation_id=other.pk)
    client, place = signed_in(owner), f"/organisations/{organisation.code}/audit"

    found = ENTRY.findall(read(client, place, subject="award"))

    assert found == [str(by_staff.public_id), str(own.public_id)]
    assert officer.email not in read(client, place)
    told = read(client, f"{place}/{by_staff.public_id}")
    assert officer.email not in told
    assert "203.0.113.7" not in told
    assert "203.0.113.7" in read(client, f"{place}/{own.public_id}")
    assert ENTRY.findall(read(client, place, actor=officer.email)) == []
    for path in (f"{place}/{foreign.public_id}", f"/organisations/{other.code}/audit", "/x"):
        assert client.get(path).status_code == 404
    assert client.get("/audit").status_code == 403
    # the number of seals and digests is the exchange's own business
    assert client.get(place, {"file": "jsonl"}).status_code == 404
    text = content(client.get(place, {"file": "csv"}))
    assert officer.email not in text
    assert str(foreign.public_id) not in text
    assert "number" not in text.splitlines()[0]


def test_only_owners_see_it():
    organisation = make_organisation()
    member = make_member(organisation=organisation, role=Role.FINANCE)

    assert signed_in(member).get(f"/organisations/{organisation.code}/audit").status_code == 403


def test_an_auditor_writes_nowhere():
    writing = {"POST", "PUT", "PATCH", "DELETE"}
    open_to_auditors = [
        f"{method} {name}"
        for name, row in ROWS.items()
        for method, access in row.methods.items()
        if method in writing and Staff.AUDITOR in access.staff
    ]

    assert open_to_auditors == [], "an auditor reads; his own account is what everybody has"


def test_the_list_and_an_entry_take_few_queries(auditor):
    for number in range(5):
        make_decision(f"claim:{number}", actor=Actor.user(make_member().pk))
    seals.seal_entries(now=NOW)
    last = ENTRY.findall(read(auditor, "/audit"))[0]

    for path in ("/audit", f"/audit/{last}"):
        with CaptureQueriesContext(connection) as captured:
            read(auditor, path)
        assert len(captured) <= QUERIES_MAX, path


def test_where_nothing_fits_the_page_says_what_to_do(auditor):
    page = read(auditor, "/audit", subject="claim:404")

    assert 'class="empty"' in page
    assert 'href="/audit"' in page


def test_every_action_that_is_written_down_has_words() -> None:
    # given every action, and every kind of object, that an operation names
    root = Path(settings.BASE_DIR)
    sources = [
        path.read_text(encoding="utf-8")
        for room in ("accounts", "compute_billing", "marketplace")
        for path in (root / room).rglob("*.py")
    ]
    actions, objects = (
        {name for source in sources for name in re.findall(pattern, source)}
        for pattern in (r'(?:action=|_record\()"([a-z_]+\.[a-z_]+)"', r'object_type="([a-z_]+)"')
    )
    # then a reader of the log meets no code
    assert actions - set(ACTIONS) == set()
    assert objects - set(OBJECTS) == set()
    assert actions
    assert objects
