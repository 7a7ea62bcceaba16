"""What happens is told with its effect: each producer of events, and their values."""

from __future__ import annotations

import contextlib
from typing import Any
from uuid import uuid4

import pytest

from accounts.events.operations import emit
from accounts.events.vocabulary import EVENTS, EventKind, KeyCreated, MemberAdded
from accounts.keys import operations as keys
from accounts.operations import UnableToCreateUser
from accounts.permissions import Caller, Role, Scope
from kernel.audit import PersonalDataInAudit
from kernel.models import OutboxEvent
from kernel.transactions import MissingTransaction, transaction
from tests.builders.accounts import NOW, make_member, make_organisation, make_user
from tests.builders.world import make_world

pytestmark = pytest.mark.django_db


def told(organisation) -> list[tuple[str, dict]]:
    rows = OutboxEvent.objects.filter(organisation_id=organisation.pk).order_by("id")
    return list(rows.values_list("kind", "payload"))


def test_keys_tell_their_life():
    organisation = make_organisation()
    own: dict[str, Any] = {"caller": Caller(user_id=make_user().pk, roles=frozenset({Role.OWNER}))}
    own |= {"organisation_id": organisation.pk, "now": NOW}
    first = keys.create_key(**own, name="ci", scopes=[Scope.USAGE_READ], expires_at=None).api_key
    second = keys.rotate_key(**own, public_id=first.public_id).api_key
    keys.revoke_key(**own, public_id=first.public_id)
    keys.revoke_key(**own, public_id=first.public_id)

    assert told(organisation) == [
        ("key.created", {"key": str(first.public_id), "prefix": first.prefix}),
        (
            "key.rotated",
            {
                "key": str(second.public_id),
                "prefix": second.prefix,
                "replaces": str(first.public_id),
            },
        ),
        ("key.revoked", {"key": str(first.public_id), "prefix": first.prefix}),
    ]


def test_members_are_told_by_number():
    organisation = make_organisation()
    member = make_member(organisation=organisation, role=Role.FINANCE)

    assert told(organisation) == [
        (
            "member.added",
            {"member": str(member.public_id), "role": "finance"},
        )
    ]


def test_a_settled_month_tells_tenants_and_operators():
    # given the month of the small world, closed and settled
    world = make_world()
    kinds = [kind for kind, _ in told(world.alpha)]
    # then the tenant heard of its subsidy, its bill, its payments and the settlement, and of the
    # award and claim of what it used after it
    assert [kind for kind in kinds if kind != "member.added"] == [
        "award.approved",
        "award.approved",
        "invoice.issued",
        "payment.received",
        "payment.received",
        "month.settled",
        "award.approved",
        "claim.made",
    ]
    by_kind = dict(told(world.alpha))
    bill, settled = by_kind["invoice.issued"], by_kind["month.settled"]
    assert (bill["month"], settled["month"], settled["invoice"]) == (
        "2026-09",
        "2026-09",
        bill["invoice"],
    )
    assert bill["total"]["currency"] == "CNY"
    # and the operator of its claim and its statement, in this order
    heard = [kind for kind, _ in told(world.centre.operator)]
    assert [kind for kind in heard if kind.startswith(("claim", "statement"))] == [
        "claim.made",
        "statement.issued",
        "claim.submitted",
        "claim.paid",
    ]


def fail() -> None:
    raise UnableToCreateUser("taken")


def test_what_does_not_happen_is_not_told():
    organisation = make_organisation()
    event = KeyCreated(key=uuid4(), prefix="4f1c09a2b7de")
    with pytest.raises(MissingTransaction):
        emit(event, organisation_id=organisation.pk, now=NOW)
    with contextlib.suppress(UnableToCreateUser), transaction():
        emit(event, organisation_id=organisation.pk, now=NOW)
        fail()

    assert told(organisation) == []


def test_personal_data_is_refused():
    with pytest.raises(PersonalDataInAudit), transaction():
        emit(MemberAdded(member=uuid4(), role="li.wei@example.com"), organisation_id=1, now=NOW)


def test_every_kind_has_an_event_of_its_name():
    assert set(EVENTS) == set(EventKind)
    assert all(event.kind == kind for kind, event in EVENTS.items())
