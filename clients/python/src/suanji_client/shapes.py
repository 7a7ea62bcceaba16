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


class Account(TypedDict):
    """The account with one operator."""

    operator: str
    operator_name: str
    opening: "Side"
    entries: list["Entry"]
    closing: "Side"


class Accounts(TypedDict):
    """Accounts of days, both included."""

    since: str
    until: str
    accounts: list["Account"]


class Actor(TypedDict):
    """Who acted."""

    kind: Literal["user", "api_key", "system"]
    id: str | None
    name: str


class Aged(TypedDict):
    """What is open by how many days it is overdue."""

    not_due: "Money"
    days_1_30: "Money"
    days_31_60: "Money"
    days_61_90: "Money"
    days_over_90: "Money"


class Algorithm(TypedDict):
    """An algorithm as its seller keeps it."""

    name_zh: str
    name_en: str
    summary: str
    task: Literal[
        "text_generation",
        "text_understanding",
        "translation",
        "speech_recognition",
        "speech_synthesis",
        "image_classification",
        "object_detection",
        "image_generation",
        "video_analysis",
        "document_reading",
        "forecasting",
        "anomaly_detection",
        "recommendation",
        "optimisation",
        "scientific_computing",
        "multimodal",
    ]
    industry: Literal[
        "general",
        "manufacturing",
        "energy",
        "finance",
        "health",
        "education",
        "transport",
        "agriculture",
        "retail",
        "media",
        "city",
        "public_safety",
        "research",
    ]
    inputs: str
    outputs: str
    id: str
    revision: int
    created_at: str


class AlgorithmPage(TypedDict):
    """A page of rows."""

    data: list["Algorithm"]
    next_cursor: str | None


class AlgorithmVersion(TypedDict):
    """A version as its seller and its reviewer see it."""

    id: str
    algorithm: str
    name_zh: str
    seller: str
    number: str
    state: Literal[
        "draft",
        "submitted",
        "in_review",
        "rectifying",
        "withdrawn",
        "rejected",
        "listed",
        "suspended",
        "delisted",
    ]
    revision: int
    due_on: str | None
    manifest_sha256: str
    size_bytes: int
    files: list["Artefact"]
    dossier: "Dossier"
    lineage: "VersionLineage | None"
    proofs: list["Proof"]
    rounds: list["Round"]
    certificate: str | None
    created_at: str


class AlgorithmVersionPage(TypedDict):
    """A page of rows."""

    data: list["AlgorithmVersion"]
    next_cursor: str | None


class AlgorithmVersions(TypedDict):
    """The versions of an algorithm."""

    data: list["AlgorithmVersion"]


class Answer(TypedDict):
    """An answer: the operator's, or the house's."""

    level: Literal["operator", "house"]
    verdict: Literal["granted", "partly", "rejected"]
    words: str
    grants: list["Grant"]
    answered_at: str
    escalable_until: str | None


class Arrears(TypedDict):
    """What the tenant owes, by cause, the oldest first."""

    total: "Money"
    causes: list["Owed"]


class Artefact(TypedDict):
    """A file of a version."""

    name: str
    size_bytes: int
    sha256: str


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


class BalanceLasts(TypedDict):
    """Until when lots pay what is used, at the pace of the last seven days."""

    at: str
    has_pace: bool
    ends_at: str | None
    is_by_expiry: bool
    days_left: int | None
    unused: "Money"


class Balance(TypedDict):
    """What may be spent at an instant, and what is owed now."""

    at: str
    mode: Literal["prepaid", "postpaid"] | None
    paused_reason: str
    holdings: list["Holding"]
    credit_limit: "Money"
    credit_used: "Money"
    arrears: "Money"


class BankAccount(TypedDict):
    """An account that tenants remit to, and how much of what came in waits for a decision."""

    id: str
    operator: str
    bank: str
    holder: str
    number: str
    waiting_lines: int
    waiting_amount: "Money"


class BankAccountBodyPage(TypedDict):
    """A page of rows."""

    data: list["BankAccount"]
    next_cursor: str | None


