"""Who gets in where: one row per URL name. A URL without a row fails the suite.

To add a URL, add a row to ROWS:

    "usage-record": Row(
        methods={"GET": Access(scope=Scope.USAGE_READ, roles={Role.OWNER, Role.VIEWER})},
        make=lambda world: {"record_id": make_usage_record(tenant=world.organisation).id},
    )

`make` is needed where the path has parameters. It makes an object that belongs to
`world.organisation` and returns the path parameters that name it; it is called once for the
tenant and once for another tenant. The suite then tries every method as everybody, and the
other tenant's object and a random one as those who would get in.

A method that is missing from `methods` is expected to be refused to everybody.
"""

from __future__ import annotations

from accounts.permissions import Role, Staff
from tests.architecture.access import Access, Row, World
from tests.architecture.account_rows import ACCOUNT_ROWS, PUBLIC
from tests.architecture.api_rows import API_ROWS
from tests.architecture.bank_rows import BANK_ROWS
from tests.architecture.cash_rows import CASH_ROWS
from tests.architecture.desk_rows import DESK_ROWS
from tests.architecture.einvoice_rows import EINVOICE_ROWS
from tests.architecture.event_rows import EVENT_ROWS
from tests.architecture.listing_rows import LISTING_ROWS
from tests.architecture.officer_rows import OFFICER_ROWS
from tests.architecture.operator_rows import OPERATOR_ROWS
from tests.architecture.payment_rows import PAYMENT_ROWS
from tests.architecture.payout_rows import PAYOUT_ROWS
from tests.architecture.programme_rows import PROGRAMME_ROWS
from tests.architecture.read_rows import READ_ROWS
from tests.architecture.receivable_rows import RECEIVABLE_ROWS
from tests.architecture.verification_rows import VERIFICATION_ROWS
from tests.builders.applications import a_notice

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Others import them from here.
__all__ = ["CLOSED_SITES", "METHODS", "OPEN_IN_CLOSED_SITES", "PUBLIC", "ROWS", "Access", "Row"]
__all__ += ["World"]

ROWS: dict[str, Row] = {
    "healthz": Row(methods={"GET": PUBLIC}),
    "readyz": Row(methods={"GET": PUBLIC}),
    # Open in development only; production asks for its own token (tests of config.health).
    "metrics": Row(methods={"GET": PUBLIC}),
    **ACCOUNT_ROWS,
    # The portal; what was settled shows members their own rows.
    "overview": Row(methods={"GET": Access(roles=set(Role), staff=set(Staff))}),
    "settled": Row(methods={"GET": Access(roles=set(Role), staff=set(Staff))}),
    **BANK_ROWS,
    **CASH_ROWS,
    **DESK_ROWS,
    **EINVOICE_ROWS,
    **OFFICER_ROWS,
    **OPERATOR_ROWS,
    **API_ROWS,
    **EVENT_ROWS,
    **PAYMENT_ROWS,
    **READ_ROWS,
    **PAYOUT_ROWS,
    **RECEIVABLE_ROWS,
    **VERIFICATION_ROWS,
    # Django's own view: whatever the method, it only sets a cookie and goes back.
    "set_language": Row(methods=dict.fromkeys(METHODS, PUBLIC)),
    "api-schema": Row(methods={"GET": PUBLIC}),
    "api-reference": Row(methods={"GET": PUBLIC}),
    "programmes": Row(methods={"GET": PUBLIC}),
    # A published text belongs to nobody.
    "programme": Row(methods={"GET": PUBLIC}, make=lambda _: {"code": "nanning-2025"}, owned=False),
    **PROGRAMME_ROWS,
    # A public notice is everybody's.
    "public-notices": Row(methods={"GET": PUBLIC}),
    "public-notice": Row(methods={"GET": PUBLIC, "POST": PUBLIC}, make=a_notice, owned=False),
    **LISTING_ROWS,
}

# Sites whose many addresses share one answer: nobody of the cast gets in at any of them.
CLOSED_SITES = ("admin/",)
# Addresses inside closed sites that are open by their nature.
OPEN_IN_CLOSED_SITES = frozenset({"admin:login", "admin:jsi18n", "admin:logout"})
