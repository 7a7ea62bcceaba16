"""A firm in Beijing that bought card-time for a million yuan: the facts that tests start from."""

from datetime import date

import msgspec

from compute_billing.subsidies.rules.facts import (
    CapUse,
    Contract,
    Cost,
    CostKind,
    Decision,
    Evidence,
    Facts,
    Provider,
    Purpose,
    Subject,
    SubjectKind,
)

YUAN = 1_000_000
WAN = 10_000 * YUAN

SUBJECT = Subject(
    kind=SubjectKind.ENTERPRISE,
    registered_region="110109",
    operating_region="110109",
    industry="software",
    size_class="small",
    founded_on=date(2021, 5, 1),
    is_legal_person=True,
    clean_record_since=date(2018, 1, 1),
    is_listed_as_dishonest=False,
    filings=(),
    years_supported=(),
)
PROVIDER = Provider(
    region="110109",
    licences=(),
    capacity_petaflops=500,
    is_related=False,
    is_own_facility=False,
    has_claimed=False,
)
CONTRACT = Contract(
    number="HT-2024-001",
    signed_on=date(2024, 1, 10),
    starts_on=date(2024, 1, 15),
    ends_on=date(2025, 1, 1),
    amount_micro=100 * WAN,
    tax_micro=100 * WAN * 6 // 106,
    purpose=Purpose.TRAINING,
    is_ordered_on_platform=True,
    other_applications=0,
)
FACTS = Facts(
    as_of=date(2024, 6, 1),
    applied_on=date(2024, 6, 1),
    subject=SUBJECT,
    provider=PROVIDER,
    contract=CONTRACT,
    other_funding=(),
)


def facts(
    *,
    subject: dict | None = None,
    provider: dict | None = None,
    contract: dict | None = None,
    decision: dict | None = None,
    caps: dict[str, tuple[int, int]] | None = None,
    evidence: tuple[str, ...] = (),
    **others,
) -> Facts:
    """Return the facts with some of them changed; `caps` are (reserved, paid) by name."""
    as_of = others.get("as_of", FACTS.as_of)
    return msgspec.structs.replace(
        FACTS,
        subject=msgspec.structs.replace(SUBJECT, **(subject or {})),
        provider=msgspec.structs.replace(PROVIDER, **(provider or {})),
        contract=msgspec.structs.replace(CONTRACT, **(contract or {})),
        decision=Decision(**(decision or {})),
        caps={
            name: CapUse(reserved=reserved, paid=paid)
            for name, (reserved, paid) in (caps or {}).items()
        },
        evidence=tuple(Evidence(kind=kind, dated_on=as_of, sha256="0" * 64) for kind in evidence),
        **others,
    )


def cost(amount_micro: int, **changed) -> Cost:
    """Return a line of accelerator time, paid on the day it was used."""
    day = changed.pop("incurred_on", date(2024, 5, 1))
    values = {
        "reference": f"cost-{day}-{amount_micro}",
        "kind": CostKind.ACCELERATOR,
        "incurred_on": day,
        "amount_micro": amount_micro,
        "tax_micro": amount_micro * 6 // 106,
        "settled_on": day,
    }
    return Cost(**{**values, **changed})