class BankLine(TypedDict):
    """A movement on a bank account, and what became of it."""

    id: str
    account: str
    statement: str
    position: int
    booked_on: str
    amount: "Money"
    balance: "Money | None"
    payer_name: str
    payer_account: str
    remark: str
    match: Literal["exact", "partial", "repeated", "unknown", "outgoing"]
    state: Literal["waiting", "credited", "aside", "outgoing"]
    tenant: str | None
    reason: str
    decided_at: str | None
    proposal: "BankProposal | None"


class BankLineBodyPage(TypedDict):
    """A page of rows."""

    data: list["BankLine"]
    next_cursor: str | None


class BankProposal(TypedDict):
    """What one person proposed and another has not decided."""

    fate: Literal["credit", "aside"]
    tenant: str | None
    reason: str
    made_at: str


class BankRefusal(TypedDict):
    """A line of a file that could not be read."""

    position: int
    reason: str
    text: str


class BankRefusalBodyPage(TypedDict):
    """A page of rows."""

    data: list["BankRefusal"]
    next_cursor: str | None


class BankStatement(TypedDict):
    """A file that was imported."""

    id: str
    account: str
    file_name: str
    sha256: str
    lines: int
    new_lines: int
    refused_lines: int
    imported_at: str


class BankStatementBodyPage(TypedDict):
    """A page of rows."""

    data: list["BankStatement"]
    next_cursor: str | None


class BatchStatus(TypedDict):
    """What became of a batch."""

    import_id: str
    accepted: int
    duplicate: int
    conflict: int
    rejected: int
    records: list["RecordStatus"]


class BudgetAlert(TypedDict):
    """What was told."""

    month: str
    measure: Literal["actual", "forecast", "stop"]
    percent: int
    amount: "Money"
    spent: "Money"
    forecast: "Money"
    told_at: str


class BudgetFigures(TypedDict):
    """How far a period is: what is used in it counts, whenever it was booked."""

    first_month: str
    last_month: str
    spent: "Money"
    held: "Money"
    left: "Money"
    forecast: "Money"


class Budget(TypedDict):
    """A budget with its present period, and what was told of it."""

    id: str
    name: str
    project: NotRequired[str | None]
    kind: Literal["monthly", "term"]
    first_month: str
    last_month: str | None
    amount: "Money"
    actual_percents: list[int]
    forecast_percents: list[int]
    stops: bool
    ended_at: str | None
    now: "BudgetFigures | None"
    alerts: list["BudgetAlert"]


class BudgetPage(TypedDict):
    """A page of rows."""

    data: list["Budget"]
    next_cursor: str | None


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


class CashDay(TypedDict):
    """A day of a place where money lies."""

    account_id: str
    account: str
    keeper: Literal["stripe", "bank"]
    day: str
    told: "CashSide"
    booked: "CashSide"
    aside: "CashSide"
    gap: "Money"
    differences: int
    reconciled_at: str


class CashDayBodyPage(TypedDict):
    """A page of rows."""

    data: list["CashDay"]
    next_cursor: str | None


class CashDifference(TypedDict):
    """A movement on which the sides do not agree, from a day up to, not including, another."""

    id: str
    account: str
    keeper: Literal["stripe", "bank"]
    key: str
    kind: Literal["missing_here", "missing_there", "amount_differs", "fee_not_booked", "late"]
    amount: "Money"
    told_reference: str
    booked_reference: str
    first_day: str
    last_day: str | None
    first_seen_at: str
    ended_at: str | None
    ending: Literal["found", "paired", "booked"] | None
    reason: str


class CashDifferenceBodyPage(TypedDict):
    """A page of rows."""

    data: list["CashDifference"]
    next_cursor: str | None


class CashDifferenceDetail(TypedDict):
    """A difference, and what waits for a second officer."""

    difference: "CashDifference"
    proposal: "CashProposal | None"


class CashMovement(TypedDict):
    """What both sides say of a movement on a day."""

    key: str
    told_reference: str
    booked_reference: str
    told: "Money"
    booked: "Money"
    aside: "Money"
    difference: str | None


class CashMovementBodyPage(TypedDict):
    """A page of rows."""

    data: list["CashMovement"]
    next_cursor: str | None


class CashProposal(TypedDict):
    """What one officer would book, and another has not decided."""

    id: str
    counter: Literal["fee", "own", "transfer"]
    operator: str
    other: NotRequired[str | None]
    amount: "Money"
    reason: str
    made_at: str


