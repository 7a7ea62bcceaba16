"""Breakers of the laws about versions of programmes."""

from __future__ import annotations

from tests.compute_billing.audit.breakers import Keys, breaks, do, drop_constraint, one

NOW = "timestamptz '2026-10-11 00:00+08'"
CODE = "broken-programme"


def a_version(number: int, *, text: str = "{}") -> int:
    """Write a version of a programme by the first person."""
    return int(
        one(
            "INSERT INTO programmes_version (public_id, code, number, document, sha256, evaluator,"
            " origin, published_sha256, reason, maker_id, made_at) SELECT gen_random_uuid(),"
            " %(code)s, %(number)s, convert_to(%(said)s, 'UTF8'),"
            " encode(sha256(convert_to('{}', 'UTF8')), 'hex'), 1, 'officer', '', 'a test',"
            f" (SELECT min(id) FROM accounts_user), {NOW} RETURNING id",
            code=CODE,
            number=number,
            said=text,
        )
    )


def decided(version_id: int, *, by: str = "max") -> None:
    """Let somebody activate it, the second person unless told otherwise."""
    do(
        "INSERT INTO programmes_version_decision (version_id, maker_id, decision, decider_id,"
        f" reason, decided_at) SELECT id, maker_id, 'activated', (SELECT {by}(id) FROM"
        f" accounts_user), '', {NOW} FROM programmes_version WHERE id = %(id)s",
        id=version_id,
    )


def in_force(version_id: int) -> None:
    """Put it into force."""
    do(
        "INSERT INTO programmes_term (version_id, code, decision, starts_at, ended_because)"
        f" VALUES (%(id)s, '{CODE}', 'activated', {NOW}, '')",
        id=version_id,
    )


@breaks("programmes_in_force_one_at_a_time")
def a_text_was_altered() -> list[Keys]:
    drop_constraint("programmes_version", "programme_version_has_its_hash")
    a_version(1, text='{"rate": 1}')
    return [{"code": CODE, "number": 1, "problem": "the document is not what was hashed"}]


@breaks("programmes_in_force_one_at_a_time")
def a_version_in_force_that_nobody_activated() -> list[Keys]:
    in_force(a_version(1))
    return [{"code": CODE, "number": 1, "problem": "in force without an activation"}]


@breaks("programmes_in_force_one_at_a_time")
def an_activated_version_without_its_term() -> list[Keys]:
    decided(a_version(1))
    return [{"code": CODE, "number": 1, "problem": "activated and never in force"}]


@breaks("programmes_in_force_one_at_a_time")
def two_versions_at_once() -> list[Keys]:
    drop_constraint("programmes_term", "programme_one_version_in_force")
    for number in (1, 2):
        version = a_version(number)
        decided(version)
        in_force(version)
    return [{"code": CODE, "number": 2, "problem": "two versions in force at once"}]


@breaks("four_eyes")
def a_programme_is_activated_by_its_maker() -> list[Keys]:
    drop_constraint("programmes_version_decision", "programme_version_four_eyes")
    version = a_version(1)
    decided(version, by="min")
    in_force(version)
    return [{"decision": "programme", "problem": "the maker activated"}]
