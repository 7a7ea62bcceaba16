"""Bank accounts, imported statements and their lines: an operator's own, or any for staff."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import asked
from accounts.api_paging import (
    CursorMalformed,
    encoded,
    page,
    page_of,
    read_cursor,
    small_number_of,
    uuid_of,
)
from accounts.api_problems import MALFORMED, NOT_FOUND, REFUSED
from accounts.api_throttling import ReadingThrottle
from accounts.permissions import Role, Rule, Scope, Staff
from compute_billing.api.fields import FenField
from compute_billing.api.operators import (
    OperatorPageQuestion,
    OperatorQuestion,
    operator_or_all,
)
from compute_billing.bank import listing, queries
from compute_billing.bank.listing import LinePageFilter, LineShown, LineState, StatementShown
from compute_billing.bank.queries import AccountLine

CASH_READERS: Final = Rule(
    required_scope=Scope.BILLING_READ,
    allowed_roles={Role.OWNER, Role.FINANCE, Role.VIEWER},
    allowed_staff_roles={Staff.FINANCE, Staff.AUDITOR},
)
MATCHES: Final = ("exact", "partial", "repeated", "unknown", "outgoing")


class BankLineQuestion(OperatorPageQuestion):
    """Which lines."""

    account = serializers.CharField(required=False, max_length=64, help_text="Its number.")
    state = serializers.ChoiceField([state.value for state in LineState], required=False)
    match = serializers.ChoiceField(MATCHES, required=False)
    text = serializers.CharField(
        required=False, max_length=100, help_text="In the payer's name or the remark."
    )
    booked_from = serializers.DateField(required=False)
    booked_until = serializers.DateField(required=False, help_text="Not included.")


class BankStatementQuestion(OperatorPageQuestion):
    """Which statements."""

    account = serializers.CharField(required=False, max_length=64, help_text="Its number.")


class BankAccountBody(serializers.Serializer[AccountLine]):
    """An account that tenants remit to, and how much of what came in waits for a decision."""

    id = serializers.UUIDField(source="public_id")
    operator = serializers.CharField(source="operator_code")
    bank = serializers.CharField()
    holder = serializers.CharField()
    number = serializers.CharField()
    waiting_lines = serializers.IntegerField(source="waiting")
    waiting_amount = FenField(source="waiting_fen")


class BankProposalBody(serializers.Serializer[listing.ProposalLine]):
    """What one person proposed and another has not decided."""

    fate = serializers.ChoiceField(["credit", "aside"])
    tenant = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    made_at = serializers.DateTimeField()


class BankLineBody(serializers.Serializer[LineShown]):
    """A movement on a bank account, and what became of it."""

    id = serializers.UUIDField(source="public_id")
    account = serializers.CharField(help_text="Its number.")
    statement = serializers.UUIDField(help_text="The file that told of it first.")
    position = serializers.IntegerField(help_text="Its line in the file, from 1.")
    booked_on = serializers.DateField(help_text="By the bank.")
    amount = FenField(source="amount_fen")
    balance = FenField(source="balance_fen", allow_null=True)
    payer_name = serializers.CharField()
    payer_account = serializers.CharField()
    remark = serializers.CharField()
    match = serializers.ChoiceField(
        MATCHES, help_text="exact: the code and its holder's name; partial: one of them."
    )
    state = serializers.ChoiceField([state.value for state in LineState])
    tenant = serializers.CharField(
        allow_null=True, help_text="Whose it was decided to be, else whose it seems to be."
    )
    reason = serializers.CharField(help_text="Of the decision; empty where the code decided.")
    decided_at = serializers.DateTimeField(allow_null=True)
    proposal = BankProposalBody(allow_null=True)


class BankStatementBody(serializers.Serializer[StatementShown]):
    """A file that was imported."""

    id = serializers.UUIDField(source="public_id")
    account = serializers.CharField(help_text="Its number.")
    file_name = serializers.CharField()
    sha256 = serializers.CharField()
    lines = serializers.IntegerField()
    new_lines = serializers.IntegerField(help_text="Those that no file before had told of.")
    refused_lines = serializers.IntegerField(help_text="Those that could not be read.")
    imported_at = serializers.DateTimeField()


class BankRefusalBody(serializers.Serializer[Any]):
    """A line of a file that could not be read."""

    position = serializers.IntegerField()
    reason = serializers.CharField()
    text = serializers.CharField()


class BankAccounts(APIView):
    """Bank accounts of an operator, or of all for staff."""

    access_by_method: ClassVar = {"GET": CASH_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="bank_accounts_list",
        summary="Bank accounts, and what waits on each",
        parameters=[OperatorPageQuestion],
        responses={200: page_of(BankAccountBody), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of accounts by number; an operator has few."""
        question = asked(request, OperatorPageQuestion)
        accounts = queries.accounts(operator_id=operator_or_all(request, question))
        found = sorted(accounts, key=lambda account: account.number)
        if "cursor" in question:
            (last,) = read_cursor(question["cursor"], parts=1)
            found = [account for account in found if account.number > last]
        return page(
            found[: question["limit"] + 1],
            limit=question["limit"],
            shown=BankAccountBody,
            cursor=lambda account: encoded(account.number),
        )


