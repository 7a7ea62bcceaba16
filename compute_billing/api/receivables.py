"""What the own organisation owes, and its account with an operator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation
from accounts.api_problems import MALFORMED, REFUSED
from accounts.api_throttling import ReadingThrottle
from compute_billing.api.charges import BILLING_READERS
from compute_billing.api.fields import MoneyField
from compute_billing.receivables import queries, terms
from compute_billing.receivables.statement import ENTRY_KINDS, SPAN_DAYS_MAX, Statement
from kernel.clock import utc_now

ITEM_KINDS = ("bill", "arrears")


class AgedShown(serializers.Serializer[Any]):
    """What is open by how many days it is overdue."""

    not_due = MoneyField()
    days_1_30 = MoneyField()
    days_31_60 = MoneyField()
    days_61_90 = MoneyField()
    days_over_90 = MoneyField()


class OpenItemShown(serializers.Serializer[Any]):
    """What of a bill was used on credit, or the arrears of a day."""

    kind = serializers.ChoiceField(ITEM_KINDS)
    reference = serializers.CharField(help_text="Number of the bill; day of arrears.")
    bill = serializers.UUIDField(allow_null=True)
    since = serializers.DateField()
    due_on = serializers.DateField()
    amount = MoneyField(help_text="What it asks for, credit notes taken off.")
    open = MoneyField()
    disputed = MoneyField(help_text="Part of `open`; it is not asked for until answered.")
    age = serializers.ChoiceField(terms.BUCKETS)


class ReceivableShown(serializers.Serializer[Any]):
    """What is owed to one operator: owed = open items + unbilled."""

    operator = serializers.CharField()
    operator_name = serializers.CharField()
    owed = MoneyField(help_text="By the books: credit that is used, and arrears.")
    unbilled = MoneyField(
        help_text="On no bill yet; below zero: corrections before their credit note, or on account."
    )
    disputed = MoneyField()
    aged = AgedShown()
    items = OpenItemShown(many=True)


class ReceivablesShown(serializers.Serializer[Any]):
    """What is owed, by operator."""

    as_of = serializers.DateField()
    operators = ReceivableShown(many=True)


class AccountQuestion(Question):
    """With whom, else with each; and which days, else the last thirty."""

    operator = serializers.CharField(max_length=64, required=False)
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Put the usual days where none are named; refuse too many."""
        attrs.setdefault("until", terms.local_day(utc_now()))
        attrs.setdefault("since", attrs["until"] - timedelta(days=30))
        if not 0 <= (attrs["until"] - attrs["since"]).days <= SPAN_DAYS_MAX:
            message = f"From `since` on, and at most {SPAN_DAYS_MAX} days."
            raise serializers.ValidationError({"until": [message]})
        return attrs


class SideShown(serializers.Serializer[Any]):
    """A balance: documents, less use that is on no bill, is the books' balance."""

    balance = MoneyField(help_text="Paid less billed.")
    unbilled = MoneyField()
    ledger = MoneyField(help_text="Money with the operator, less what is owed to it.")


class EntryShown(serializers.Serializer[Any]):
    """A line of an account."""

    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(ENTRY_KINDS)
    reference = serializers.CharField()
    amount = MoneyField(help_text="Changes the balance.")
    allocated = MoneyField(help_text="Went from money to what is owed; changes nothing.")
    balance = MoneyField()


class AccountShown(serializers.Serializer[Any]):
    """The account with one operator."""

    operator = serializers.CharField()
    operator_name = serializers.CharField()
    opening = SideShown()
    entries = EntryShown(many=True)
    closing = SideShown()


class AccountsShown(serializers.Serializer[Any]):
    """Accounts of days, both included; none where there never was any money or bill."""

    since = serializers.DateField()
    until = serializers.DateField()
    accounts = AccountShown(many=True)


class Receivables(APIView):
    """What the own organisation owes."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="receivables_retrieve",
        summary="What is owed, by operator: open items with their due days, aged",
        responses={200: ReceivablesShown, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return it as of today."""
        asked(request, Question)
        today = terms.local_day(utc_now())
        found = queries.receivables_of(tenant_id=own_organisation(request))
        shown = {"as_of": today, "operators": [_told(owed, today=today) for owed in found]}
        return Response(ReceivablesShown(shown).data)


class AccountStatement(APIView):
    """The accounts of the own organisation with operators."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="account_statement_retrieve",
        summary="Statement of account by operator: documents, money, allocations, balances",
        parameters=[AccountQuestion],
        responses={200: AccountsShown, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return them."""
        question = asked(request, AccountQuestion)
        tenant_id, named = own_organisation(request), question.get("operator")
        span = {name: question[name] for name in ("since", "until")}
        found = queries.account_statements(tenant_id=tenant_id, **span)
        accounts = [
            _account(partner, found[partner.pk])
            for partner in queries.partners(tenant_id=tenant_id)
            if named in (None, partner.code) and partner.pk in found
        ]
        return Response(AccountsShown({**span, "accounts": accounts}).data)


def _account(partner: Any, account: Statement) -> dict[str, Any]:
    told = {name: getattr(account, name) for name in ("opening", "entries", "closing")}
    return {"operator": partner.code, "operator_name": partner.name, **told}


def _told(owed: queries.Receivable, *, today: Any) -> dict[str, Any]:
    figures = {
        name: getattr(owed, name)
        for name in ("operator", "operator_name", "owed", "unbilled", "disputed")
    }
    names = ("kind", "reference", "bill", "since", "due_on", "amount", "open", "disputed")
    items = [
        {**{name: getattr(item, name) for name in names}, "age": item.bucket(today=today)}
        for item in owed.items
    ]
    return {**figures, "aged": owed.aged(today=today), "items": items}
