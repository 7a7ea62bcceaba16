"""What the service answers, as typed dictionaries.

Written from docs/openapi.yaml by a test; UPDATE_SNAPSHOTS=1 writes it anew.
"""

from typing import Literal, NotRequired, TypedDict


class Actor(TypedDict):
    """Who acted."""

    kind: Literal["user", "api_key", "system"]
    id: str | None
    name: str


class Arrears(TypedDict):
    """What the tenant owes, by cause, the oldest first."""

    total: "Money"
    causes: list["Owed"]


class Award(TypedDict):
    """A share of the net price that a programme pays, up to a cap."""

    reference: str
    programme: str
    programme_name: str
    level: str
    budget_year: int
    rate: str
    cap: "Money"
    basis: "Money"
    granted: "Money"
    left: "Money"
    stacking_order: int
    cluster: NotRequired[str | None]
    card_type: NotRequired[str | None]
    starts_at: str
    ends_at: str


class AwardPage(TypedDict):
    """A page of rows."""

    data: list["Award"]
    next_cursor: str | None


class Balance(TypedDict):
    """What may be spent at an instant, and what is owed now."""

    at: str
    mode: Literal["prepaid", "postpaid"] | None
    paused_reason: str
    holdings: list["Holding"]
    credit_limit: "Money"
    credit_used: "Money"
    arrears: "Money"


class BatchStatus(TypedDict):
    """What became of a batch."""

    import_id: str
    accepted: int
    duplicate: int
    conflict: int
    rejected: int
    records: list["RecordStatus"]


class CardTime(TypedDict):
    """Card time of one card type."""

    card_seconds: str
    card_type: str


class Case(TypedDict):
    """The newest case."""

    id: str
    state: Literal["draft", "submitted", "withdrawn", "returned", "approved", "rejected"]
    submitted_at: str | None
    due_on: str | None
    lacks: list["Lack"]
    to_mend: dict[str, object]


class ChargeKey(TypedDict):
    """How a charge is known: by its usage record, segment and revision."""

    record: str
    source: str
    external_id: str
    segment_no: int
    revision: int


class Charge(TypedDict):
    """The price of a segment of a usage record."""

    record: str
    source: str
    external_id: str
    segment_no: int
    revision: int
    cause: str
    reverses: "ChargeKey | None"
    usage_month: str
    booked_month: str
    segment_start: str
    segment_end: str
    charged_at: str
    project: str | None
    issuer: str
    price_list: str
    card_type: str
    band: str
    unit_price: "Money | None"
    quantity_card_seconds: str
    in_kind_card_seconds: str
    gross: "Money"
    discount: "Money"
    programme: "Money"
    tenant: "Money"


class ChargePage(TypedDict):
    """A page of rows."""

    data: list["Charge"]
    next_cursor: str | None


class Conflict(TypedDict):
    """Other content under a key that was accepted before."""

    external_id: str
    payload_hash: str
    payload: str
    import_id: str
    position: int
    first_at: str
    times: int


class ConflictPage(TypedDict):
    """A page of rows."""

    data: list["Conflict"]
    next_cursor: str | None


class Decision(TypedDict):
    """Who did what to which object."""

    id: str
    occurred_at: str
    recorded_at: str
    actor: "Actor"
    action: str
    object_type: str
    object_id: str
    detail: dict[str, object]
    detail_hash: str
    before_hash: str
    after_hash: str
    origin: "Origin | None"
    seal: "Seal | None"


class DecisionPage(TypedDict):
    """A page of rows."""

    data: list["Decision"]
    next_cursor: str | None


class Delivery(TypedDict):
    """A delivery with its counts and the first of its open rejects."""

    import_id: str
    source: str
    started_at: str
    finished_at: str | None
    accepted: int
    duplicate: int
    conflict: int
    rejected: int
    rejects: list["OpenReject"]