class CashSide(TypedDict):
    """A day as one side tells it."""

    opening: "Money"
    moves: "Money"
    closing: "Money"


class Certificate(TypedDict):
    """A certificate: enough to check it without asking again, and where the listing stands."""

    number: str
    document: str
    sha256: str
    signature: str
    kid: str
    public_key: str
    issued_at: str
    state: Literal["delisted", "listed", "suspended"]
    effect: Literal["sold", "run_on_none_sold", "run_out_none_renewed"]
    reason: str


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


class Cluster(TypedDict):
    """A cluster, and what runs on it as its source told last."""

    code: str
    name: str
    centre: str
    cards: str | None
    running_jobs: int
    running_cards: str


class ClusterBodyPage(TypedDict):
    """A page of rows."""

    data: list["Cluster"]
    next_cursor: str | None


class ClusterDay(TypedDict):
    """Card time of a card type of a cluster on a day of the billing time zone."""

    card_type: str
    day: str
    quantity_card_seconds: str


class ClusterDayBodyPage(TypedDict):
    """A page of rows."""

    data: list["ClusterDay"]
    next_cursor: str | None


class Compatibility(TypedDict):
    """Versions of a framework on a family of cards."""

    chip: Literal[
        "ascend_310",
        "ascend_910",
        "ascend_910b",
        "ascend_910c",
        "cambricon_370",
        "kunlun_p800",
        "nvidia_a100",
        "nvidia_h100",
        "nvidia_h200",
        "nvidia_rtx_4090",
        "cpu",
    ]
    framework: Literal["mindspore", "pytorch", "tensorflow", "paddle", "onnx_runtime", "vllm"]
    from_version: str
    below_version: NotRequired[str | None]


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


class ConnectedAccount(TypedDict):
    """An account at Stripe: `incomplete` until all is given, `limited` when Stripe stopped it."""

    payee: str
    account: str
    state: Literal["none", "asked", "refused", "incomplete", "limited", "ready"]
    details_submitted: bool
    transfers_enabled: bool
    payouts_enabled: bool
    disabled_reason: str
    wanted: list[str]
    wanted_by: str | None
    failure: str
    bank_failure: str
    observed_at: str | None


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


class Dossier(TypedDict):
    """Everything that is said of a version beside its files."""

    card: "ModelCard"
    compatibility: list["Compatibility"]
    needs: "Needs"


class EInvoiceLine(TypedDict):
    """A line as it is printed."""

    item: str
    tax_code: str
    specification: str
    quantity_card_seconds: str
    amount: "Money"
    tax_rate: str
    tax: "Money"
    total: "Money"


class EInvoice(TypedDict):
    """A 数电票, blue or red."""

    id: str
    document_no: str
    colour: Literal["blue", "red"]
    kind: Literal["special", "ordinary"]
    state: Literal["requested", "exported", "issued", "refused", "withdrawn"]
    number: str | None
    issued_on: str | None
    refusal: str
    issuer: str
    title: str
    title_uscc: str
    remarks: str
    amount: "Money"
    tax: "Money"
    total: "Money"
    corrects: NotRequired[str | None]
    invoices: list[str]
    requested_at: str


class EInvoicePage(TypedDict):
    """A page of rows."""

    data: list["EInvoice"]
    next_cursor: str | None


class EInvoiceWithLines(TypedDict):
    """An e-invoice with its lines."""

    einvoice: "EInvoice"
    lines: list["EInvoiceLine"]


class Earning(TypedDict):
    """What was earned of one kind, month, cluster and price, and what it bore."""

    kind: str
    month: str
    cluster: str | None
    card_type: str | None
    unit_price: "Money | None"
    tenants: int
    commission_rate: str
    earned: "Money"
    commission: "Money"
    commission_tax: "Money"


class Entry(TypedDict):
    """A line of an account."""

    at: str
    kind: Literal["bill", "credit_note", "payment", "refund", "expiry", "allocation", "other"]
    reference: str
    amount: "Money"
    allocated: "Money"
    balance: "Money"


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
    cause: Literal["money", "budget", "silence"]
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


