"""What the service answers, as typed dictionaries.

Written from docs/openapi.yaml by a test; UPDATE_SNAPSHOTS=1 writes it anew.
"""

from typing import Literal, NotRequired, TypedDict


class AccountMapping(TypedDict):
    """Whose an account is, for use that starts in a time."""

    account: str
    tenant: str
    project: str | None
    valid_from: str | None
    valid_until: str | None


class AccountMappingPage(TypedDict):
    """A page of rows."""

    data: list["AccountMapping"]
    next_cursor: str | None


class Actor(TypedDict):
    """Who acted."""

    kind: Literal["user", "api_key", "system"]
    id: str | None
    name: str


class Arrears(TypedDict):
    """What the tenant owes, by cause, the oldest first."""

    total: "Money"
    causes: list["Owed"]


class AutoTopUp(TypedDict):
    """When a saved card pays, how much, and up to which sum in a billing month."""

    operator: str
    is_on: bool
    threshold: "Money"
    amount: "Money"
    month_max: "Money"
    declined: int
    off_reason: str
    changed_at: str


class AutoTopUps(TypedDict):
    """All of them, one for each operator."""

    data: list["AutoTopUp"]


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


class CapacityMonth(TypedDict):
    """Cards of a month: the fewest sellable and free, the most sold on a day."""

    cluster: str
    card_type: str
    month: str
    days: int
    sellable: int
    sold: int
    free: int


class CapacityMonthPage(TypedDict):
    """A page of rows."""

    data: list["CapacityMonth"]
    next_cursor: str | None


class Capacity(TypedDict):
    """What was set, and what of it is free on every day."""

    cluster: str
    card_type: str
    starts_on: str
    ends_on: str
    cards: int
    free: int


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


class Claim(TypedDict):
    """What a claimant demands of a fund for a month."""

    id: str
    claimant: str
    programme: str
    programme_name: str
    level: str
    budget_year: int
    fund_document_no: str
    month: str
    sequence: int
    state: Literal["draft", "submitted", "paid"]
    amount: "Money"
    lines: int
    made_at: str
    submitted_at: str | None
    paid_at: str | None
    budget_document_no: str
    treasury_receipt_no: str


class ClaimBodyPage(TypedDict):
    """A page of rows."""

    data: list["Claim"]
    next_cursor: str | None


class ClaimDetail(TypedDict):
    """A claim, and what it demands for each award."""

    claim: "Claim"
    awards: list["ClaimedAward"]


class ClaimLine(TypedDict):
    """A charge's share as it is demanded."""

    tenant: str
    award: str
    rate: str
    source: str
    external_id: str
    segment_no: int
    revision: int
    segment_start: str
    segment_end: str
    card_type: str
    quantity_card_seconds: str
    basis: "Money"
    amount: "Money"
    is_correction: bool


class ClaimLineBodyPage(TypedDict):
    """A page of rows."""

    data: list["ClaimLine"]
    next_cursor: str | None


class ClaimedAward(TypedDict):
    """What a claim demands for one award."""

    tenant: str
    reference: str
    rate: str
    lines: int
    basis: "Money"
    amount: "Money"


class Closed(TypedDict):
    """The closed month, and how many bills its closing issued."""

    month: str
    bills: int


class ConflictDetail(TypedDict):
    """A conflict: what stands in the books, what came later, and what was decided."""

    source: str
    external_id: str
    payload: str
    times: int
    first_at: str
    first: "Content | None"
    other: "Content | None"
    decision: str | None
    reason: str | None
    decided_at: str | None


class Conflict(TypedDict):
    """Other content under a key that was accepted before."""

    id: str
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


class Content(TypedDict):
    """What a report says."""

    account: str
    tenant: str
    project: str
    cluster: str
    card_type: str
    cards: str
    started_at: str
    ended_at: str
    quantity_card_seconds: str
    origin: str
    format: str
    position: int


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


class Difference(TypedDict):
    """A tenant's month as the source states it, beside the books."""

    tenant: str
    accounts: list[str]
    stated_card_seconds: str
    recorded_card_seconds: str
    difference_card_seconds: str
    reason: str | None
    decided_at: str | None
    is_open: bool


