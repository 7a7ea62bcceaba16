"""Whatever is asked of the API, by whomever: no 5xx, and no answer that OpenAPI does not tell.

Schemathesis makes requests out of the document, good and bad ones, for each caller. What each
makes of the books is rolled back.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.api_throttling import KeyThrottle
from accounts.models import Organisation
from accounts.permissions import Role, Scope, Staff
from config.wsgi import application
from tests.builders.accounts import make_api_key, make_member, make_organisation, make_staff
from tests.builders.sessions import signed_in
from tests.builders.world import make_world

pytestmark = [
    pytest.mark.django_db,
    # Strategies for texts in headers warn about what they cannot make.
    pytest.mark.filterwarnings("ignore"),
]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Sixteen callers ask each of them: some ninety thousand requests.
SOAK_EXAMPLES = 25
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@dataclass(frozen=True)
class Cast:
    """The organisations whose callers ask."""

    tenant: Organisation
    operator: Organisation
    outsider: Organisation


def with_key(organisation: Organisation, *scopes: Scope) -> dict[str, str]:
    text = make_api_key(organisation=organisation, scopes=scopes or tuple(Scope)).text
    return {"Authorization": f"Bearer {text}"}


def with_session(user) -> dict[str, str]:
    cookies = signed_in(user).cookies
    return {"Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())}


def everybody(cast: Cast) -> dict[str, dict[str, str]]:
    """Return what each caller shows."""
    callers = {
        "tenant": with_key(cast.tenant),
        "operator": with_key(cast.operator),
        "outsider": with_key(cast.outsider),
        "weak key": with_key(cast.tenant, Scope.MARKETPLACE_READ),
        "nobody": {},
        "unknown key": {"Authorization": "Bearer sk_000000000000_" + "a" * 43},
    }
    for role in Role:
        member = make_member(organisation=cast.tenant, role=role)
        callers[f"member {role}"] = with_session(member)
    for staff in Staff:
        callers[f"staff {staff}"] = with_session(make_staff(role=staff))
    return callers


@pytest.fixture
def same_connection() -> Iterator[None]:
    """Let requests leave the test's connection open, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def cast(monkeypatch, same_connection) -> Cast:
    del same_connection
    unlimited = dict.fromkeys(KeyThrottle.THROTTLE_RATES)
    monkeypatch.setattr(KeyThrottle, "THROTTLE_RATES", unlimited)
    world = make_world()
    return Cast(world.alpha, world.centre.operator, make_organisation())


def ask_everything(callers: dict[str, dict[str, str]], *, examples: int) -> Counter[int]:
    """Ask each operation well-formed and malformed questions as everybody; count the answers."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema", application)
    answers: Counter[int] = Counter()
    operations: Any = schema.get_all_operations()
    for found in operations:
        for mode in MODES:
            try:
                ask(found.ok(), callers, answers, mode=mode, examples=examples)
            except Unsatisfiable:
                # What anybody may read and that takes nothing cannot be asked wrongly.
                assert mode is GenerationMode.NEGATIVE
                assert {} in found.ok().definition.raw["security"]
    return answers


def ask(operation, callers, answers: Counter[int], *, mode: GenerationMode, examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=examples < SOAK_EXAMPLES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def question(case) -> None:
        for caller, headers in callers.items():
            response = case.call(headers=headers)
            answers[response.status_code] += 1
            assert response.status_code < 500, caller
            case.validate_response(response, checks=CHECKS)

    question()


def test_no_answer_is_a_fault_or_untold(cast: Cast) -> None:
    callers = everybody(cast)

    answers = ask_everything(callers, examples=2)

    # Everything was tried: what gets through, and each kind of refusal.
    assert {200, 201, 401, 403, 404, 422} <= set(answers)
    assert answers.total() >= 24 * len(callers)


@pytest.mark.soak
def test_no_answer_is_a_fault_or_untold_at_length(cast: Cast) -> None:
    callers = everybody(cast)

    # pytest keeps all that is logged, and this is a million lines.
    logging.disable(logging.WARNING)
    try:
        answers = ask_everything(callers, examples=SOAK_EXAMPLES)
    finally:
        logging.disable(logging.NOTSET)

    assert answers.total() >= 24 * SOAK_EXAMPLES * len(callers)