class ExplainedCharge(TypedDict):
    """A charge with who bears it."""

    record: str
    source: str
    external_id: str
    segment_no: int
    revision: int
    cause: str
    reverses: "ChargeKey | None"
    usage_month: str
    booked_month: str
    segment_start: str
    segment_end: str
    charged_at: str
    project: str | None
    issuer: str
    price_list: str
    card_type: str
    band: str
    unit_price: "Money | None"
    quantity_card_seconds: str
    in_kind_card_seconds: str
    gross: "Money"
    discount: "Money"
    programme: "Money"
    tenant: "Money"
    shares: list["Share"]


class ExplainedUsage(TypedDict):
    """A usage record with its source line, its charges, and who bears them."""

    usage: "Usage"
    source_line: "SourceLine"
    charges: list["ExplainedCharge"] | None


class Holding(TypedDict):
    """What valid lots of a stage and unit hold."""

    stage: Literal["in_kind", "promotion", "paid"]
    amount: "Money | None"
    card_time: "CardTime | None"
    held_amount: "Money | None"
    held_card_time: "CardTime | None"


class Invitation(TypedDict):
    """An offer that may still be taken."""

    id: str
    email: str
    role: Literal["owner", "finance", "developer", "seller", "viewer"]
    expires_at: str


class InvitationPage(TypedDict):
    """A page of rows."""

    data: list["Invitation"]
    next_cursor: str | None


class InvoiceLine(TypedDict):
    """The charges of one price, project and payer, summed."""

    amount: "Money | None"
    card_time: "CardTime | None"
    usage_month: str
    price_list: str
    card_type: str
    band: str
    unit_price: "Money | None"
    project: str
    payer_kind: Literal["in_kind", "promotion", "award", "paid", "credit", "arrears"]
    quantity_card_seconds: str


class Invoice(TypedDict):
    """A bill."""

    id: str
    number: str
    issuer: str
    month: str
    issued_at: str
    quantity_card_seconds: str
    gross: "Money"
    discount: "Money"
    net: "Money"
    tax: "Money"
    tax_on_top: "Money"
    programme: "Money"
    tenant_paid: "Money"
    arrears: "Money"
    total: "Money"
    carried: "Money"


class InvoicePage(TypedDict):
    """A page of rows."""

    data: list["Invoice"]
    next_cursor: str | None


class InvoiceTax(TypedDict):
    """The tax of one class on a bill."""

    tax_class: str
    tax_included: bool
    net: "Money"
    tax: "Money"


class InvoiceWithLines(TypedDict):
    """A bill with its taxes and lines."""

    invoice: "Invoice"
    taxes: list["InvoiceTax"]
    lines: list["InvoiceLine"]


class IssuedInvitation(TypedDict):
    """A new offer, with its link for the only time."""

    invitation: "Invitation"
    link: str


class IssuedKey(TypedDict):
    """A new key, with its secret for the only time."""

    api_key: "Key"
    secret: str


class IssuedWebhookEndpoint(TypedDict):
    """An endpoint with its new secret, for the only time."""

    endpoint: "WebhookEndpoint"
    secret: str


class Key(TypedDict):
    """A key without its secret."""

    id: str
    name: str
    prefix: str
    scopes: list[
        Literal[
            "usage:write",
            "usage:read",
            "billing:read",
            "billing:write",
            "catalogue:read",
            "marketplace:read",
            "marketplace:write",
            "keys:read",
            "keys:write",
            "members:read",
            "members:write",
            "audit:read",
            "webhooks:read",
            "webhooks:write",
        ]
    ]
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    revoked_at: str | None


class KeyPage(TypedDict):
    """A page of rows."""

    data: list["Key"]
    next_cursor: str | None


class Lack(TypedDict):
    """Something that a step lacks before the case may be handed in."""

    step: Literal["identity", "size", "documents", "account", "relations"]
    code: str


class Lot(TypedDict):
    """A lot: value granted at once, what is left of it, and on what it may be spent."""

    stage: Literal["in_kind", "promotion", "paid"]
    amount: "Money | None"
    card_time: "CardTime | None"
    held_amount: "Money | None"
    held_card_time: "CardTime | None"
    reference: str
    granted_amount: "Money | None"
    granted_card_time: "CardTime | None"
    starts_at: str
    expires_at: str | None
    funded_by: str
    cluster: str | None
    card_type: str | None
    project: str | None