class ExhaustedCase(TypedDict):
    """A running job whose hold could not be extended."""

    id: str
    hold: str
    tenant: str
    operator: str
    cluster: str
    card_type: str
    reference: str
    allocation: str
    cards: str
    state: Literal["open", "extended", "ended", "lost"]
    noted_at: str
    exhausted_at: str
    refused_at: str
    refusals: int
    asked_until: str
    shortfall: "Money"
    job_ended_at: str | None
    closed_at: str | None
    enforcement_lag_seconds: int | None


class ExhaustedCasePage(TypedDict):
    """A page of rows."""

    data: list["ExhaustedCase"]
    next_cursor: str | None


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


class Hold(TypedDict):
    """Value that is set aside for a job."""

    id: str
    state: Literal["open", "closed", "expired"]
    tenant: str
    operator: str
    cluster: str
    card_type: str
    project: str | None
    reference: str
    allocation: str
    cards: str
    starts_at: str
    covered_until: str
    expires_at: str
    ended_at: str | None
    held: "Money"
    captured: "Money"
    held_card_seconds: str
    captured_card_seconds: str


class HoldPage(TypedDict):
    """A page of rows."""

    data: list["Hold"]
    next_cursor: str | None


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


class InvoiceCredit(TypedDict):
    """How much a line of a credit note takes back from a line of a bill."""

    line: int
    bill: str
    bill_number: str
    bill_line: int


class InvoiceLine(TypedDict):
    """The charges of one price, project, cluster and payer, summed."""

    amount: "Money | None"
    card_time: "CardTime | None"
    usage_month: str
    price_list: str
    card_type: str
    cluster: str
    band: str
    unit_price: "Money | None"
    project: str
    payer_kind: Literal["in_kind", "promotion", "award", "paid", "credit", "arrears"]
    quantity_card_seconds: str


class Invoice(TypedDict):
    """A bill or credit note."""

    id: str
    kind: Literal["bill", "credit_note"]
    number: str
    issuer: str
    month: str
    issued_at: str
    quantity_card_seconds: str
    gross: "Money"
    discount: "Money"
    net: "Money"
    tax: "Money"
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
    net: "Money"
    tax: "Money"


class InvoiceWithLines(TypedDict):
    """A bill with its taxes and lines, a credit note also with the lines it takes back from."""

    invoice: "Invoice"
    taxes: list["InvoiceTax"]
    lines: list["InvoiceLine"]
    credits: list["InvoiceCredit"]


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
            "catalogue:write",
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
    operator: str
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


class NewTopUp(TypedDict):
    """A payment that was just asked for, with what a page confirms an intent with."""

    id: str
    operator: str
    way: Literal["checkout", "intent", "automatic"]
    method: str
    amount: "Money"
    received: "Money"
    state: Literal["asked", "open", "paid", "failed", "cancelled"]
    progress: str
    failure: str
    checkout_url: str
    payment_intent: str
    receipt_url: str
    asked_at: str
    paid_at: str | None
    client_secret: str


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
    verified_until: str | None
    is_sandbox: bool


class Origin(TypedDict):
    """From where."""

    address: str
    user_agent: str


class Owed(TypedDict):
    """What is owed to one operator for one cause."""

    operator: str
    cause: str
    outstanding: "Money"
    debts: int
    since: str


class PackageChange(TypedDict):
    """What became of a term."""

    kind: Literal["purchase", "resize", "renewal", "end"]
    term: int
    starts_on: str
    cards_before: int
    cards_after: int
    months_left: str
    fee: "Money"
    amount: "Money"
    made_at: str


class PackageDetail(TypedDict):
    """A package, its months, terms and changes."""

    package: "Package"
    paid_ahead: "Money"
    months: list["PackageMonth"]
    terms: list["PackageTerm"]
    changes: list["PackageChange"]


class PackageMonth(TypedDict):
    """A month of a package."""

    month: str
    granted_card_seconds: str
    used_card_seconds: str
    left_card_seconds: str


