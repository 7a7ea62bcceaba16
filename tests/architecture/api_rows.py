"""Rows of the permission matrix for the API of compute billing; see permission_rows.

Whatever is listed is the caller's own (tests of compute_billing.api).
"""

from __future__ import annotations

from uuid import UUID

from accounts.models import Organisation
from accounts.permissions import Role, Scope, Staff
from tests.architecture.access import Access, Row
from tests.builders.accounts import make_api_key
from tests.builders.deliveries import make_delivery
from tests.builders.packages import an_offer_draft, own_package
from tests.builders.reading import (
    a_price_draft,
    own_claim,
    own_conflict,
    own_dispute,
    own_disputed_source,
    own_hold,
    own_invoice,
    own_retry,
    own_source,
    own_statement,
    own_totals,
    own_usage_record,
)

USAGE_READING = Access(
    scope=Scope.USAGE_READ, roles={Role.OWNER, Role.FINANCE, Role.DEVELOPER, Role.VIEWER}
)
BILL_READING = Access(scope=Scope.BILLING_READ, roles={Role.OWNER, Role.FINANCE, Role.VIEWER})
BUYING = Access(scope=Scope.BILLING_WRITE, roles={Role.OWNER, Role.FINANCE})
PRICE_READING = Access(scope=Scope.CATALOGUE_READ, roles=set(Role))
SOURCE_READING = Access(
    scope=Scope.USAGE_READ,
    roles={Role.OWNER, Role.DEVELOPER},
    staff={Staff.OPERATOR, Staff.AUDITOR},
)
STATEMENT_READING = Access(
    scope=Scope.BILLING_READ,
    roles={Role.OWNER, Role.FINANCE, Role.VIEWER},
    staff={Staff.FINANCE, Staff.OPERATOR, Staff.AUDITOR},
)
CLAIM_READING = Access(
    scope=Scope.BILLING_READ,
    roles={Role.OWNER, Role.FINANCE, Role.VIEWER},
    staff={Staff.SUBSIDY_OFFICER, Staff.SUBSIDY_APPROVER, Staff.FINANCE, Staff.AUDITOR},
)
DRAFT_READING = Access(
    scope=Scope.CATALOGUE_READ,
    roles={Role.OWNER, Role.FINANCE},
    staff={Staff.OPERATOR, Staff.FINANCE, Staff.AUDITOR},
)
DRAFT_WRITING = Access(scope=Scope.CATALOGUE_WRITE, roles={Role.OWNER, Role.FINANCE})
SOURCE_WRITING = Access(scope=Scope.USAGE_WRITE, roles={Role.OWNER, Role.DEVELOPER})


def make_key_of_keys(organisation: Organisation) -> UUID:
    """Issue a key that any manager of keys may make another of; return its public id."""
    issued = make_api_key(organisation=organisation, scopes=[Scope.KEYS_WRITE])
    return issued.api_key.public_id


NEW_KEY = {"name": "another", "scopes": [Scope.KEYS_WRITE]}
KEY_MANAGERS = {Role.OWNER, Role.DEVELOPER}

# Whose sandbox it is follows from who asks: there is no other to name.
SANDBOX_WRITING = Row(
    methods={"POST": Access(scope=Scope.KEYS_WRITE, roles=KEY_MANAGERS, body=NEW_KEY)}
)