class FundAward(TypedDict):
    """An award of a fund, and how far it is used."""

    reference: str
    tenant: str
    tenant_name: str
    rate: str
    cap: "Money"
    basis: "Money"
    granted: "Money"
    left: "Money"
    starts_at: str
    ends_at: str
    approved_at: str
    phase: Literal["ahead", "running", "exhausted", "ended"]


class FundAwardBodyPage(TypedDict):
    """A page of rows."""

    data: list["FundAward"]
    next_cursor: str | None


class Fund(TypedDict):
    """Where a fund's money is."""

    programme: str
    programme_name: str
    jurisdiction: str
    level: str
    budget_year: int
    budget_document_no: str
    appropriated: "Money"
    not_awarded: "Money"
    awards: int
    awarded: "Money"
    drawn: "Money"
    reserved: "Money"
    lapsed: "Money"
    months: list["FundMonth"]
    exhausted_on: str | None


class FundBodyPage(TypedDict):
    """A page of rows."""

    data: list["Fund"]
    next_cursor: str | None


class FundMonth(TypedDict):
    """What the awards of a fund gave in a month."""

    month: str
    drawn: "Money"


class Grant(TypedDict):
    """A span that is taken back."""

    granted_from: str
    granted_until: str
    correction: str


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
    package: "InvoicePackage | None"


class InvoicePackage(TypedDict):
    """What a line says of a package: cards bought, or given back below zero, and for which days."""

    id: str
    number: str
    contract: str
    cards: int
    starts_on: str
    last_on: str
    card_month_price: "Money"


class Invoice(TypedDict):
    """A bill or credit note."""

    id: str
    kind: Literal["bill", "credit_note"]
    number: str
    issuer: str
    month: str
    issued_at: str
    due_on: str | None
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


class InvoiceTitle(TypedDict):
    """A title as it is now."""

    id: str
    is_default: bool
    version: int
    name: str
    uscc: str
    address: str
    phone: str
    bank: str
    bank_account: str
    email: str
    mobile: str


class InvoiceTitles(TypedDict):
    """The book, the default first."""

    data: list["InvoiceTitle"]


class InvoiceWithLines(TypedDict):
    """A bill with its taxes and lines, a credit note also with the lines it takes back from."""

    invoice: "Invoice"
    taxes: list["InvoiceTax"]
    lines: list["InvoiceLine"]
    credits: list["InvoiceCredit"]
    einvoices: list["Invoiced"]
    procurement: "Procurement | None"


class Invoiced(TypedDict):
    """An e-invoice (数电票) that was asked for, the newest first."""

    id: str
    colour: Literal["blue", "red"]
    state: Literal["requested", "exported", "issued", "refused", "withdrawn"]
    number: str | None
    issued_on: str | None


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


class KeptProcurement(TypedDict):
    """What the next bill will say."""

    version: int
    made_at: str | None
    procurement: "Procurement"


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


class ListPrice(TypedDict):
    """A price of an own list that holds now or will."""

    price_list: str
    list_kind: Literal["default", "class", "contract"]
    customer_class: str
    card_type: str
    cluster: str
    band: str
    kind: Literal["unit", "graduated"]
    unit_price: "Money | None"
    valid_from: str
    valid_until: str | None
    correction_no: int


class ListPriceBodyPage(TypedDict):
    """A page of rows."""

    data: list["ListPrice"]
    next_cursor: str | None


class ListedAlgorithm(TypedDict):
    """An algorithm as it was described when it was approved."""

    name_zh: str
    name_en: str
    summary: str
    task: Literal[
        "text_generation",
        "text_understanding",
        "translation",
        "speech_recognition",
        "speech_synthesis",
        "image_classification",
        "object_detection",
        "image_generation",
        "video_analysis",
        "document_reading",
        "forecasting",
        "anomaly_detection",
        "recommendation",
        "optimisation",
        "scientific_computing",
        "multimodal",
    ]
    industry: Literal[
        "general",
        "manufacturing",
        "energy",
        "finance",
        "health",
        "education",
        "transport",
        "agriculture",
        "retail",
        "media",
        "city",
        "public_safety",
        "research",
    ]
    inputs: str
    outputs: str


class ListedProof(TypedDict):
    """A number that was shown."""

    kind: Literal[
        "software_copyright",
        "patent_application",
        "patent",
        "algorithm_filing",
        "generative_ai_filing",
        "data_property",
    ]
    number: str
    sha256: str
    uploaded_at: str


