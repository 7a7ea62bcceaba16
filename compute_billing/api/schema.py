"""What the OpenAPI description says of usage, and who may ask."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, problem
from accounts.permissions import Role, Rule, Scope, Staff

IMPORT_ACCESS: Final = {
    "GET": Rule(
        required_scope=Scope.USAGE_READ,
        allowed_roles={Role.OWNER, Role.DEVELOPER},
        allowed_staff_roles={Staff.OPERATOR},
    )
}

RECORDS_EXAMPLE: Final[dict[str, Any]] = {
    "records": [
        {
            "external_id": "job-1001",
            "account": "qinglan",
            "cards": "8",
            "card_type": "910B2",
            "started_at": "2026-10-05T09:00:00+08:00",
            "ended_at": "2026-10-05T11:30:00+08:00",
        },
        {
            "external_id": "job-1002",
            "account": "qinglan",
            "cards": "0",
            "started_at": "2026-10-05T09:00:00+08:00",
            "ended_at": "2026-10-05T11:30:00+08:00",
        },
    ]
}
STATUS_EXAMPLE: Final[dict[str, Any]] = {
    "import_id": "019a4c1e-7b1f-7c55-8f8b-1d2f0a6f3c10",
    "accepted": 1,
    "duplicate": 0,
    "conflict": 0,
    "rejected": 1,
    "records": [
        {"position": 1, "external_id": "job-1001", "status": "accepted"},
        {
            "position": 2,
            "external_id": "job-1002",
            "status": "rejected",
            "reason": "zero_cards",
            "field": "cards",
            "message": "no card was in use",
        },
    ],
}


class UsageFields(serializers.Serializer[Any]):
    """What a record says of the use; only described here, the metering room reads it."""

    cards = serializers.CharField(help_text='A plain decimal, at most 3 places: "8" or "0.22".')
    card_type = serializers.CharField(
        required=False, help_text="Without it, what the source is set to."
    )
    started_at = serializers.DateTimeField(help_text="RFC 3339 with an offset.")
    ended_at = serializers.DateTimeField(
        required=False, help_text="Not included; absent while the job runs."
    )
    observed_at = serializers.DateTimeField(
        required=False, help_text="A poll of a running job: when it was seen."
    )
    elapsed_seconds = serializers.CharField(
        required=False, help_text="A poll: how long it ran by then, without suspension."
    )
    quantity_card_seconds = serializers.CharField(
        required=False, help_text="Less than cards × duration when suspended; negative to correct."
    )
    allocation = serializers.CharField(
        required=False, help_text="The job that this record is a piece of."
    )
    project = serializers.CharField(required=False, help_text="The tenant's project.")
    cluster = serializers.CharField(required=False)
    corrects = serializers.CharField(
        required=False, help_text="The external_id of the record that is taken back."
    )
    licence = serializers.UUIDField(required=False)


class UsageRecordBody(UsageFields):
    """A plain record."""

    external_id = serializers.CharField(
        max_length=255, help_text="Single within the source, for ever."
    )
    account = serializers.CharField(max_length=255, help_text="As the source names who used it.")


class UsageBatchBody(serializers.Serializer[Any]):
    """A batch; a bare list of records is understood as well."""

    records = UsageRecordBody(many=True)


class UsageEventBody(serializers.Serializer[Any]):
    """A CloudEvent 1.0."""

    specversion = serializers.ChoiceField(["1.0"])
    id = serializers.CharField(max_length=255, help_text="The external_id.")
    source = serializers.CharField(help_text="A URI reference of the producer.")  # type: ignore[assignment]
    type = serializers.ChoiceField(["cn.suanji.usage.v1"])
    subject = serializers.CharField(max_length=255, help_text="The account.")
    data = UsageFields()  # type: ignore[assignment]


class RecordStatus(serializers.Serializer[Any]):
    """What became of one record."""

    position = serializers.IntegerField(min_value=1, help_text="Its place in the batch.")
    external_id = serializers.CharField()
    status = serializers.ChoiceField(["accepted", "duplicate", "conflict", "rejected"])
    reason = serializers.CharField(required=False, help_text="A code; see docs/formats.md.")
    field = serializers.CharField(required=False)
    message = serializers.CharField(required=False, help_text="What is wrong and how to mend it.")


class BatchStatus(serializers.Serializer[Any]):
    """What became of a batch."""

    import_id = serializers.UUIDField()
    accepted = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    conflict = serializers.IntegerField()
    rejected = serializers.IntegerField()
    records = RecordStatus(many=True)


class OpenReject(serializers.Serializer[Any]):
    """A record that was rejected and is not settled yet."""

    position = serializers.IntegerField()
    external_id = serializers.CharField()
    account = serializers.CharField()
    reason = serializers.CharField()
    field = serializers.CharField()
    message = serializers.CharField()


class Delivery(serializers.Serializer[Any]):
    """A delivery with its counts and the first of its open rejects."""

    import_id = serializers.UUIDField()
    source = serializers.CharField()  # type: ignore[assignment]
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    accepted = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    conflict = serializers.IntegerField()
    rejected = serializers.IntegerField()
    rejects = OpenReject(many=True)


USAGE_BODIES: Final = {
    "application/json": UsageBatchBody,
    "application/cloudevents-batch+json": UsageEventBody(many=True),
    "application/cloudevents+json": UsageEventBody,
}
USAGE_RESPONSES: Final[dict[Any, Any]] = {
    200: OpenApiResponse(BatchStatus, description="A status per record."),
    (400, PROBLEM): problem("unreadable_usage: the body as a whole is not such JSON."),
    (401, PROBLEM): problem("not_authenticated, invalid_api_key"),
    (403, PROBLEM): problem("permission_denied: the key lacks the scope usage:write."),
    (404, PROBLEM): problem("not_found: no source of yours has this code."),
    (413, PROBLEM): problem("too_large, too_many_records"),
    (422, PROBLEM): problem("invalid_request: the query names no source, or anything else."),
    (406, PROBLEM): problem("not_acceptable: only JSON is told."),
    (415, PROBLEM): problem("unsupported_media_type"),
    (429, PROBLEM): problem("too_many_requests: see Retry-After."),
}
IMPORT_RESPONSES: Final[dict[Any, Any]] = {
    200: OpenApiResponse(Delivery, description="Counts, and the first open rejects."),
    **REFUSED,
    **NOT_FOUND,
    **MALFORMED,
}
