"""What an evaluation is told: a firm, a provider, a contract, its costs, as of a date. Pure.

Whatever is None, or absent from a mapping, is *not known*; a rule that needs it says what is
missing instead of guessing. Money is whole micro-yuan with tax; `tax_micro` is the tax within it.
Dates are calendar dates of Asia/Shanghai; periods are half-open.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Literal

import msgspec

SizeClass = Literal["micro", "small", "medium", "large"]
TaxBasis = Literal["with_tax", "without_tax"]


class Stage(StrEnum):
    """Where in the life of an award one asks."""

    APPLY = "apply"
    CLAIM = "claim"


class SubjectKind(StrEnum):
    """What kind of body applies."""

    ENTERPRISE = "enterprise"
    UNIVERSITY = "university"
    INSTITUTE = "institute"
    SOCIAL_ORGANISATION = "social_organisation"
    MAKER = "maker"
    ONE_PERSON_COMPANY = "one_person_company"


class Purpose(StrEnum):
    """What compute is used for."""

    TRAINING = "training"
    INFERENCE = "inference"
    MODEL_SERVICE = "model_service"
    APPLICATION = "application"
    RESEARCH = "research"


class CostKind(StrEnum):
    """What was bought."""

    ACCELERATOR = "accelerator"
    PROCESSOR = "processor"
    MODEL_SERVICE = "model_service"
    STORAGE = "storage"
    NETWORK = "network"
    SECURITY = "security"
    SUPPORT = "support"
    SERVERS = "servers"


class Overlap(StrEnum):
    """How near other money comes to this application, from near to far."""

    CONTRACT = "contract"
    COST = "cost"
    LEVEL = "level"
    ANY = "any"


class Known(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the facts: immutable, and nothing is passed over in silence."""


class Subject(Known, frozen=True, kw_only=True):
    """Who applies."""

    kind: SubjectKind | None = None
    registered_region: str | None = None
    operating_region: str | None = None
    industry: str | None = None
    size_class: SizeClass | None = None
    founded_on: date | None = None
    is_legal_person: bool | None = None
    clean_record_since: date | None = None
    is_listed_as_dishonest: bool | None = None
    filings: tuple[str, ...] | None = None
    lists: Mapping[str, bool] = {}
    years_supported: tuple[int, ...] | None = None


class Provider(Known, frozen=True, kw_only=True):
    """Who sells the compute. `is_related` is asked in both directions."""

    region: str | None = None
    licences: tuple[str, ...] | None = None
    capacity_petaflops: int | None = None
    capacity_racks: int | None = None
    lists: Mapping[str, bool] = {}
    is_related: bool | None = None
    is_own_facility: bool | None = None
    has_claimed: bool | None = None


class Contract(Known, frozen=True, kw_only=True):
    """The compute contract; it runs from `starts_on` to the day before `ends_on`."""

    number: str
    signed_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    amount_micro: int | None = None
    tax_micro: int | None = None
    purpose: Purpose | None = None
    is_ordered_on_platform: bool | None = None
    other_applications: int | None = None


class Cost(Known, frozen=True, kw_only=True):
    """One line of use or purchase, after commercial discount; paid on `settled_on` or not yet."""

    reference: str
    kind: CostKind
    incurred_on: date
    amount_micro: int
    tax_micro: int | None = None
    settled_on: date | None = None
    purpose: Purpose | None = None
    is_domestic: bool | None = None
    is_filed_model: bool | None = None
    card_time: int = 0


class Funding(Known, frozen=True, kw_only=True):
    """Public money for the same matter from elsewhere, granted or asked for."""

    programme: str
    level: str
    overlap: Overlap
    amount_micro: int


class CapUse(Known, frozen=True, kw_only=True):
    """What others drew on a cap of this programme, in micro-yuan (or card-time)."""

    reserved: int = 0
    paid: int = 0


class Evidence(Known, frozen=True, kw_only=True):
    """A paper that was filed; the date that stands on it."""

    kind: str
    dated_on: date
    sha256: str


class Decision(Known, frozen=True, kw_only=True):
    """Figures that only people can give: where a text says 不超过, or asks for a review."""

    rate_ppm: int | None = None
    amount_micro: int | None = None
    card_time: int | None = None
    score: int | None = None
    raised_caps: Mapping[str, int] = {}


class Facts(Known, frozen=True, kw_only=True):
    """All that an evaluation is told."""

    as_of: date
    applied_on: date | None = None
    claimed_on: date | None = None
    approved_on: date | None = None
    subject: Subject
    provider: Provider
    contract: Contract
    costs: tuple[Cost, ...] = ()
    other_funding: tuple[Funding, ...] | None = None
    caps: Mapping[str, CapUse] = {}
    evidence: tuple[Evidence, ...] = ()
    decision: Decision = Decision()