class ListingDetail(TypedDict):
    """The same, with everything that was approved."""

    certificate: str
    seller: str
    algorithm: "ListedAlgorithm"
    number: str
    version: str
    state: Literal["delisted", "listed", "suspended"]
    effect: Literal["sold", "run_on_none_sold", "run_out_none_renewed"]
    reason: str
    listed_at: str
    manifest_sha256: str
    size_bytes: int
    files: list["Artefact"]
    dossier: "Dossier"
    lineage: "VersionLineage | None"
    proofs: list["ListedProof"]


class Listing(TypedDict):
    """A registered version as it was approved."""

    certificate: str
    seller: str
    algorithm: "ListedAlgorithm"
    number: str
    version: str
    state: Literal["delisted", "listed", "suspended"]
    effect: Literal["sold", "run_on_none_sold", "run_out_none_renewed"]
    reason: str
    listed_at: str


class ListingPage(TypedDict):
    """A page of rows."""

    data: list["Listing"]
    next_cursor: str | None


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


class LowAmount(TypedDict):
    """When people are warned."""

    amount: "Money | None"
    days: int


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


class Metric(TypedDict):
    """A figure, and what it was measured on."""

    name: str
    value: str
    dataset: str


class ModelCard(TypedDict):
    """What a version is meant for, where it fails, and what it learnt from."""

    intended_use: str
    limits: str
    training_data: str
    metrics: NotRequired[list["Metric"]]


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


class Needs(TypedDict):
    """The least that one run takes."""

    cards: int
    card_memory_mib: int
    host_memory_mib: int


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


class OpenItem(TypedDict):
    """What of a bill was used on credit, or the arrears of a day."""

    kind: Literal["bill", "arrears"]
    reference: str
    bill: str | None
    since: str
    due_on: str
    amount: "Money"
    open: "Money"
    disputed: "Money"
    age: Literal["not_due", "days_1_30", "days_31_60", "days_61_90", "days_over_90"]


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


class PackageSale(TypedDict):
    """A package on an own cluster, and whose it is."""

    id: str
    number: str
    cluster: str
    card_type: str
    cards: int
    starts_on: str
    ends_on: str
    ended_early: bool
    ordered_at: str
    tenant: str


class PackageSaleBodyPage(TypedDict):
    """A page of rows."""

    data: list["PackageSale"]
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


class Payout(TypedDict):
    """A payout: `held` waits for approval, `sent` is at the bank, `returned` is payable again."""

    id: str
    number: str
    payee: str
    amount: "Money"
    state: Literal["held", "sent", "paid", "returned"]
    failure: str
    account_last_four: str
    bank_reference: str
    transfer: str
    reversed: "Money"
    held_at: str
    ended_at: str | None


class PayoutPage(TypedDict):
    """A page of rows."""

    data: list["Payout"]
    next_cursor: str | None


class PayoutStatement(TypedDict):
    """What happened between two payouts."""

    payout: "Payout | None"
    opening: "Money"
    earned: "Money"
    commission: "Money"
    commission_tax: "Money"
    came_back: "Money"
    paid_out: "Money"
    closing: "Money"
    held_back: "Money"
    let_go: "Money"
    settled_debt: "Money"
    closing_payable: "Money"
    closing_held_back: "Money"
    closing_owed: "Money"
    earnings: list["Earning"]


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


class Procurement(TypedDict):
    """References of a purchase, each empty where there is none."""

    purchase_order: str
    contract: str
    fund: str
    project: str
    cost_centre: str
    contact: str
    acceptance: str


class ProgrammeDetail(TypedDict):
    """The same, with what it says."""

    code: str
    name: str
    name_en: str
    jurisdiction: str
    region: str
    level: str
    authority: str
    mode: str
    source_title: str
    version: int | None
    since: str | None
    missing: list["ProgrammePart"]
    assumptions: list["ProgrammePart"]
    document: dict[str, object]


class ProgrammeDifference(TypedDict):
    """A place at which a version differs from the one before."""

    path: str
    before: str | None
    after: str | None


class ProgrammePart(TypedDict):
    """A part on which the text is silent."""

    path: str
    text_needed: str
    assumed: str | None
    because: str


