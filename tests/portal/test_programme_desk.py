"""The desk of programmes: proposed, filled, put into force by another, ended; read by everybody."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.permissions import Role, Staff
from compute_billing.programmes import queries
from compute_billing.programmes.states import VersionState
from compute_billing.subsidies.rules.published import published_programme
from tests.builders.accounts import make_member, make_organisation, make_staff
from tests.builders.programmes import NANNING, make_active, make_version
from tests.builders.sessions import signed_in
from tests.builders.subsidy_documents import activated

pytestmark = pytest.mark.django_db
PAGE = f"/desk/programmes/{NANNING}"


@pytest.fixture
def officer() -> Client:
    return signed_in(make_staff(role=Staff.SUBSIDY_OFFICER))


@pytest.fixture
def approver() -> Client:
    return signed_in(make_staff(role=Staff.SUBSIDY_APPROVER))


def read(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def state(number: int) -> VersionState:
    version = queries.version_by_number(code=NANNING, number=number)
    return queries.state_of_version(version)


def test_what_stands_open_is_asked_for_with_the_text_that_is_needed(officer):
    make_version(published_programme(NANNING))

    shown = read(officer, f"{PAGE}/1")

    assert "补贴基数含税还是不含税" in shown
    assert 'name="value_0"' in shown
    assert f'action="{PAGE}/1/activation"' not in shown


def test_filled_parts_make_the_next_version(officer):
    make_version(published_programme(NANNING))

    answer = officer.post(
        f"{PAGE}/1/fill",
        {"value_0": "without_tax", "because_0": "as told", "reason": "by telephone"},
    )

    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}/2")
    shown = read(officer, f"{PAGE}/2")
    assert "不含税 · as told" in shown
    assert "$.tax_basis.because" in shown


@pytest.mark.parametrize(
    "said",
    [
        {"value_0": "without_tax", "because_0": ""},
        {"value_0": "sometimes", "because_0": "as told"},
        {"value_0": "[", "because_0": "as told"},
        {},
    ],
)
def test_what_does_not_fit_is_said_and_kept(officer, said):
    make_version(published_programme(NANNING))

    answer = officer.post(f"{PAGE}/1/fill", {**said, "reason": "by telephone"})

    assert answer.status_code == 422
    assert "by telephone" in answer.content.decode()
    assert queries.latest_version(code=NANNING).number == 1


def test_an_approver_puts_it_into_force_and_everybody_reads_it(approver):
    make_version()
    assert "未生效" in read(Client(), f"/programmes/{NANNING}")

    answer = approver.post(f"{PAGE}/1/activation", {"activate-reason": "checked"})

    assert answer.status_code == 302
    assert state(1) is VersionState.ACTIVE
    shown = read(Client(), f"/programmes/{NANNING}")
    assert "第 1 版" in shown
    assert "主管部门口头答复" in shown


def test_it_is_refused_while_a_part_stands_open(approver):
    make_version(published_programme(NANNING))

    answer = approver.post(f"{PAGE}/1/activation", {"activate-reason": "checked"})

    assert answer.status_code == 409
    assert state(1) is VersionState.PROPOSED


def test_who_has_both_roles_is_not_offered_to_activate_his_own():
    person = make_staff(role=Staff.SUBSIDY_APPROVER)
    make_version(maker_id=person.pk)
    client = signed_in(person)

    assert f'action="{PAGE}/1/activation"' not in read(client, f"{PAGE}/1")
    answer = client.post(f"{PAGE}/1/activation", {"activate-reason": "checked"})
    assert answer.status_code == 409
    assert state(1) is VersionState.PROPOSED


def test_a_proposal_is_withdrawn_and_what_is_in_force_is_ended(officer, approver):
    make_version()
    assert officer.post(f"{PAGE}/1/withdrawal", {"withdraw-reason": "a slip"}).status_code == 302
    assert state(1) is VersionState.WITHDRAWN

    make_active(activated("beijing-2023"))
    place = "/desk/programmes/beijing-2023/1"
    assert approver.post(f"{place}/end", {"end-reason": "used up"}).status_code == 302
    assert "used up" in read(approver, place)
    assert approver.post(f"{place}/end", {"end-reason": "again"}).status_code == 409


def test_the_next_version_is_written_as_a_text(officer):
    make_active()
    before = read(officer, f"{PAGE}/1/edit")
    assert "ppm: 300000" in before

    text = before.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0]
    said = {"text": text.replace("ppm: 300000", "ppm: 250000").replace("&#x27;", "'")}
    answer = officer.post(f"{PAGE}/1/edit", {**said, "reason": "the new guide"})

    assert answer.status_code == 302
    shown = read(officer, f"{PAGE}/2")
    assert "$.rate.ppm" in shown
    told = officer.get(f"{PAGE}/2?file=csv")
    lines = b"".join(told.streaming_content).decode("utf-8-sig").splitlines()
    assert lines == ["path,before,after", "$.rate.ppm,300000,250000", "$.version,1,2"]


@pytest.mark.parametrize("text", ["[", "format: 1", "code: [1]"])
def test_a_text_that_is_no_programme_is_refused_with_its_place(officer, text):
    answer = officer.post("/desk/programmes/new", {"text": text, "reason": "x"})

    assert answer.status_code == 422
    assert queries.waiting_versions(limit=9) == []


def test_the_list_is_a_file_and_narrowed(officer):
    make_active()
    make_version(activated("beijing-2023"))

    told = officer.get("/desk/programmes?file=csv&text=nanning")
    lines = b"".join(told.streaming_content).decode("utf-8-sig").splitlines()

    assert [line.split(",")[:4] for line in lines[1:]] == [[NANNING, "1", "active", "officer"]]


def test_keys_read_what_is_in_force_and_staff_what_waits(officer):
    make_active()
    make_version(activated("beijing-2023"))
    owner = make_member(organisation=make_organisation(), role=Role.OWNER)
    member = signed_in(owner)

    assert member.get("/api/v1/programmes/beijing-2023/versions").json()["data"] == []
    assert member.get("/api/v1/programmes/beijing-2023/versions/1").status_code == 404
    told = officer.get("/api/v1/programmes/beijing-2023/versions/1").json()
    assert (told["state"], told["differences"]) == ("proposed", [])
    found = member.get(f"/api/v1/programmes/{NANNING}").json()
    assert (found["version"], found["missing"]) == (1, [])
    assert {part["path"] for part in found["assumptions"]} >= {"$.tax_basis"}
    assert member.get("/api/v1/programmes/atlantis").status_code == 404
    assert member.get("/api/v1/programmes/atlantis/versions").status_code == 404