class BankLines(APIView):
    """Lines of bank statements."""

    access_by_method: ClassVar = {"GET": CASH_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="bank_lines_list",
        summary="Lines of bank statements, and what became of each",
        parameters=[BankLineQuestion],
        responses={200: page_of(BankLineBody), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of lines, those booked last first; `state=waiting` wait for a person."""
        question = asked(request, BankLineQuestion)
        cursor = question.get("cursor")
        try:
            found = listing.line_page(
                wanted=_wanted(question, operator_id=operator_or_all(request, question)),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except listing.UnknownBankLine as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=BankLineBody,
            cursor=lambda line: encoded(str(line.public_id)),
        )


def _wanted(question: dict[str, Any], *, operator_id: int | None) -> LinePageFilter:
    state = question.get("state")
    names = ("account", "match", "text", "booked_from", "booked_until")
    return LinePageFilter(
        operator_id=operator_id,
        state=None if state is None else LineState(state),
        **{name: question.get(name) for name in names},
    )


class BankLineDetail(APIView):
    """A line of a bank statement."""

    access_by_method: ClassVar = {"GET": CASH_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="bank_line_retrieve",
        summary="A line of a bank statement",
        parameters=[OperatorQuestion],
        responses={200: BankLineBody, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, line_id: UUID) -> Response:
        """Return it, decided or not."""
        operator_id = operator_or_all(request, asked(request, OperatorQuestion))
        return Response(
            BankLineBody(listing.line_of(operator_id=operator_id, public_id=line_id)).data
        )


class BankStatements(APIView):
    """Files of banks that were imported."""

    access_by_method: ClassVar = {"GET": CASH_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="bank_statements_list",
        summary="Imported bank statements",
        parameters=[BankStatementQuestion],
        responses={200: page_of(BankStatementBody), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of files, the newest first."""
        question = asked(request, BankStatementQuestion)
        cursor = question.get("cursor")
        try:
            found = listing.statement_page(
                operator_id=operator_or_all(request, question),
                account=question.get("account"),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except listing.UnknownBankStatement as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=BankStatementBody,
            cursor=lambda statement: encoded(str(statement.public_id)),
        )


class BankRefusals(APIView):
    """What of a file could not be read."""

    access_by_method: ClassVar = {"GET": CASH_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="bank_refusals_list",
        summary="Lines of a bank statement that could not be read, and why",
        parameters=[OperatorPageQuestion],
        responses={200: page_of(BankRefusalBody), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, statement_id: UUID) -> Response:
        """Return a page of them by position."""
        question = asked(request, OperatorPageQuestion)
        cursor = question.get("cursor")
        found = listing.refusal_page(
            operator_id=operator_or_all(request, question),
            statement_id=statement_id,
            after=small_number_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            found,
            limit=question["limit"],
            shown=BankRefusalBody,
            cursor=lambda line: encoded(str(line.position)),
        )