class Programme(TypedDict):
    """A published programme, and which version of it is in force here."""

    code: str
    name: str
    name_en: str
    jurisdiction: str
    region: str
    level: str
    authority: str
    mode: str
    source_title: str
    version: int | None
    since: str | None


class ProgrammePage(TypedDict):
    """A page of rows."""

    data: list["Programme"]
    next_cursor: str | None


class ProgrammeVersionDetail(TypedDict):
    """The same, with its document."""

    code: str
    number: int
    state: Literal["proposed", "active", "ended", "withdrawn"]
    sha256: str
    evaluator: int
    origin: Literal["library", "officer"]
    reason: str
    made_at: str
    decided_at: str | None
    decision_reason: str
    in_force_from: str | None
    in_force_until: str | None
    ended_because: str
    missing: list["ProgrammePart"]
    assumptions: list["ProgrammePart"]
    differences: list["ProgrammeDifference"]
    document: dict[str, object]


class ProgrammeVersion(TypedDict):
    """A version of a programme, and what became of it."""

    code: str
    number: int
    state: Literal["proposed", "active", "ended", "withdrawn"]
    sha256: str
    evaluator: int
    origin: Literal["library", "officer"]
    reason: str
    made_at: str
    decided_at: str | None
    decision_reason: str
    in_force_from: str | None
    in_force_until: str | None
    ended_because: str


class ProgrammeVersionPage(TypedDict):
    """A page of rows."""

    data: list["ProgrammeVersion"]
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


class Proof(TypedDict):
    """A proof of a version."""

    id: str
    kind: Literal[
        "software_copyright",
        "patent_application",
        "patent",
        "algorithm_filing",
        "generative_ai_filing",
        "data_property",
    ]
    number: str
    file_name: str
    sha256: str
    uploaded_at: str


class Prospect(TypedDict):
    """What a programme would give for a contract if what is missing came."""

    programme: str
    version: int
    contract: str
    provider: str
    outcome: Literal["eligible", "refused", "incomplete", "needs_figure"]
    amount: "Money | None"
    is_at_most: bool
    best: "Money"
    missing: list[str]
    verdicts: list["ProspectVerdict"]
    steps: list["ProspectStep"]


class ProspectStep(TypedDict):
    """One intermediate number of the amount, in whole units: micro_yuan or card_time."""

    name: str
    clause: str
    unit: str
    value: str
    inputs: dict[str, object]


class ProspectVerdict(TypedDict):
    """One condition, with the clause that it comes from and what it looked at."""

    rule: str
    clause: str
    judgement: Literal["holds", "fails", "missing"]
    inputs: dict[str, object]
    missing: list[str]


class Prospects(TypedDict):
    """All of them, on the rated use from `since` to `as_of`, both included."""

    since: str
    as_of: str
    net: "Money"
    best: "Money"
    prospects: list["Prospect"]


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


class Receivable(TypedDict):
    """What is owed to one operator: owed = open items + unbilled."""

    operator: str
    operator_name: str
    owed: "Money"
    unbilled: "Money"
    disputed: "Money"
    aged: "Aged"
    items: list["OpenItem"]


class Receivables(TypedDict):
    """What is owed, by operator."""

    as_of: str
    operators: list["Receivable"]


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


class Round(TypedDict):
    """What was handed in once, and what became of it."""

    round: int
    submitted_at: str
    due_on: str
    snapshot_sha256: str
    outcome: Literal["approved", "rectify", "rejected"] | None
    reason: str
    failed: list[
        Literal[
            "ownership",
            "proof_numbers",
            "training_data",
            "lineage",
            "limits_told",
            "no_filing_as_praise",
        ]
    ]


class RunMonth(TypedDict):
    """A month in which something was booked."""

    month: str


class RunMonthBodyPage(TypedDict):
    """A page of rows."""

    data: list["RunMonth"]
    next_cursor: str | None


class RunTenant(TypedDict):
    """A tenant's month, and what holds it up."""

    tenant: str
    name: str
    step: Literal["open", "parked", "rated", "closed", "invoiced", "settled"]
    waiting: int
    parked: int
    reasons: list[str]
    refusal: str
    gross: "Money | None"
    bills: int
    closed_at: str | None
    settled_at: str | None


