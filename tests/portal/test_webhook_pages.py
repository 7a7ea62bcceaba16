"""The desk of webhooks: make, try, change, and send again what was given up."""

from __future__ import annotations

import re

import pytest

from accounts.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from accounts.permissions import Role
from tests.builders.accounts import NOW, make_member, make_organisation
from tests.builders.sessions import signed_in
from tests.builders.webhooks import PUBLIC_URL, make_endpoint, own_dead_letter

pytestmark = pytest.mark.django_db
QUERIES_MAX = 12
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def owner(organisation):
    return signed_in(make_member(organisation=organisation, role=Role.OWNER))


def desk(organisation, *parts: object) -> str:
    return "/".join(
        [f"/organisations/{organisation.code}/webhooks", *(str(part) for part in parts)]
    )


def test_an_owner_makes_an_endpoint_and_sees_its_secret_once(organisation, owner):
    empty = owner.get(desk(organisation)).content.decode()
    made = owner.post(
        desk(organisation), {"url": PUBLIC_URL, "description": "账务", "kinds": ["invoice.issued"]}
    )
    after = owner.get(desk(organisation)).content.decode()

    assert "还没有端点" in empty
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    (secret,) = SECRET.findall(made.content.decode())
    assert secret not in after
    assert "账务" in after
    assert WebhookEndpoint.objects.get().kinds == ["invoice.issued"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"url": "http://hooks.example.org/"}, "请填写公网 HTTPS 地址"),
        ({"url": "https://10.0.0.1/"}, "请填写公网 HTTPS 地址"),
    ],
)
def test_what_is_refused_keeps_what_was_typed(organisation, owner, typed, said):
    answer = owner.post(desk(organisation), {**typed, "description": "mine"})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert typed["url"] in answer.content.decode()
    assert 'value="mine"' in answer.content.decode()


def test_a_developer_is_offered_what_he_may_read(organisation):
    developer = signed_in(make_member(organisation=organisation, role=Role.DEVELOPER))

    page = developer.get(desk(organisation)).content.decode()
    everything = developer.post(desk(organisation), {"url": PUBLIC_URL})

    assert 'value="usage.rejected"' in page
    assert 'value="invoice.issued"' not in page
    assert everything.status_code == 422
    assert "您无权查看" in everything.content.decode()


def test_a_ping_a_switch_a_new_secret_and_the_end(organisation, owner):
    endpoint = make_endpoint(organisation=organisation).endpoint
    page = desk(organisation, endpoint.public_id)
    owner.post(f"{page}/try")
    assert "测试" in owner.get(page).content.decode()
    owner.post(f"{page}/switch", {"to": "off"})
    assert "已关闭" in owner.get(page).content.decode()
    owner.post(f"{page}/switch", {"to": "on"})
    rotated = owner.post(f"{page}/secret")
    assert len(SECRET.findall(rotated.content.decode())) == 1
    assert "新旧密钥同时签名至" in owner.get(page).content.decode()
    owner.post(page, {"url": "https://93.184.215.14/new", "kinds": ["key.created"]})
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.kinds) == ("https://93.184.215.14/new", ["key.created"])
    owner.post(f"{page}/delete")
    assert owner.get(page).status_code == 404


def test_what_was_given_up_is_found_and_sent_again(organisation, owner):
    letter = own_dead_letter(organisation)
    endpoint = WebhookEndpoint.objects.get(deleted_at=None)
    page = desk(organisation, endpoint.public_id)

    assert str(letter) in owner.get(page, {"state": "dead"}).content.decode()
    sent = owner.post(f"/organisations/{organisation.code}/deliveries/{letter}/again", follow=True)
    assert "已重新发送" in sent.content.decode()
    assert WebhookDelivery.objects.get(public_id=letter).state == "waiting"
    twice = owner.post(f"/organisations/{organisation.code}/deliveries/{letter}/again", follow=True)
    assert "已在等待发送" in twice.content.decode()
    table = b"".join(owner.get(page, {"file": "csv"}).streaming_content).decode()
    assert str(letter) in table


def attempted(letter, *failures: str) -> None:
    """Let a delivery have been tried, and each time failed so; an empty text was taken."""
    for number, failure in enumerate(failures, start=1):
        WebhookAttempt.objects.create(
            delivery=WebhookDelivery.objects.get(public_id=letter),
            number=number,
            started_at=NOW,
            ended_at=NOW,
            duration_ms=1200 + number,
            failure=failure,
            response_status=503 if failure == "status" else None,
            response_excerpt="<b>=busy</b>" if failure == "status" else "",
            retry_after_seconds=90 if failure == "status" else None,
        )


def test_a_message_shows_its_attempts_filtered_and_as_a_file(organisation, owner):
    letter = own_dead_letter(organisation)
    attempted(letter, "timeout", "status", "")
    address = f"/organisations/{organisation.code}/deliveries/{letter}"

    page = owner.get(address).content.decode()
    failed = owner.get(address, {"outcome": "status"}).content.decode()
    file = b"".join(owner.get(address, {"file": "csv"}).streaming_content).decode("utf-8-sig")
    part = owner.get(address, {"file": "csv", "outcome": "taken"})

    assert page.count("data-attempt=") == 3
    assert "1,203 ms" in page
    assert "要求等待 90 秒" in page
    assert "&lt;b&gt;=busy&lt;/b&gt;" in page
    assert "<b>=busy" not in page
    assert re.findall(r'data-attempt="(\d)"', failed) == ["2"]
    assert [line.split(",")[1] for line in file.splitlines()] == ["number", "3", "2", "1"]
    assert len(b"".join(part.streaming_content).decode().splitlines()) == 2
    assert owner.get(address, {"outcome": "nonsense"}).status_code == 404
    # another organisation's is absent
    foreign = own_dead_letter(make_organisation())
    assert owner.get(address.replace(str(letter), str(foreign))).status_code == 404


def test_messages_are_filtered_by_state_and_event(organisation, owner):
    letter = own_dead_letter(organisation)
    endpoint = WebhookEndpoint.objects.get(deleted_at=None)
    page = desk(organisation, endpoint.public_id)
    for filters, found in (
        ({"state": "dead"}, True),
        ({"kind": "ping", "state": "dead"}, True),
        ({"kind": "invoice.issued"}, False),
        ({"state": "delivered"}, False),
        # what there is not filters nothing
        ({"state": "nonsense"}, True),
    ):
        assert (str(letter) in owner.get(page, filters).content.decode()) is found
        file = owner.get(page, {**filters, "file": "csv"})
        assert (str(letter) in b"".join(file.streaming_content).decode()) is found


def test_pages_take_few_queries(organisation, owner, django_assert_max_num_queries):
    for _ in range(5):
        own_dead_letter(organisation)
    endpoint = WebhookEndpoint.objects.get(deleted_at=None)
    for address in (desk(organisation), desk(organisation, endpoint.public_id)):
        owner.get(address)
        with django_assert_max_num_queries(QUERIES_MAX):
            assert owner.get(address).status_code == 200
