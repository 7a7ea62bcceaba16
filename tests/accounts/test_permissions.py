"""Who may enter: nothing is granted that is not said."""

from __future__ import annotations

from itertools import product

import pytest

from accounts.permissions import ANY_MEMBER, Caller, Role, Rule, Scope, Staff, may_enter

KEY = Caller(organisation_id=1, api_key_id=2, scopes=frozenset({Scope.USAGE_WRITE}))
OWNER = Caller(organisation_id=1, user_id=3, roles=frozenset({Role.OWNER}))
AUDITOR = Caller(user_id=4, staff_roles=frozenset({Staff.AUDITOR}))
NOBODY = Caller()


@pytest.mark.parametrize("caller", [KEY, OWNER, AUDITOR, NOBODY])
def test_a_rule_that_says_nothing_lets_nobody_in(caller):
    assert not may_enter(caller=caller, rule=Rule())


def test_a_key_enters_by_scope_and_never_by_role():
    assert may_enter(caller=KEY, rule=Rule(required_scope=Scope.USAGE_WRITE))
    assert not may_enter(caller=KEY, rule=Rule(required_scope=Scope.USAGE_READ))
    assert not may_enter(caller=KEY, rule=Rule(allowed_roles=ANY_MEMBER))


def test_a_person_enters_by_role_and_never_by_scope():
    assert may_enter(caller=OWNER, rule=Rule(allowed_roles={Role.OWNER}))
    assert not may_enter(caller=OWNER, rule=Rule(required_scope=Scope.USAGE_WRITE))
    assert may_enter(caller=AUDITOR, rule=Rule(allowed_staff_roles={Staff.AUDITOR}))
    assert not may_enter(caller=AUDITOR, rule=Rule(allowed_roles=ANY_MEMBER))


@pytest.mark.parametrize(("held", "asked"), list(product(Role, Role)))
def test_a_role_opens_its_own_door_only(held, asked):
    caller = Caller(organisation_id=1, user_id=3, roles=frozenset({held}))
    assert may_enter(caller=caller, rule=Rule(allowed_roles={asked})) is (held is asked)


@pytest.mark.parametrize(("held", "asked"), list(product(Staff, Staff)))
def test_a_staff_role_opens_its_own_door_only(held, asked):
    caller = Caller(user_id=3, staff_roles=frozenset({held}))
    assert may_enter(caller=caller, rule=Rule(allowed_staff_roles={asked})) is (held is asked)


def test_finance_of_a_member_is_not_finance_of_the_exchange():
    member = Caller(organisation_id=1, user_id=3, roles=frozenset({Role.FINANCE}))
    assert not may_enter(caller=member, rule=Rule(allowed_staff_roles={Staff.FINANCE}))