class RunTenantBodyPage(TypedDict):
    """A page of rows."""

    data: list["RunTenant"]
    next_cursor: str | None


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


class SettlementRun(TypedDict):
    """A month's settlement as it stands."""

    month: str
    state: Literal["not_over", "grace", "moving", "still", "parked", "done"]
    starts_by_itself_at: str
    last_step_at: str | None
    tenants: int
    closed: int
    finished: int
    parked: int


class Share(TypedDict):
    """What one payer bears of a charge."""

    amount: "Money | None"
    card_time: "CardTime | None"
    payer_kind: Literal["in_kind", "promotion", "award", "paid", "credit", "arrears"]
    payer: str
    posting: "Posting | None"


class Side(TypedDict):
    """A balance: documents, less use that is on no bill, is the books' balance."""

    balance: "Money"
    unbilled: "Money"
    ledger: "Money"


class SigningKey(TypedDict):
    """The public half of a key that certificates were signed with."""

    kid: str
    public_key: str
    first_used_at: str


class SigningKeys(TypedDict):
    """Every key that ever signed a certificate."""

    data: list["SigningKey"]


class SourceDelivery(TypedDict):
    """A delivery, and how many of its records became what."""

    import_id: str
    format: str
    origin: str
    started_at: str
    finished_at: str | None
    accepted: int
    duplicate: int
    conflict: int
    rejected: int


class SourceDeliveryPage(TypedDict):
    """A page of rows."""

    data: list["SourceDelivery"]
    next_cursor: str | None


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


class UsageDispute(TypedDict):
    """A dispute about one usage record, or a span of it."""

    id: str
    record: str
    source: str
    external_id: str
    tenant: str
    operator: str
    starts_at: str
    ends_at: str
    reason: Literal[
        "did_not_run", "failed", "wrong_time", "wrong_cards", "twice", "not_ours", "other"
    ]
    words: str
    state: Literal["open", "granted", "settled", "rejected", "escalated", "upheld", "withdrawn"]
    opened_at: str
    due_on: str
    disputed: "Money"
    before: "Money"
    after: "Money | None"
    escalation: str
    escalated_at: str | None
    closed_at: str | None
    answers: list["Answer"]


class UsageDisputePage(TypedDict):
    """A page of rows."""

    data: list["UsageDispute"]
    next_cursor: str | None


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


class VersionLineage(TypedDict):
    """Where a version comes from, and what of its income goes there."""

    parent: str
    how: Literal["distilled", "quantised", "fine_tuned"]
    royalty_ppm: int
    burden_ppm: int


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
        "usage.disputed",
        "invoice.issued",
        "month.settled",
        "statement.issued",
        "claim.made",
        "claim.submitted",
        "claim.paid",
        "award.approved",
        "balance.low",
        "hold.exhausted",
        "budget.reached",
        "budget.stopped",
        "credit.changed",
        "package.ordered",
        "package.changed",
        "package.ending",
        "payment.received",
        "payment.failed",
        "payment.due",
        "refund.paid",
        "refund.failed",
        "dispute.opened",
        "dispute.closed",
        "usage_dispute.answered",
        "usage_dispute.settled",
        "application.moved",
        "payout.paid",
        "payout.returned",
        "payout.reversed",
        "connected_account.limited",
        "onward_payout.failed",
        "payout_account.proposed",
        "payout_account.approved",
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
            "usage.disputed",
            "invoice.issued",
            "month.settled",
            "statement.issued",
            "claim.made",
            "claim.submitted",
            "claim.paid",
            "award.approved",
            "balance.low",
            "hold.exhausted",
            "budget.reached",
            "budget.stopped",
            "credit.changed",
            "package.ordered",
            "package.changed",
            "package.ending",
            "payment.received",
            "payment.failed",
            "payment.due",
            "refund.paid",
            "refund.failed",
            "dispute.opened",
            "dispute.closed",
            "usage_dispute.answered",
            "usage_dispute.settled",
            "application.moved",
            "payout.paid",
            "payout.returned",
            "payout.reversed",
            "connected_account.limited",
            "onward_payout.failed",
            "payout_account.proposed",
            "payout_account.approved",
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
