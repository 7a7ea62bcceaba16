"""Programmes and their versions: what is in force, for whoever asks; what waits, for staff."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import PageQuestion, Question, asked
from accounts.api_paging import encoded, page, page_of, read_cursor, small_number_of
from accounts.api_problems import MALFORMED, NOT_FOUND, REFUSED
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.permissions import ANY_MEMBER, ANY_STAFF, Rule, Scope, Staff
from compute_billing.programmes import queries
from compute_billing.programmes.queries import KnownProgramme
from compute_billing.programmes.readiness import assumptions_of
from compute_billing.programmes.states import VersionState
from compute_billing.subsidies.rules.documents import OpenPart, unset_parts
from kernel.canonical import canonical_json
from kernel.clock import utc_now

PROGRAMME_READERS: Final = Rule(
    required_scope=Scope.CATALOGUE_READ, allowed_roles=ANY_MEMBER, allowed_staff_roles=ANY_STAFF
)
# Who reads what is proposed and nobody has decided.
DESK: Final = {Staff.SUBSIDY_OFFICER, Staff.SUBSIDY_APPROVER, Staff.FINANCE, Staff.AUDITOR}


STATES: Final = [state.value for state in VersionState]


class ProgrammePartShown(serializers.Serializer[Any]):
    """A part on which the text is silent; `assumed` is null while nothing is."""

    path = serializers.CharField()
    text_needed = serializers.CharField(source="unset")
    assumed = serializers.CharField(allow_null=True, help_text="JSON.")
    because = serializers.CharField(allow_blank=True)


class ProgrammeShown(serializers.Serializer[Any]):
    """A published programme, and which version of it is in force here."""

    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    jurisdiction = serializers.CharField()
    region = serializers.CharField(help_text="GB/T 2260.")
    level = serializers.CharField()
    authority = serializers.CharField()
    mode = serializers.CharField()
    source_title = serializers.CharField()
    version = serializers.IntegerField(
        allow_null=True, help_text="null: none is in force, and nothing is granted from it."
    )
    since = serializers.DateTimeField(allow_null=True)


class ProgrammeDetailShown(ProgrammeShown):
    """The same, with what it says."""

    missing = ProgrammePartShown(many=True, help_text="Which official texts are needed.")
    assumptions = ProgrammePartShown(many=True)
    document = serializers.DictField(help_text="What is in force, else what was published.")


class ProgrammeDifferenceShown(serializers.Serializer[Any]):
    """A place at which a version differs from the one before; null: nothing is there."""

    path = serializers.CharField()
    before = serializers.CharField(allow_null=True, help_text="JSON.")
    after = serializers.CharField(allow_null=True, help_text="JSON.")


class ProgrammeVersionShown(serializers.Serializer[Any]):
    """A version of a programme, and what became of it."""

    code = serializers.CharField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(STATES)
    sha256 = serializers.CharField()
    evaluator = serializers.IntegerField()
    origin = serializers.ChoiceField(["library", "officer"])
    reason = serializers.CharField()
    made_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    decision_reason = serializers.CharField(allow_blank=True)
    in_force_from = serializers.DateTimeField(allow_null=True)
    in_force_until = serializers.DateTimeField(allow_null=True, help_text="Not included.")
    ended_because = serializers.CharField(allow_blank=True)


class ProgrammeVersionDetailShown(ProgrammeVersionShown):
    """The same, with its document."""

    missing = ProgrammePartShown(many=True)
    assumptions = ProgrammePartShown(many=True)
    differences = ProgrammeDifferenceShown(
        many=True, help_text="To the version proposed before it."
    )
    document = serializers.DictField()


def _parts(parts: tuple[OpenPart, ...]) -> list[dict[str, Any]]:
    return [{**msgspec.to_builtins(part), "assumed": _json(part.assumed)} for part in parts]


def _json(value: object) -> str | None:
    """Return a value of a document as its one text; None where nothing is."""
    return None if value is None else canonical_json(value).decode()


def _programme(known: KnownProgramme) -> dict[str, Any]:
    document = known.document
    return {
        "code": document.code,
        "name": document.names.zh,
        "name_en": document.names.en,
        "jurisdiction": document.jurisdiction.name,
        "region": document.jurisdiction.region,
        "level": document.jurisdiction.level,
        "authority": document.authority,
        "mode": document.mode.value,
        "source_title": document.source.title,
        "version": None if known.version is None else known.version.number,
        "since": known.since,
    }


def _version(version: Any) -> dict[str, Any]:
    decision, term = getattr(version, "decision", None), getattr(version, "term", None)
    return {
        "code": version.code,
        "number": version.number,
        "state": queries.state_of_version(version).value,
        "sha256": version.sha256,
        "evaluator": version.evaluator,
        "origin": version.origin,
        "reason": version.reason,
        "made_at": version.made_at,
        "decided_at": None if decision is None else decision.decided_at,
        "decision_reason": "" if decision is None else decision.reason,
        "in_force_from": None if term is None else term.starts_at,
        "in_force_until": None if term is None else term.ends_at,
        "ended_because": "" if term is None else term.ended_because,
    }


def _is_public(request: Request) -> bool:
    """Say whether the caller reads only what is, or was, in force."""
    return caller_of(request).staff_roles.isdisjoint(DESK)


class Programmes(APIView):
    """Every programme that is in force or was published."""

    access_by_method: ClassVar = {"GET": PROGRAMME_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="programmes_list",
        summary="Subsidy programmes, and which version of each is in force",
        parameters=[PageQuestion],
        responses={200: page_of(ProgrammeShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of them by code."""
        question = asked(request, PageQuestion)
        cursor = question.get("cursor")
        after = read_cursor(cursor, parts=1)[0] if cursor else ""
        found = [
            _programme(known)
            for known in queries.known_programmes(at=utc_now())
            if known.document.code > after
        ]
        return page(
            found[: question["limit"] + 1],
            limit=question["limit"],
            shown=ProgrammeShown,
            cursor=lambda programme: encoded(programme["code"]),
        )