class LotPage(TypedDict):
    """A page of rows."""

    data: list["Lot"]
    next_cursor: str | None


class Member(TypedDict):
    """Somebody of the organisation."""

    id: str
    email: str
    name: str
    roles: list[Literal["owner", "finance", "developer", "seller", "viewer"]]


class MemberPage(TypedDict):
    """A page of rows."""

    data: list["Member"]
    next_cursor: str | None


class Money(TypedDict):
    """An exact amount: a decimal with six places, never a float."""

    amount: str
    currency: Literal["CNY"]


class Month(TypedDict):
    """A month."""

    month: str
    state: Literal["open", "closed"]
    parked_reason: str
    closed_at: str | None
    charge_count: int | None
    quantity_card_seconds: str | None
    gross: "Money | None"
    discount: "Money | None"
    programme: "Money | None"
    tenant: "Money | None"
    arrears: "Money | None"


class MonthPage(TypedDict):
    """A page of rows."""

    data: list["Month"]
    next_cursor: str | None


class OpenReject(TypedDict):
    """A record that was rejected and is not settled yet."""

    position: int
    external_id: str
    account: str
    reason: str
    field: str
    message: str


class Organisation(TypedDict):
    """What an organisation says of itself, and what was verified of it."""

    id: str
    code: str
    name: str
    kind: Literal["enterprise", "university", "institute", "operator", "government"]
    size_class: Literal["micro", "small", "medium", "large"] | None
    verified_at: str | None


class Origin(TypedDict):
    """From where."""

    address: str
    user_agent: str


class Owed(TypedDict):
    """What is owed for one cause."""

    cause: str
    outstanding: "Money"
    debts: int
    since: str


class Posting(TypedDict):
    """The movement in the books that carries a share, together with its like."""

    amount: "Money | None"
    card_time: "CardTime | None"
    posted_at: str
    from_account: str
    to_account: str


class Price(TypedDict):
    """A price of a card-hour."""

    price_list: str
    list_kind: Literal["default", "class", "contract"]
    customer_class: str
    issuer: str
    card_type: str
    cluster: str
    band: str
    starts_minute: int | None
    ends_minute: int | None
    correction_no: int
    valid_from: str
    valid_until: str | None
    unit_price: "Money | None"
    tiers: list["Tier"]
    tax_class: str
    tax_included: bool


class PricePage(TypedDict):
    """A page of rows."""

    data: list["Price"]
    next_cursor: str | None


class Project(TypedDict):
    """A cost unit that use and bill lines carry."""

    id: str
    code: str
    name: str


class ProjectPage(TypedDict):
    """A page of rows."""

    data: list["Project"]
    next_cursor: str | None


class RecordStatus(TypedDict):
    """What became of one record."""

    position: int
    external_id: str
    status: Literal["accepted", "duplicate", "conflict", "rejected"]
    reason: NotRequired[str]
    field: NotRequired[str]
    message: NotRequired[str]


class Reject(TypedDict):
    """A record that was not accepted."""

    import_id: str
    position: int
    external_id: str
    account: str
    reason: str
    field: str
    message: str
    rejected_at: str
    can_retry: bool


class RejectPage(TypedDict):
    """A page of rows."""

    data: list["Reject"]
    next_cursor: str | None


class Retry(TypedDict):
    """Rejects that are tried again, page by page, and what became of them so far."""

    id: str
    source: str
    total: int
    tried: int
    accepted: int
    duplicate: int
    conflict: int
    rejected: int
    asked_at: str
    finished_at: str | None


class Revoked(TypedDict):
    """An offer that was taken back."""

    id: str


class Seal(TypedDict):
    """Which seal covers the entry, and where in it."""

    number: int
    position: int
    hash: str
    sealed_at: str


class Share(TypedDict):
    """What one payer bears of a charge."""

    amount: "Money | None"
    card_time: "CardTime | None"
    payer_kind: Literal["in_kind", "promotion", "award", "paid", "credit", "arrears"]
    payer: str
    posting: "Posting | None"


