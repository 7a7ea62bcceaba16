"""The demonstration has programmes in force, one that waits, and a library of proposals."""

from __future__ import annotations

import pytest

from accounts.permissions import Staff
from compute_billing.programmes import queries
from demo.programmes import IN_FORCE, WAITING, put_into_force
from tests.builders.accounts import make_staff
from tests.builders.programmes import LATER, NOW

pytestmark = pytest.mark.django_db


def test_a_few_programmes_are_in_force_and_one_waits():
    officer, approver = (
        make_staff(role=role).pk for role in (Staff.SUBSIDY_OFFICER, Staff.SUBSIDY_APPROVER)
    )

    put_into_force(officer_id=officer, approver_id=approver, now=NOW)

    assert [version.code for version in queries.in_force(at=LATER)] == sorted(IN_FORCE)
    assert queries.latest_version(code=WAITING).number == 2
    assert len(queries.waiting_versions(limit=99)) == 27 + 1
