"""The owners' desk, and the way of an invitation from the form to the membership."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client

from accounts import queries
from accounts.invitations import mailing as invitations
from accounts.keys.operations import create_key
from accounts.models import Invitation, Organisation, User
from accounts.notifications.mailing import GIVE_UP_AFTER
from accounts.permissions import Caller, Role, Scope
from kernel.clock import utc_now
from portal.tasks import send_notifications
from tests import services
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
    services.empty_cache()


def desk(organisation: Organisation) -> str:
    return f"/organisations/{organisation.code}/members"


def roles(user: User, organisation: Organisation) -> frozenset[Role]:
    return queries.roles_in(user_id=user.pk, organisation_id=organisation.pk)


def link_in_mail() -> str:
    """Send what waits, and return the link of the one invitation."""
    send_notifications()
    texts = "\n".join(str(message.body) for message in mail.outbox)
    return re.search(r"http://127.0.0.1:8000(/invitations/\S+)", texts)[1]


def invitation_in_mail() -> EmailMessage:
    send_notifications()
    (message,) = [one for one in mail.outbox if "/invitations/" in one.body]
    return message


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

        message = invitation_in_mail()
        assert message.to == ["new@example.com"]
        assert "A & B 邀请您" in message.subject
        assert "A & B invites you" in message.subject
        assert "财务" in message.body
        assert "the role of finance" in message.body

    def test_a_mail_server_that_is_away_is_asked_again_and_then_it_is_told(self):
        organisation = make_organisation()
        owner = signed_in(make_member(organisation=organisation))
        owner.post(desk(organisation), {"email": "new@example.com", "role": "viewer"})
        waiting = Invitation.objects.get()
        now = waiting.created_at

        def refuse(_: invitations.InvitationMail) -> None:
            raise OSError

        while waiting.mail_state == "waiting":
            now = waiting.mail_next_at
            invitations.send_waiting(send=refuse, clock=iter([now] * 3).__next__)
            waiting.refresh_from_db()

        assert (waiting.mail_state, now) == ("failed", waiting.created_at + GIVE_UP_AFTER)
        assert waiting.token_encrypted == ""
        page = body(owner.get(desk(organisation)))
        assert "邮件未能发出" in page
        assert "new@example.com" in page

    def test_a_key_s_invitation_is_sent_as_the_form_s_is_and_once(self):
        organisation = make_organisation(name="青岚视觉")
        owner = make_member(organisation=organisation)
        caller = Caller(
            user_id=owner.pk, organisation_id=organisation.pk, roles=frozenset({Role.OWNER})
        )
        made = create_key(
            caller=caller,
            organisation_id=organisation.pk,
            name="people",
            scopes=[Scope.MEMBERS_WRITE],
            expires_at=None,
            now=utc_now(),
        )
        client = Client(headers={"authorization": f"Bearer {made.text}"})
        offer = {"email": "New@example.com", "role": "developer"}

        answer = client.post("/api/v1/invitations", offer, content_type="application/json")

        assert answer.status_code == 201
        message = invitation_in_mail()
        assert message.to == ["new@example.com"]
        assert "青岚视觉 邀请您" in message.subject
        assert answer.json()["link"] in message.body
        send_notifications()
        assert invitation_in_mail() is message
        kept = Invitation.objects.get()
        assert (kept.mail_state, kept.mail_attempts, kept.token_encrypted) == ("sent", 1, "")

    def test_what_was_taken_back_or_lost_is_never_sent(self):
        # given one that is taken back before it left
        organisation = make_organisation()
        owner = signed_in(make_member(organisation=organisation))
        issued = make_invitation(organisation=organisation)
        public_id = issued.invitation.public_id
        owner.post(f"/organisations/{organisation.code}/invitations/{public_id}/revoke")
        # and one whose sender died
        make_invitation(now=utc_now())
        lost = invitations.claim(now=utc_now())
        # when the next sender comes, and the hour after
        later = utc_now() + invitations.LEASE
        send_notifications()
        assert invitations.give_up_lost(now=later) == 2
        # then nothing left, and no token is kept
        assert not [one for one in mail.outbox if "/invitations/" in one.body]
        assert Invitation.objects.get(pk=lost.invitation_id).mail_state == "lost"
        assert not Invitation.objects.exclude(token_encrypted="").exists()

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