class SourceLine(TypedDict):
    """Where the record was reported: its line in a file, or its place in a request."""

    format: str
    origin: str
    position: int
    delivered_at: str


class Source(TypedDict):
    """A reporter of usage, and how it does."""

    code: str
    name: str
    cluster: str
    card_type: str
    time_zone: str
    created_at: str
    last_seen_at: str | None
    open_rejects: int
    open_conflicts: int


class SourcePage(TypedDict):
    """A page of rows."""

    data: list["Source"]
    next_cursor: str | None


class StatementBill(TypedDict):
    """A tenant's bill on a statement."""

    quantity_card_seconds: str
    gross: "Money"
    discount: "Money"
    programme: "Money"
    tenant_paid: "Money"
    arrears: "Money"
    tenant: str
    number: str


class Statement(TypedDict):
    """An operator's statement of a month."""

    quantity_card_seconds: str
    gross: "Money"
    discount: "Money"
    programme: "Money"
    tenant_paid: "Money"
    arrears: "Money"
    id: str
    operator: str
    month: str
    sequence: int
    issued_at: str
    tenant_count: int


class StatementPage(TypedDict):
    """A page of rows."""

    data: list["Statement"]
    next_cursor: str | None


class StatementWithBills(TypedDict):
    """A statement with its bills."""

    statement: "Statement"
    bills: list["StatementBill"]


class Tier(TypedDict):
    """A step of a graduated price."""

    from_card_seconds: str
    unit_price: "Money"


class Usage(TypedDict):
    """A usage record."""

    id: str
    source: str
    external_id: str
    allocation: str | None
    project: str | None
    cluster: str
    card_type: str
    cards: str
    started_at: str
    ended_at: str
    quantity_card_seconds: str
    corrects: str | None
    licence: str | None
    recorded_at: str
    state: Literal["waiting", "parked", "charged"]
    parked_reason: str


class UsagePage(TypedDict):
    """A page of rows."""

    data: list["Usage"]
    next_cursor: str | None


class Verification(TypedDict):
    """What the organisation is verified as, and where its newest case stands."""

    name: str
    uscc: str | None
    size_class: Literal["micro", "small", "medium", "large"] | None
    verified_at: str | None
    case: "Case | None"


class WebhookDelivery(TypedDict):
    """An event on its way to an endpoint, and what the last attempt came to."""

    id: str
    endpoint: str
    event: str
    kind: Literal[
        "ping",
        "usage.rejected",
        "invoice.issued",
        "month.settled",
        "statement.issued",
        "claim.made",
        "claim.submitted",
        "claim.paid",
        "award.approved",
        "balance.low",
        "key.created",
        "key.rotated",
        "key.revoked",
        "member.added",
        "member.ended",
    ]
    state: Literal["waiting", "delivered", "dead", "cancelled"]
    attempts: int
    next_attempt_at: str | None
    last_attempt_at: str | None
    delivered_at: str | None
    failure: str
    response_status: int | None
    response_excerpt: str
    duration_ms: int | None
    created_at: str


class WebhookDeliveryPage(TypedDict):
    """A page of rows."""

    data: list["WebhookDelivery"]
    next_cursor: str | None


class WebhookEndpoint(TypedDict):
    """An endpoint without its secret."""

    id: str
    url: str
    description: str
    kinds: list[
        Literal[
            "usage.rejected",
            "invoice.issued",
            "month.settled",
            "statement.issued",
            "claim.made",
            "claim.submitted",
            "claim.paid",
            "award.approved",
            "balance.low",
            "key.created",
            "key.rotated",
            "key.revoked",
            "member.added",
            "member.ended",
        ]
    ]
    enabled: bool
    disabled_reason: str
    failing_since: str | None
    previous_secret_until: str | None
    created_at: str


class WebhookEndpointPage(TypedDict):
    """A page of rows."""

    data: list["WebhookEndpoint"]
    next_cursor: str | None
