"""Charges as their tenant reads them."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import PageQuestion, asked, own_organisation
from accounts.api_paging import (
    CursorMalformed,
    encoded,
    page,
    page_of,
    read_cursor,
    small_number_of,
)
from accounts.api_problems import MALFORMED, REFUSED
from accounts.api_throttling import ReadingThrottle
from accounts.permissions import Role, Rule, Scope
from compute_billing.api import names
from compute_billing.api.fields import (
    CardSecondsField,
    CardTimeBody,
    MoneyBody,
    MoneyField,
    MonthField,
    card_time,
    money,
)
from compute_billing.audit import charges
from compute_billing.audit.charges import Charge, ChargeFilter, ChargeKey

BILLING_READERS: Final = Rule(
    required_scope=Scope.BILLING_READ,
    allowed_roles={Role.OWNER, Role.FINANCE, Role.VIEWER},
)
CURRENCY_UNIT: Final = "CNY"
PAYER_KINDS: Final = ("in_kind", "promotion", "award", "paid", "credit", "arrears")


class ChargeQuestion(PageQuestion):
    """Which charges."""

    booked_month = MonthField(required=False, help_text="The month whose bill they stand on.")
    usage_month = MonthField(required=False, help_text="The month of the use.")
    project = serializers.CharField(required=False, max_length=64)
    card_type = serializers.CharField(required=False, max_length=64)


class ValueShown(serializers.Serializer[Any]):
    """A value in its unit: money, or card time; the other one is null."""

    amount = serializers.SerializerMethodField()
    card_time = serializers.SerializerMethodField()

    @extend_schema_field(MoneyBody(allow_null=True))
    def get_amount(self, row: Any) -> dict[str, str] | None:
        """Return the money, if it is money."""
        return money(row.amount) if row.unit == CURRENCY_UNIT else None

    @extend_schema_field(CardTimeBody(allow_null=True))
    def get_card_time(self, row: Any) -> dict[str, str] | None:
        """Return the card time, if it is card time."""
        return None if row.unit == CURRENCY_UNIT else card_time(row.amount, unit=row.unit)


class PostingShown(ValueShown):
    """The movement in the books that carries a share, together with its like."""

    posted_at = serializers.DateTimeField()
    from_account = serializers.CharField(source="from_kind", help_text="Its kind.")
    to_account = serializers.CharField(source="to_kind", help_text="Its kind.")


class ShareShown(ValueShown):
    """What one payer bears of a charge."""

    payer_kind = serializers.ChoiceField(PAYER_KINDS)
    payer = serializers.CharField(
        allow_blank=True, help_text="The reference of the lot or award, or the cause of arrears."
    )
    posting = PostingShown(
        allow_null=True, help_text="Null for a share of zero, of an award that is used up."
    )


class ChargeKeyShown(serializers.Serializer[Any]):
    """How a charge is known: by its usage record, segment and revision."""

    record = serializers.SerializerMethodField(help_text="The id of its usage record.")
    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField()
    segment_no = serializers.IntegerField()
    revision = serializers.IntegerField()

    def get_record(self, charge: Charge | ChargeKey) -> str:
        """Return the name of the record in addresses."""
        return names.record_id(source=charge.source, external_id=charge.external_id)


class ChargeShown(ChargeKeyShown):
    """The price of a segment of a usage record; gross = discount + programme + tenant."""

    cause = serializers.CharField(help_text="usage, reversal, rerate, respread or recharge.")
    reverses = ChargeKeyShown(allow_null=True, help_text="The charge that is taken back.")
    usage_month = MonthField()
    booked_month = MonthField(help_text="The month whose bill it stands on.")
    segment_start = serializers.DateTimeField()
    segment_end = serializers.DateTimeField()
    charged_at = serializers.DateTimeField()
    project = serializers.CharField(allow_null=True)
    issuer = serializers.CharField()
    price_list = serializers.CharField()
    card_type = serializers.CharField()
    band = serializers.CharField()
    unit_price = MoneyField(
        source="unit_price_micro", allow_null=True, help_text="A card-hour; null: tiers say it."
    )
    quantity_card_seconds = CardSecondsField(source="quantity")
    in_kind_card_seconds = CardSecondsField(source="quantity_in_kind")
    gross = MoneyField()
    discount = MoneyField()
    programme = MoneyField()
    tenant = MoneyField()


class ExplainedChargeShown(ChargeShown):
    """A charge with who bears it."""

    shares = ShareShown(many=True)


class Charges(APIView):
    """What usage was charged."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="charges_list",
        summary="Charges of the own organisation",
        parameters=[ChargeQuestion],
        responses={200: page_of(ChargeShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of the charges in the order in which they were made."""
        question = asked(request, ChargeQuestion)
        limit, after = question.pop("limit"), _after(question.pop("cursor", None))
        try:
            found = charges.charge_page(
                tenant_id=own_organisation(request),
                wanted=ChargeFilter(**question),
                after=after,
                limit=limit + 1,
            )
        except charges.UnknownCharge as error:
            raise CursorMalformed from error
        return page(found, limit=limit, shown=ChargeShown, cursor=_cursor)


def _cursor(charge: Charge) -> str:
    key = charge.key
    return encoded(key.source, key.external_id, str(key.segment_no), str(key.revision))


def _after(cursor: str | None) -> ChargeKey | None:
    if cursor is None:
        return None
    source, external_id, segment_no, revision = read_cursor(cursor, parts=4)
    return ChargeKey(
        source=source,
        external_id=external_id,
        segment_no=small_number_of(segment_no),
        revision=small_number_of(revision),
    )
