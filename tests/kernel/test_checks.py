"""System checks: UTC, and a serving role that cannot reach the books."""

from __future__ import annotations

import pytest
from django.core.checks import WARNING, run_checks
from django.core.checks.registry import registry

from kernel.checks import check_books_are_out_of_reach, check_clock_is_utc


@pytest.mark.django_db
def test_the_app_role_passes():
    assert check_books_are_out_of_reach(databases=["default"]) == []


def test_the_owner_is_refused_by_name(owner_connection):
    (error,) = check_books_are_out_of_reach(databases=["default"])
    assert error.id == "kernel.E002"
    # of the many it names the first few, by the alphabet
    assert "accounts_verification_decision" in error.msg


def test_local_time_is_refused(settings):
    assert check_clock_is_utc() == []
    settings.TIME_ZONE = "Asia/Shanghai"
    assert [error.id for error in check_clock_is_utc()] == ["kernel.E001"]


def test_both_are_registered():
    always = {check.__name__ for check in registry.get_checks(include_deployment_checks=False)}
    deploying = {check.__name__ for check in registry.get_checks(include_deployment_checks=True)}
    assert {"check_clock_is_utc", "check_working_days_are_known"} <= always
    assert "check_books_are_out_of_reach" in deploying - always
    # a note on holidays that nobody arranged yet is no fault
    faults = [message for message in run_checks() if message.is_serious(WARNING)]
    assert [fault for fault in faults if str(fault.id).startswith("kernel.")] == []
