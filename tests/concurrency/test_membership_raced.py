"""An organisation never loses its last owner, and an invitation is answered once: raced."""

from __future__ import annotations

from functools import partial

import pytest

from accounts.invitations.mailing import send_waiting
from accounts.invitations.operations import InvitationNotFound, accept_invitation, revoke_invitation
from accounts.membership.operations import LastOwner, end_membership
from accounts.models import Invitation, Membership
from accounts.permissions import Role
from kernel.audit import Actor
from tests.builders.accounts import NOW, make_invitation, make_member, make_organisation, make_user
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [10, pytest.param(250, marks=pytest.mark.soak)]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_all_owners_leave_at_once(rounds):
    organisations = []

    def make_works(_: int):
        organisation = make_organisation()
        organisations.append(organisation.pk)
        owners = [make_member(organisation=organisation) for _ in range(3)]
        return [
            partial(
                end_membership,
                user_id=owner.pk,
                organisation_id=organisation.pk,
                role=Role.OWNER,
                now=NOW,
            )
            for owner in owners
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for organisation_id, outcomes in zip(organisations, race.rounds, strict=True):
        assert sum(isinstance(outcome, LastOwner) for outcome in outcomes) == 1
        left = Membership.objects.filter(organisation_id=organisation_id, ended_at__isnull=True)
        assert left.count() == 1
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_senders_send_an_invitation_once(rounds):
    sent: list[object] = []

    def make_works(_: int):
        make_invitation(now=NOW)
        make_invitation(now=NOW)
        send = partial(send_waiting, send=sent.append, clock=lambda: NOW)
        return [send, send, send]

    race = run_race(rounds=rounds, make_works=make_works)

    assert [sum(outcomes) for outcomes in race.rounds] == [2] * rounds
    assert len({mail.invitation_id for mail in sent}) == len(sent) == 2 * rounds
    assert set(Invitation.objects.values_list("mail_state", "mail_attempts")) == {("sent", 1)}


@pytest.mark.parametrize("rounds", ROUNDS)
def test_accepting_twice_while_it_is_taken_back(rounds):
    members = []

    def make_works(_: int):
        user = make_user()
        issued = make_invitation(email=user.email, now=NOW)
        members.append((user.pk, issued.invitation.organisation_id))
        accept = partial(
            accept_invitation,
            invitation_id=issued.invitation.public_id,
            user_id=user.pk,
            now=NOW,
        )
        take_back = partial(
            revoke_invitation,
            organisation_id=issued.invitation.organisation_id,
            invitation_id=issued.invitation.public_id,
            actor=Actor.system(),
            now=NOW,
        )
        return [accept, accept, take_back]

    race = run_race(rounds=rounds, make_works=make_works)

    for (user_id, organisation_id), outcomes in zip(members, race.rounds, strict=True):
        assert sum(isinstance(outcome, InvitationNotFound) for outcome in outcomes) == 2
        accepted = sum(isinstance(outcome, Membership) for outcome in outcomes)
        given = Membership.objects.filter(user_id=user_id, organisation_id=organisation_id)
        assert given.count() == accepted
    race.assert_they_met()
