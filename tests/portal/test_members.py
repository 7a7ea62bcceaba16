"""The owners' desk, and the way of an invitation from the form to the membership."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts import queries
from accounts.models import Organisation, User
from accounts.permissions import Role
from tests.builders.accounts import (
    PASSWORD,
    make_invitation,
    make_member,
    make_organisation,
    make_user,
)
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db
QUERIES_MAX = 12


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()


def desk(organisation: Organisation) -> str:
    return f"/organisations/{organisation.code}/members"


def roles(user: User, organisation: Organisation) -> frozenset[Role]:
    return queries.roles_in(user_id=user.pk, organisation_id=organisation.pk)


def link_in_mail() -> str:
    return re.search(r"http://testserver(/invitations/\S+)", mail.outbox[-1].body)[1]


class TestInvitation:
    def test_from_the_form_to_the_membership_of_somebody_new(self):
        organisation = make_organisation(name="青岚视觉")
        owner = signed_in(make_member(organisation=organisation))
        owner.post(desk(organisation), {"email": "new@example.com", "role": "developer"})
        link, guest = link_in_mail(), Client()
        assert "青岚视觉" in guest.get(link).content.decode()

        password = {"password1": PASSWORD, "password2": PASSWORD}
        guest.post("/sign-up", {"email": "new@example.com", **password})
        guest.post(re.search(r"http://testserver(/verify/\S+)", mail.outbox[-1].body)[1])
        guest.post("/login", {"login": "new@example.com", "password": PASSWORD})
        accept = re.search(r'action="(/account/invitations/[^"]+)"', body(guest.get("/account")))[1]
        assert guest.post(accept)["Location"] == "/account"

        user = User.objects.get(email="new@example.com")
        assert roles(user, organisation) == {Role.DEVELOPER}
        assert "青岚视觉" in body(guest.get("/account"))
        assert guest.get(link).status_code == 404

    def test_the_message_speaks_both_languages(self):
        organisation = make_organisation(name="A & B")
        signed_in(make_member(organisation=organisation)).post(
            desk(organisation), {"email": "new@example.com", "role": "finance"}
        )

        message = mail.outbox[-1]
        assert message.to == ["new@example.com"]
        assert "A & B 邀请您" in message.subject
        assert "A & B invites you" in message.subject
        assert "财务" in message.body
        assert "the role of finance" in message.body

    def test_a_mail_server_that_is_away_is_told_and_loses_nothing(self, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        organisation = make_organisation()
        owner = signed_in(make_member(organisation=organisation))

        owner.post(desk(organisation), {"email": "new@example.com", "role": "viewer"})

        page = body(owner.get(desk(organisation)))
        assert "邮件未能发出" in page
        assert "new@example.com" in page

    def test_an_address_that_is_none_is_refused_and_kept(self):
        organisation = make_organisation()
        page = signed_in(make_member(organisation=organisation)).post(
            desk(organisation), {"email": "no-address", "role": "viewer"}
        )

        assert page.status_code == 422
        assert 'value="no-address"' in body(page)
        assert mail.outbox == []

    def test_a_member_is_not_invited_to_what_he_is(self):
        organisation = make_organisation()
        member = make_member(organisation=organisation, role=Role.VIEWER)
        page = signed_in(make_member(organisation=organisation)).post(
            desk(organisation), {"email": member.email, "role": "viewer"}
        )

        assert page.status_code == 409
        assert mail.outbox == []

    def test_it_opens_a_house_whose_door_is_shut_for_its_address_alone(self, settings):
        settings.SIGN_UP_OPEN = False
        issued = make_invitation(email="new@example.com")
        guest = Client()
        guest.get(f"/invitations/{issued.token}")
        password = {"password1": PASSWORD, "password2": PASSWORD}

        guest.post("/sign-up", {"email": "other@example.com", **password})
        assert not User.objects.filter(email="other@example.com").exists()
        guest.post("/sign-up", {"email": "new@example.com", **password})
        assert User.objects.filter(email="new@example.com").exists()

    def test_somebody_else_cannot_accept_it_nor_tell_it_from_none(self):
        issued = make_invitation()
        client = signed_in(make_user())

        answers = [
            client.post(f"/account/invitations/{invitation_id}/accept").status_code
            for invitation_id in (issued.invitation.public_id, uuid4())
        ]

        assert answers == [404, 404]
        assert "不认识" not in body(client.get(f"/invitations/{issued.token}"))
        assert "/accept" not in body(client.get(f"/invitations/{issued.token}"))

    def test_owners_take_one_back(self):
        organisation = make_organisation()
        owner = signed_in(make_member(organisation=organisation))
        issued = make_invitation(organisation=organisation)
        assert issued.invitation.email in body(owner.get(desk(organisation)))

        public_id = issued.invitation.public_id
        owner.post(f"/organisations/{organisation.code}/invitations/{public_id}/revoke")

        assert issued.invitation.email not in body(owner.get(desk(organisation)))
        assert Client().get(f"/invitations/{issued.token}").status_code == 404


class TestRoles:
    def test_owners_change_and_end_them(self):
        organisation = make_organisation()
        owner = signed_in(make_member(organisation=organisation))
        member = make_member(organisation=organisation, role=Role.VIEWER)

        at = f"{desk(organisation)}/{member.public_id}"
        owner.post(f"{at}/role", {"role": "viewer", "new_role": "finance"})
        assert roles(member, organisation) == {Role.FINANCE}
        owner.post(f"{at}/end", {"role": "finance"})
        assert roles(member, organisation) == frozenset()

    def test_the_last_owner_is_told_why_he_stays(self):
        organisation, user = make_organisation(), make_user()
        make_member(organisation=organisation, user=user)
        owner = signed_in(user)

        at = f"{desk(organisation)}/{user.public_id}"
        owner.post(f"{at}/role", {"role": "owner", "new_role": "viewer"})

        assert "最后一位所有者" in body(owner.get(desk(organisation)))
        assert roles(user, organisation) == {Role.OWNER}

    def test_whoever_belongs_to_another_organisation_is_absent(self):
        organisation = make_organisation()
        owner = signed_in(make_member(organisation=organisation))
        stranger = make_member(role=Role.VIEWER)

        answers = [
            owner.post(f"{desk(organisation)}/{person}/end", {"role": "viewer"}).status_code
            for person in (stranger.public_id, uuid4())
        ]

        assert answers == [404, 404]

    def test_the_desk_takes_few_queries_however_many_belong(self, django_assert_max_num_queries):
        organisation = make_organisation()
        owner = signed_in(make_member(organisation=organisation))
        for _ in range(20):
            make_member(organisation=organisation, role=Role.VIEWER)
            make_invitation(organisation=organisation)

        with django_assert_max_num_queries(QUERIES_MAX):
            assert owner.get(desk(organisation)).status_code == 200


def body(response) -> str:
    return response.content.decode()