class Programme(APIView):
    """A programme."""

    access_by_method: ClassVar = {"GET": PROGRAMME_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="programme_retrieve",
        summary="A subsidy programme: what it says, what is assumed, which text is missing",
        responses={200: ProgrammeDetailShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, code: str) -> Response:
        """Return it."""
        asked(request, Question)
        known = queries.known_programme(code=code, at=utc_now())
        told = {
            **_programme(known),
            "missing": _parts(unset_parts(known.document)),
            "assumptions": _parts(assumptions_of(known.document)),
            "document": msgspec.to_builtins(known.document),
        }
        return Response(ProgrammeDetailShown(told).data)


class ProgrammeVersions(APIView):
    """The versions of a programme."""

    access_by_method: ClassVar = {"GET": PROGRAMME_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="programme_versions_list",
        summary="Versions of a programme, the newest first; staff see those that wait as well",
        parameters=[PageQuestion],
        responses={200: page_of(ProgrammeVersionShown), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, code: str) -> Response:
        """Return a page of them."""
        question = asked(request, PageQuestion)
        cursor = question.get("cursor")
        queries.refuse_unknown_code(code=code)
        found = queries.versions(
            code=code,
            is_public=_is_public(request),
            below=small_number_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            [_version(version) for version in found],
            limit=question["limit"],
            shown=ProgrammeVersionShown,
            cursor=lambda version: encoded(str(version["number"])),
        )


class ProgrammeVersionDetail(APIView):
    """A version of a programme."""

    access_by_method: ClassVar = {"GET": PROGRAMME_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="programme_version_retrieve",
        summary="A version of a programme, with its document and what it changed",
        responses={200: ProgrammeVersionDetailShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, code: str, number: int) -> Response:
        """Return it."""
        asked(request, Question)
        version = queries.version_by_number(code=code, number=number, is_public=_is_public(request))
        document = queries.document_of(version)
        told = {
            **_version(version),
            "missing": _parts(unset_parts(document)),
            "assumptions": _parts(assumptions_of(document)),
            "differences": [
                {"path": one.path, "before": _json(one.before), "after": _json(one.after)}
                for one in queries.differences_to_the_one_before(version)
            ],
            "document": msgspec.to_builtins(document),
        }
        return Response(ProgrammeVersionDetailShown(told).data)
