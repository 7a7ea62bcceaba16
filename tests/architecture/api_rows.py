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
from tests.builders.reading import (
    own_invoice,
    own_retry,
    own_source,
    own_statement,
    own_usage_record,
)

USAGE_READING = Access(
    scope=Scope.USAGE_READ, roles={Role.OWNER, Role.FINANCE, Role.DEVELOPER, Role.VIEWER}
)
BILL_READING = Access(scope=Scope.BILLING_READ, roles={Role.OWNER, Role.FINANCE, Role.VIEWER})
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
SOURCE_WRITING = Access(scope=Scope.USAGE_WRITE, roles={Role.OWNER, Role.DEVELOPER})


def make_key_of_keys(organisation: Organisation) -> UUID:
    """Issue a key that any manager of keys may make another of; return its public id."""
    issued = make_api_key(organisation=organisation, scopes=[Scope.KEYS_WRITE])
    return issued.api_key.public_id


NEW_KEY = {"name": "another", "scopes": [Scope.KEYS_WRITE]}
KEY_MANAGERS = {Role.OWNER, Role.DEVELOPER}

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
    "balance": Row(methods={"GET": BILL_READING}),
    "lots": Row(methods={"GET": BILL_READING}),
    "arrears": Row(methods={"GET": BILL_READING}),
    "months": Row(methods={"GET": BILL_READING}),
    "awards": Row(methods={"GET": BILL_READING}),
    "invoices": Row(methods={"GET": BILL_READING}),
    "invoice": Row(
        methods={"GET": BILL_READING},
        make=lambda world: {"invoice_id": own_invoice(world.organisation)},
    ),
    "prices": Row(methods={"GET": PRICE_READING}),
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
}