class PackageOfferDraft(TypedDict):
    """An offer as it was proposed, and what became of it."""

    id: str
    cluster: str
    card_type: str
    term_kind: Literal["month", "year"]
    price: "Money"
    cards_min: int
    tax_class: str
    fee_rate: str
    valid_from: str
    made_at: str
    decision: Literal["approved", "refused"] | None
    decided_at: str | None


class PackageOfferDraftPage(TypedDict):
    """A page of rows."""

    data: list["PackageOfferDraft"]
    next_cursor: str | None


class PackageOffer(TypedDict):
    """What can be bought now."""

    id: str
    cluster: str
    card_type: str
    term_kind: Literal["month", "year"]
    price: "Money"
    cards_min: int
    tax_class: str
    fee_rate: str


class PackageOfferPage(TypedDict):
    """A page of rows."""

    data: list["PackageOffer"]
    next_cursor: str | None


class Package(TypedDict):
    """Cards of a cluster for a time."""

    id: str
    number: str
    cluster: str
    card_type: str
    cards: int
    starts_on: str
    ends_on: str
    ended_early: bool
    ordered_at: str


class PackagePage(TypedDict):
    """A page of rows."""

    data: list["Package"]
    next_cursor: str | None


class PackageTerm(TypedDict):
    """What was bought at one price, and the contract behind it."""

    term: int
    contract_no: str
    signed_on: str
    starts_on: str
    ends_on: str
    price: "Money"
    tax_class: str


class Plan(TypedDict):
    """What an act comes to: the same figures as the act itself, a moment later."""

    amount: "Money"
    fee: "Money"
    starts_on: str
    ends_on: str
    changes: list["PlannedChange"]


class PlannedChange(TypedDict):
    """What becomes of one term."""

    term: int
    starts_on: str
    ends_on: str
    price: "Money"
    cards_before: int
    cards_after: int
    months_left: str
    gross: "Money"
    fee: "Money"
    amount: "Money"


class Posting(TypedDict):
    """The movement in the books that carries a share, together with its like."""

    amount: "Money | None"
    card_time: "CardTime | None"
    posted_at: str
    from_account: str
    to_account: str


class PriceDraft(TypedDict):
    """A proposed price, and what it would have changed of a month's use in all."""

    id: str
    price_list: str
    card_type: str
    cluster: str
    band: str
    valid_from: str
    unit_price: "Money"
    former_unit_price: "Money | None"
    reason: str
    made_at: str
    effect_month: str
    tenants: int
    quantity_card_seconds: str
    gross_before: "Money"
    gross_after: "Money"
    decision: Literal["approved", "refused", "replaced"] | None
    decided_at: str | None
    replaced_by: str | None


class PriceDraftPage(TypedDict):
    """A page of rows."""

    data: list["PriceDraft"]
    next_cursor: str | None


class PriceEffect(TypedDict):
    """What a draft would have changed for a tenant."""

    tenant: str
    quantity_card_seconds: str
    gross_before: "Money"
    gross_after: "Money"


class PriceEffectPage(TypedDict):
    """A page of rows."""

    data: list["PriceEffect"]
    next_cursor: str | None


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
    unit_price_before_tax: "Money | None"
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


class Quote(TypedDict):
    """What use would cost and who would pay, at the moment of asking."""

    quantity_card_seconds: str
    gross: "Money"
    discount: "Money"
    programme: "Money"
    tenant: "Money"
    shares: list["QuotedShare"]
    quoted_at: str
    cluster: str
    card_type: str
    cards: str
    starts_at: str
    ends_at: str
    shortfall: "Money"
    segments: list["QuotedSegment"]


class QuotedSegment(TypedDict):
    """A stretch of one price and billing month, as a charge will be one."""

    quantity_card_seconds: str
    gross: "Money"
    discount: "Money"
    programme: "Money"
    tenant: "Money"
    shares: list["QuotedShare"]
    starts_at: str
    ends_at: str
    month: str
    issuer: str
    price_list: str
    band: str
    unit_price: "Money | None"
    used_before_card_seconds: str
    tier: "Tier | None"
    in_kind_card_seconds: str


