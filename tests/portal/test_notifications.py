"""The inbox: what somebody was told, in his language, and what he wants to be told."""

from __future__ import annotations

from uuid import uuid4

import pytest

from accounts.events.relay import relay
from accounts.models import Notification, NotificationPreference, User
from accounts.notifications.kinds import RULES, Kind
from accounts.notifications.operations import notify
from accounts.permissions import Role, Staff
from kernel.transactions import transaction
from portal.notification_words import words
from tests.builders.accounts import NOW, make_member, make_organisation, make_staff
from tests.builders.sessions import signed_in
from tests.builders.webhooks import happens
from tests.portal.notification_samples import ABOUT, LOW

pytestmark = pytest.mark.django_db
QUERIES_MAX = 10


@pytest.fixture
def organisation():
    return make_organisation(name="青岚智能")


@pytest.fixture
def owner(organisation) -> User:
    member = make_member(organisation=organisation, role=Role.OWNER)
    relay(now=NOW)
    Notification.objects.all().delete()
    return member


def inbox(user: User, **query: str) -> str:
    return signed_in(user).get("/notifications", query).content.decode()


def test_an_empty_inbox_says_what_will_stand_there(owner):
    assert "暂无通知" in inbox(owner)


def test_it_is_told_in_the_reader_s_language_at_reading(organisation, owner):
    happens(LOW, organisation=organisation)
    client = signed_in(owner)

    chinese = client.get("/notifications").content.decode()
    client.cookies["django_language"] = "en"
    english = client.get("/notifications").content.decode()

    assert "余额 ¥ 1,234.57，按目前消耗速度还可用 3 天。" in chinese
    assert "¥ 1,234.57 are left, which is enough for 3 days at the present pace." in english
    assert "青岚智能" in english


def test_the_bell_counts_what_is_new_and_reading_ends_it(organisation, owner):
    happens(LOW, organisation=organisation)
    happens(LOW, organisation=organisation)
    client = signed_in(owner)
    one = Notification.objects.filter(user=owner).order_by("id").last()
    assert 'aria-label="2 条新通知"' in client.get("/account").content.decode()
    # when one is followed
    followed = client.post(f"/notifications/{one.public_id}")
    # then it leads to what it is about, and counts no more
    assert (followed.status_code, followed.url) == (302, "/balance")
    assert 'aria-label="1 条新通知"' in client.get("/account").content.decode()
    client.post("/notifications/read")
    assert 'aria-label="通知"' in client.get("/account").content.decode()


def test_nobody_reads_what_somebody_else_was_told(organisation, owner):
    happens(LOW, organisation=organisation)
    told = Notification.objects.get(user=owner)
    stranger = signed_in(make_member())

    foreign = stranger.post(f"/notifications/{told.public_id}")
    absent = stranger.post(f"/notifications/{uuid4()}")

    assert [foreign.status_code, absent.status_code] == [404, 404]
    told.refresh_from_db()
    assert told.read_at is None
    assert "1,234.57" not in inbox(make_member())
    assert signed_in(owner).get("/notifications", {"after": str(uuid4())}).status_code == 200


def test_every_kind_has_words_in_both_languages_and_leads_somewhere(organisation, owner):
    with transaction():
        for kind in Kind:
            notify(
                kind=kind,
                about=ABOUT[kind],
                subject="one",
                organisation_id=organisation.pk,
                user_ids=[owner.pk] if RULES[kind].staff else None,
                now=NOW,
            )
    assert Notification.objects.filter(user=owner).count() == len(Kind)
    client = signed_in(owner)
    pages = []
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        pages.append(client.get("/notifications").content.decode())
        assert pages[-1].count("data-notification=") == len(Kind)
    assert "¥ 123.45" in pages[0]
    assert "组织已通过认证。" in pages[0]
    assert "有效期至 2027-10-08" in pages[0]
    assert "来源 slurm 的一批上报中，有 3 条记录未被接收。" in pages[0]
    assert "Of a delivery from slurm, 3 records were refused." in pages[1]
    for told in Notification.objects.filter(user=owner):
        assert client.post(f"/notifications/{told.public_id}").status_code == 302, told.kind


def test_choices_are_kept_and_some_cannot_be_refused(organisation, owner):
    client = signed_in(owner)
    page = client.get("/account/notifications").content.decode()
    assert page.count("disabled") >= 8
    # when nothing but bills by e-mail is wanted, in English
    client.post("/account/notifications", {"language": "en", "bill_issued.email": "on"})
    # then a low balance is told no more, but a new key is
    happens(LOW, organisation=organisation)
    with transaction():
        notify(
            kind=Kind.KEY_CREATED,
            about={"prefix": "4f1c09a2b7de"},
            subject="key:1",
            organisation_id=organisation.pk,
            now=NOW,
        )
        notify(
            kind=Kind.BILL_ISSUED,
            about={},
            subject="bill:1",
            organisation_id=organisation.pk,
            now=NOW,
        )
    told = Notification.objects.filter(user=owner).values_list("kind", "in_inbox", "mail_state")
    assert sorted(told) == [("bill_issued", False, "waiting"), ("key_created", True, "waiting")]
    assert User.objects.get(pk=owner.pk).language == "en"
    wrong = client.post("/account/notifications", {"language": "fr"})
    assert wrong.status_code == 422


def test_of_what_officers_do_officers_alone_choose(owner):
    officer = make_staff(role=Staff.SUBSIDY_OFFICER)
    assert "verification_overdue.email" not in (
        signed_in(owner).get("/account/notifications").content.decode()
    )
    page = signed_in(officer).get("/account/notifications").content.decode()
    assert "verification_overdue.email" in page
    # when the owner keeps what he was offered, all of it off
    signed_in(owner).post("/account/notifications", {"language": "en"})
    # then nothing was chosen of what he was not offered
    kept = NotificationPreference.objects.filter(user=owner).values_list("kind", flat=True)
    assert "bill_issued" in kept
    assert "verification_overdue" not in kept


def test_pages_take_few_queries(organisation, owner, django_assert_max_num_queries):
    for _ in range(60):
        happens(LOW, organisation=organisation, handed_on=False)
    happens(LOW, organisation=organisation)
    client = signed_in(owner)
    client.get("/notifications")
    for address in ("/notifications", "/account/notifications"):
        with django_assert_max_num_queries(QUERIES_MAX):
            page = client.get(address).content.decode()
        assert page
    # and a long inbox goes on where the page ends
    first = client.get("/notifications").content.decode()
    assert first.count("data-notification=") == 50
    after = first.rsplit("?after=", 1)[1].split('"', 1)[0]
    second = client.get("/notifications", {"after": after}).content.decode()
    assert second.count("data-notification=") == 11
    assert client.get("/notifications", {"after": "nothing"}).status_code == 404


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("qinglan", "/balance/holds/{hold}"),
        ("jingxi", "/operator/enforcement?tenant=qinglan&cluster=gz"),
    ],
)
def test_a_job_without_money_leads_to_where_one_can_act(code: str, path: str) -> None:
    about = ABOUT[Kind.HOLD_EXHAUSTED]
    told = words(kind=Kind.HOLD_EXHAUSTED, about=about, code=code)
    assert told.path == path.format(hold=about["hold"])
