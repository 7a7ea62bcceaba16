"""Memberships and invitations: exact outcomes, and what each refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts import queries
from accounts.invitations import operations as invitations
from accounts.invitations.queries import invitation_by_token, invitations_for, invitations_of
from accounts.membership import operations
from accounts.models import Invitation, Membership
from accounts.permissions import Role
from kernel.audit import Actor
from kernel.models import AuditEntry
from tests.builders.accounts import NOW, make_invitation, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def roles(user, organisation) -> frozenset[Role]:
    return queries.roles_in(user_id=user.pk, organisation_id=organisation.pk)


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


class TestOwners:
    def test_the_last_one_stays(self):
        organisation = make_organisation()
        owner = make_member(organisation=organisation)
        leaving = {"user_id": owner.pk, "organisation_id": organisation.pk, "role": Role.OWNER}

        with pytest.raises(operations.LastOwner):
            operations.end_membership(**leaving, now=LATER)
        with pytest.raises(operations.LastOwner):
            operations.change_role(
                **leaving, new_role=Role.VIEWER, actor=Actor.user(owner.pk), now=LATER
            )

        assert roles(owner, organisation) == {Role.OWNER}

    def test_one_of_two_may_go(self):
        organisation = make_organisation()
        first, second = (make_member(organisation=organisation) for _ in range(2))

        operations.end_membership(
            user_id=first.pk, organisation_id=organisation.pk, role=Role.OWNER, now=LATER
        )

        assert roles(first, organisation) == frozenset()
        assert roles(second, organisation) == {Role.OWNER}


class TestChangingARole:
    def test_the_old_one_ends_as_the_new_one_begins_and_both_are_noted(self):
        organisation = make_organisation()
        owner = make_member(organisation=organisation)
        member = make_member(organisation=organisation, role=Role.VIEWER)

        operations.change_role(
            user_id=member.pk,
            organisation_id=organisation.pk,
            role=Role.VIEWER,
            new_role=Role.FINANCE,
            actor=Actor.user(owner.pk),
            now=LATER,
        )

        assert roles(member, organisation) == {Role.FINANCE}
        ended = Membership.objects.get(user=member, role=Role.VIEWER)
        assert ended.ended_at == LATER
        entry = AuditEntry.objects.get(action="accounts.end_membership")
        assert (entry.actor_id, entry.organisation_id) == (owner.pk, organisation.pk)
        assert entry.detail == {"user_id": member.pk, "role": "viewer"}

    def test_a_role_that_he_has_already_changes_nothing(self):
        organisation = make_organisation()
        member = make_member(organisation=organisation, role=Role.VIEWER)
        make_member(organisation=organisation, role=Role.FINANCE, user=member)

        with pytest.raises(operations.UnableToAddMember):
            operations.change_role(
                user_id=member.pk,
                organisation_id=organisation.pk,
                role=Role.VIEWER,
                new_role=Role.FINANCE,
                actor=Actor.system(),
                now=LATER,
            )

        assert roles(member, organisation) == {Role.VIEWER, Role.FINANCE}

    def test_a_role_that_he_does_not_have_is_refused(self):
        organisation = make_organisation()
        member = make_member(organisation=organisation, role=Role.VIEWER)

        with pytest.raises(operations.UnableToEndMembership):
            operations.end_membership(
                user_id=member.pk, organisation_id=organisation.pk, role=Role.SELLER, now=LATER
            )


class TestInviting:
    def test_the_address_is_kept_in_lower_case_and_the_token_only_as_hash(self):
        issued = make_invitation(email=" New.Person@Example.COM ", now=NOW)

        assert issued.invitation.email == "new.person@example.com"
        assert issued.invitation.expires_at == NOW + timedelta(days=7)
        columns = " ".join(str(value) for value in Invitation.objects.values_list()[0])
        assert issued.token not in columns
        assert invitation_by_token(token=issued.token, now=NOW).email == "new.person@example.com"
        assert invitation_by_token(token=issued.token + "x", now=NOW) is None

    def test_inviting_again_makes_the_earlier_link_nothing(self):
        organisation = make_organisation()
        first = make_invitation(organisation=organisation, email="a@example.com", now=NOW)
        second = make_invitation(organisation=organisation, email="a@example.com", now=LATER)

        assert invitation_by_token(token=first.token, now=LATER) is None
        assert invitation_by_token(token=second.token, now=LATER) is not None
        assert len(invitations_of(organisation_id=organisation.pk, now=LATER)) == 1

    def test_whoever_has_the_role_is_not_invited_to_it(self):
        organisation = make_organisation()
        member = make_member(organisation=organisation, role=Role.FINANCE)

        with pytest.raises(invitations.UnableToInvite):
            make_invitation(organisation=organisation, email=member.email, role=Role.FINANCE)
        assert make_invitation(organisation=organisation, email=member.email, role=Role.VIEWER)

    def test_an_organisation_cannot_write_to_half_the_world(self, monkeypatch):
        monkeypatch.setattr(invitations, "OPEN_MAX", 2)
        organisation = make_organisation()
        for _ in range(2):
            make_invitation(organisation=organisation)

        with pytest.raises(invitations.UnableToInvite):
            make_invitation(organisation=organisation)

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"email": "A@example.com"}, "accounts_invitation_email_lower_case"),
            ({"role": "king"}, "accounts_invitation_role"),
            ({"expires_at": NOW - timedelta(days=9)}, "accounts_invitation_expires_after"),
            ({"accepted_at": NOW, "revoked_at": NOW}, "accounts_invitation_ends_once"),
        ],
    )
    def test_raw_changes_are_refused_by_constraint(self, change, constraint):
        make_invitation(now=NOW)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Invitation.objects.update(**change)


class TestAccepting:
    def accept(self, issued, user, now=LATER) -> Membership:
        return invitations.accept_invitation(
            invitation_id=issued.invitation.public_id, user_id=user.pk, now=now
        )

    def test_it_gives_the_role_once(self):
        user = make_user()
        issued = make_invitation(email=user.email, role=Role.DEVELOPER, now=NOW)
        organisation = issued.invitation.organisation

        self.accept(issued, user)

        assert roles(user, organisation) == {Role.DEVELOPER}
        assert actions()[-3:] == [
            "accounts.invite",
            "accounts.add_member",
            "accounts.accept_invitation",
        ]
        with pytest.raises(invitations.InvitationNotFound):
            self.accept(issued, user)
        assert invitations_for(email=user.email, now=LATER) == []

    def test_only_whoever_has_the_address_may(self):
        issued = make_invitation(now=NOW)

        with pytest.raises(invitations.InvitationNotFound):
            self.accept(issued, make_user())

    def test_it_expires(self):
        user = make_user()
        issued = make_invitation(email=user.email, now=NOW)

        with pytest.raises(invitations.InvitationNotFound):
            self.accept(issued, user, now=NOW + timedelta(days=7))
        assert self.accept(issued, user, now=NOW + timedelta(days=7, microseconds=-1))

    def test_one_that_was_taken_back_gives_nothing(self):
        user = make_user()
        issued = make_invitation(email=user.email, now=NOW)
        invitations.revoke_invitation(
            organisation_id=issued.invitation.organisation_id,
            invitation_id=issued.invitation.public_id,
            actor=Actor.system(),
            now=NOW,
        )

        with pytest.raises(invitations.InvitationNotFound):
            self.accept(issued, user)

    def test_only_its_organisation_takes_it_back(self):
        issued = make_invitation(now=NOW)

        with pytest.raises(invitations.InvitationNotFound):
            invitations.revoke_invitation(
                organisation_id=make_organisation().pk,
                invitation_id=issued.invitation.public_id,
                actor=Actor.system(),
                now=NOW,
            )