class QuotedShare(TypedDict):
    """What one payer would bear."""

    amount: "Money | None"
    card_time: "CardTime | None"
    payer_kind: Literal["in_kind", "promotion", "award", "paid", "credit", "arrears"]
    payer: str


class RecordStatus(TypedDict):
    """What became of one record."""

    position: int
    external_id: str
    status: Literal["accepted", "duplicate", "conflict", "rejected"]
    reason: NotRequired[str]
    field: NotRequired[str]
    message: NotRequired[str]


class Refund(TypedDict):
    """Money of a top-up on its way back to where it came from."""

    id: str
    top_up: str
    operator: str
    amount: "Money"
    state: Literal["pending", "succeeded", "failed"]
    failure: str
    asked_at: str
    succeeded_at: str | None
    failed_at: str | None


class RefundPage(TypedDict):
    """A page of rows."""

    data: list["Refund"]
    next_cursor: str | None


class Refunds(TypedDict):
    """The refunds that a request came to, one for each top-up that money goes back to."""

    data: list["Refund"]


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


class Remittance(TypedDict):
    """An account that takes transfers."""

    operator: str
    bank: str
    holder: str
    account_number: str
    remittance_code: str | None


class Remittances(TypedDict):
    """All of them, by account."""

    data: list["Remittance"]


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


class Sandbox(TypedDict):
    """What programs name when they try something."""

    id: str
    code: str
    name: str
    opened_at: str
    source: str
    account: str
    project_account: str
    project: str
    cluster: str
    price_list: str


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


class SourceTotalsDetail(TypedDict):
    """Totals beside the books, tenant by tenant, the largest difference first."""

    totals: "SourceTotals"
    differences: list["Difference"]


class SourceTotals(TypedDict):
    """Totals that a source has given of a month."""

    id: str
    source: str
    month: str
    delivered_at: str
    accounts: int
    quantity_card_seconds: str
    is_newest: bool


class SourceTotalsPage(TypedDict):
    """A page of rows."""

    data: list["SourceTotals"]
    next_cursor: str | None


class Standing(TypedDict):
    """The sandbox."""

    sandbox: "Sandbox | None"


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


class TopUp(TypedDict):
    """A payment to an operator, as it is now."""

    id: str
    operator: str
    way: Literal["checkout", "intent", "automatic"]
    method: str
    amount: "Money"
    received: "Money"
    state: Literal["asked", "open", "paid", "failed", "cancelled"]
    progress: str
    failure: str
    checkout_url: str
    payment_intent: str
    receipt_url: str
    asked_at: str
    paid_at: str | None


class TopUpPage(TypedDict):
    """A page of rows."""

    data: list["TopUp"]
    next_cursor: str | None


class ToppedUp(TypedDict):
    """What was put in."""

    amount: "Money"


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
    verified_until: str | None
    case: "Case | None"


class WebhookAttempt(TypedDict):
    """One call of a delivery, and what came of it."""

    number: int
    started_at: str
    ended_at: str | None
    failure: str
    response_status: int | None
    response_excerpt: str
    retry_after_seconds: int | None
    duration_ms: int | None


class WebhookAttemptPage(TypedDict):
    """A page of rows."""

    data: list["WebhookAttempt"]
    next_cursor: str | None


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
        "hold.exhausted",
        "package.ordered",
        "package.changed",
        "package.ending",
        "payment.received",
        "payment.failed",
        "refund.paid",
        "refund.failed",
        "dispute.opened",
        "dispute.closed",
        "key.created",
        "key.rotated",
        "key.revoked",
        "member.added",
        "member.ended",
        "verification.submitted",
        "verification.returned",
        "verification.approved",
        "verification.refused",
        "verification.ending",
        "verification.ended",
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
            "hold.exhausted",
            "package.ordered",
            "package.changed",
            "package.ending",
            "payment.received",
            "payment.failed",
            "refund.paid",
            "refund.failed",
            "dispute.opened",
            "dispute.closed",
            "key.created",
            "key.rotated",
            "key.revoked",
            "member.added",
            "member.ended",
            "verification.submitted",
            "verification.returned",
            "verification.approved",
            "verification.refused",
            "verification.ending",
            "verification.ended",
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
