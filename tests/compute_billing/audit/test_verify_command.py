"""`verify_books` tells every law with its verdict, and its exit code is honest."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.utils import translation

from compute_billing.audit import queries
from compute_billing.audit.laws import LAWS
from tests.builders.world import World
from tests.compute_billing.audit.break_books import balance_is_changed
from tests.compute_billing.audit.test_laws import triggers_off

pytestmark = pytest.mark.django_db


def test_kept_laws_are_told_and_the_exit_is_zero(world: World) -> None:
    out, told = io.StringIO(), io.StringIO()

    call_command("verify_books", "--json", stdout=out, stderr=told)

    assert out.getvalue().count("\n") == 1
    document = json.loads(out.getvalue())
    assert (document["holds"], document["full"]) == (True, False)
    assert [law["law"] for law in document["laws"]] == [law.name for law in LAWS]
    assert {law["verdict"] for law in document["laws"]} == {"holds"}
    assert all(law["offenders"] == [] for law in document["laws"])
    assert all(law["seconds"].replace(".", "").isdigit() for law in document["laws"])
    assert len(told.getvalue().splitlines()) == len(LAWS)


def test_a_broken_law_is_told_with_its_keys_and_the_exit_is_one(world: World) -> None:
    with triggers_off():
        (keys,) = balance_is_changed()
    out = io.StringIO()

    with pytest.raises(SystemExit) as left:
        call_command("verify_books", "--full", "--json", stdout=out, stderr=io.StringIO())

    assert left.value.code == 1
    document = json.loads(out.getvalue())
    broken = [law for law in document["laws"] if law["verdict"] == "broken"]
    assert (document["holds"], document["full"], len(broken)) == (False, True, 1)
    assert broken[0]["law"] == "balance_is_sum_of_postings"
    assert broken[0]["offenders"][0]["account_id"] == keys["account_id"]


def test_one_law_may_be_asked_in_either_language(world: World) -> None:
    told = {}
    for language in ("zh-hans", "en"):
        out = io.StringIO()
        with translation.override(language):
            call_command("verify_books", "--law", "four_eyes", stdout=out, stderr=io.StringIO())
        told[language] = out.getvalue()

    assert "holds   four_eyes: 无人批准自己经手的事项" in told["zh-hans"]
    assert "holds   four_eyes: Nobody approves what he made" in told["en"]
    assert "1 laws, 0 broken" in told["en"]


def test_an_unknown_law_is_refused() -> None:
    with pytest.raises(queries.UnknownLaw):
        queries.law_by_name("no_such_law")


def test_every_law_speaks_both_languages() -> None:
    assert all(law.zh and law.en and law.zh != law.en for law in LAWS)
    assert len({law.name for law in LAWS}) == len(LAWS)