API_ROWS: dict[str, Row] = {
    "keys": Row(
        methods={
            "GET": Access(scope=Scope.KEYS_READ, roles=KEY_MANAGERS),
            "POST": Access(scope=Scope.KEYS_WRITE, roles=KEY_MANAGERS, body=NEW_KEY),
        }
    ),
    "key-revoke": Row(
        methods={"POST": Access(scope=Scope.KEYS_WRITE, roles=KEY_MANAGERS)},
        make=lambda world: {"key_id": make_key_of_keys(world.organisation)},
    ),
    "key-rotate": Row(
        methods={"POST": Access(scope=Scope.KEYS_WRITE, roles=KEY_MANAGERS)},
        make=lambda world: {"key_id": make_key_of_keys(world.organisation)},
    ),
    # A key writes to its own operator's sources only (tests of compute_billing.api).
    "usage-records": Row(methods={"GET": USAGE_READING, "POST": Access(scope=Scope.USAGE_WRITE)}),
    "usage-record": Row(
        methods={"GET": USAGE_READING},
        make=lambda world: {"record_id": own_usage_record(world.organisation)},
    ),
    "sandbox": Row(
        methods={
            "GET": Access(scope=Scope.KEYS_READ, roles=KEY_MANAGERS),
            "POST": Access(scope=Scope.KEYS_WRITE, roles=KEY_MANAGERS),
        }
    ),
    "sandbox-keys": SANDBOX_WRITING,
    "sandbox-reset": SANDBOX_WRITING,
    "sandbox-top-ups": SANDBOX_WRITING,
    "sandbox-close": SANDBOX_WRITING,
    "usage-import": Row(
        methods={
            "GET": Access(
                scope=Scope.USAGE_READ,
                roles={Role.OWNER, Role.DEVELOPER},
                staff={Staff.OPERATOR},
            )
        },
        make=lambda world: {"import_id": make_delivery(operator=world.organisation)},
    ),
    "charges": Row(methods={"GET": BILL_READING}),
    "usage-disputes": Row(methods={"GET": BILL_READING, "POST": BUYING}),
    "usage-dispute": Row(
        methods={"GET": BILL_READING},
        make=lambda world: {"dispute_id": own_dispute(world.organisation)},
    ),
    "usage-dispute-withdraw": Row(
        methods={"POST": BUYING},
        make=lambda world: {"dispute_id": own_dispute(world.organisation)},
    ),
    "usage-dispute-escalate": Row(
        methods={
            "POST": Access(
                scope=Scope.BILLING_WRITE,
                roles={Role.OWNER, Role.FINANCE},
                body={"words": "The log says otherwise."},
            )
        },
        make=lambda world: {"dispute_id": own_dispute(world.organisation)},
    ),
    "source-disputes": Row(
        methods={"GET": SOURCE_READING},
        make=lambda world: {"code": own_source(world.organisation)},
    ),
    "source-dispute": Row(
        methods={"GET": SOURCE_READING},
        make=lambda world: own_disputed_source(world.organisation),
    ),
    "source-dispute-answer": Row(
        methods={
            "POST": Access(
                scope=Scope.USAGE_WRITE,
                roles={Role.OWNER, Role.DEVELOPER},
                body={"verdict": "rejected", "words": "The log says so."},
            )
        },
        make=lambda world: own_disputed_source(world.organisation),
    ),
    "quotes": Row(methods={"POST": BILL_READING}),
    "balance": Row(methods={"GET": BILL_READING}),
    "lots": Row(methods={"GET": BILL_READING}),
    "arrears": Row(methods={"GET": BILL_READING}),
    # An operator asks for holds of its own sources' accounts (tests of compute_billing.api).
    "holds": Row(methods={"GET": USAGE_READING, "POST": SOURCE_WRITING}),
    "hold": Row(
        methods={"GET": USAGE_READING},
        make=lambda world: {"hold_id": own_hold(world.organisation)},
    ),
    "hold-extend": Row(
        methods={
            "POST": Access(
                scope=Scope.USAGE_WRITE,
                roles={Role.OWNER, Role.DEVELOPER},
                body={"until": "2026-11-20T05:00:00Z"},
            )
        },
        make=lambda world: {"hold_id": own_hold(world.organisation)},
    ),
    "hold-release": Row(
        methods={
            "POST": Access(
                scope=Scope.USAGE_WRITE,
                roles={Role.OWNER, Role.DEVELOPER},
                body={"ended_at": None},
            )
        },
        make=lambda world: {"hold_id": own_hold(world.organisation)},
    ),
    # Staff name the operator (tests.compute_billing.api.test_enforcement).
    "enforcement": Row(
        methods={
            "GET": Access(
                scope=Scope.USAGE_READ,
                roles=USAGE_READING.roles,
                staff={Staff.OPERATOR, Staff.FINANCE, Staff.AUDITOR},
            )
        }
    ),
    "months": Row(methods={"GET": BILL_READING}),
    "awards": Row(methods={"GET": BILL_READING}),
    "invoices": Row(methods={"GET": BILL_READING}),
    "invoice": Row(
        methods={"GET": BILL_READING},
        make=lambda world: {"invoice_id": own_invoice(world.organisation)},
    ),
    "invoice-document": Row(
        methods={"GET": BILL_READING},
        make=lambda world: {"invoice_id": own_invoice(world.organisation)},
    ),
    "prices": Row(methods={"GET": PRICE_READING}),
    "package-offers": Row(methods={"GET": PRICE_READING}),
    "package-offer-drafts": Row(methods={"GET": DRAFT_READING, "POST": DRAFT_WRITING}),
    "package-offer-draft": Row(
        methods={"GET": DRAFT_READING},
        make=lambda world: {"draft_id": an_offer_draft(world.organisation)},
    ),
    "package-offer-draft-withdraw": Row(
        methods={"POST": DRAFT_WRITING},
        make=lambda world: {"draft_id": an_offer_draft(world.organisation)},
    ),
    "package-capacity": Row(methods={"GET": DRAFT_READING, "POST": DRAFT_WRITING}),
    "package-quotes": Row(methods={"POST": BILL_READING}),
    "api-packages": Row(methods={"GET": BILL_READING, "POST": BUYING}),
    "api-package": Row(
        methods={"GET": BILL_READING},
        make=lambda world: {"package_id": own_package(world.organisation)},
    ),
    **{
        f"api-package-{act}": Row(
            methods={"POST": BUYING},
            make=lambda world: {"package_id": own_package(world.organisation)},
        )
        for act in ("resize", "renewal", "end")
    },
    "projects": Row(methods={"GET": PRICE_READING}),
    # Staff name the operator (tests.compute_billing.api.test_operators).
    "statements": Row(methods={"GET": STATEMENT_READING}),
    "statement": Row(
        methods={"GET": STATEMENT_READING},
        make=lambda world: {"statement_id": own_statement(world.organisation)},
    ),
    "sources": Row(methods={"GET": SOURCE_READING}),
    "source-rejects": Row(
        methods={"GET": SOURCE_READING},
        make=lambda world: {"code": own_source(world.organisation)},
    ),
    "source-conflicts": Row(
        methods={"GET": SOURCE_READING},
        make=lambda world: {"code": own_source(world.organisation)},
    ),
    # Both need a key that somebody answers for (tests.compute_billing.api.test_account_mappings).
    "account-mappings": Row(
        methods={"GET": SOURCE_READING, "POST": SOURCE_WRITING},
        make=lambda world: {"code": own_source(world.organisation)},
    ),
    "account-mapping-end": Row(
        methods={"POST": SOURCE_WRITING},
        make=lambda world: {"code": own_source(world.organisation)},
    ),
    "source-retry": Row(
        methods={"POST": SOURCE_WRITING},
        make=lambda world: {"code": own_source(world.organisation)},
    ),
    "source-retry-detail": Row(
        methods={"GET": SOURCE_READING},
        make=lambda world: {
            "code": own_source(world.organisation),
            "retry_id": own_retry(world.organisation),
        },
    ),
    "source-conflict": Row(
        methods={"GET": SOURCE_READING}, make=lambda world: own_conflict(world.organisation)
    ),
    # A key whose maker is unknown decides nothing (tests.compute_billing.api.test_conflicts).
    "source-conflict-decide": Row(
        methods={
            "POST": Access(
                scope=Scope.USAGE_WRITE,
                roles={Role.OWNER, Role.DEVELOPER},
                body={"decision": "kept", "reason": "reported twice"},
            )
        },
        make=lambda world: own_conflict(world.organisation),
    ),
    "source-totals-list": Row(
        methods={"GET": SOURCE_READING, "POST": SOURCE_WRITING},
        make=lambda world: {"code": own_source(world.organisation)},
    ),
    "source-totals": Row(
        methods={"GET": SOURCE_READING}, make=lambda world: own_totals(world.organisation)
    ),
    "source-totals-explain": Row(
        methods={"POST": SOURCE_WRITING}, make=lambda world: own_totals(world.organisation)
    ),
    "price-drafts": Row(methods={"GET": DRAFT_READING, "POST": DRAFT_WRITING}),
    "price-draft": Row(
        methods={"GET": DRAFT_READING, "PATCH": DRAFT_WRITING},
        make=lambda world: a_price_draft(world.organisation),
    ),
    "price-draft-effects": Row(
        methods={"GET": DRAFT_READING}, make=lambda world: a_price_draft(world.organisation)
    ),
    "price-draft-withdraw": Row(
        methods={"POST": DRAFT_WRITING}, make=lambda world: a_price_draft(world.organisation)
    ),
    # By people only: four eyes are two persons.
    "price-draft-approve": Row(
        methods={"POST": Access(staff={Staff.OPERATOR, Staff.FINANCE})},
        make=lambda world: a_price_draft(world.organisation),
    ),
    "claims-list": Row(methods={"GET": CLAIM_READING}),
    "claim-detail": Row(
        methods={"GET": CLAIM_READING},
        make=lambda world: {"claim_id": own_claim(world.organisation)},
    ),
    "claim-lines": Row(
        methods={"GET": CLAIM_READING},
        make=lambda world: {"claim_id": own_claim(world.organisation)},
    ),
    "claim-submit": Row(
        methods={
            "POST": Access(
                scope=Scope.BILLING_WRITE,
                roles={Role.OWNER, Role.FINANCE},
                staff={Staff.SUBSIDY_OFFICER, Staff.FINANCE},
            )
        },
        make=lambda world: {"claim_id": own_claim(world.organisation)},
    ),
    "claim-payment": Row(
        methods={
            "POST": Access(
                scope=Scope.BILLING_WRITE,
                roles={Role.OWNER, Role.FINANCE},
                staff={Staff.FINANCE},
                body={"budget_document_no": "京财 2026-9", "treasury_receipt_no": "国库 9"},
            )
        },
        make=lambda world: {"claim_id": own_claim(world.organisation)},
    ),
}
