"""Rows of the permission matrix for the operator's desk; see permission_rows.

What stands in its paths belongs to no tenant: the operator's staff serve all of them.
"""

from __future__ import annotations

from typing import Final

from accounts.permissions import Staff
from compute_billing.metering import reconciling
from compute_billing.metering.queries import source_by_code
from tests.architecture.access import Access, Row, World
from tests.builders.accounts import make_user
from tests.builders.invoices import OCTOBER
from tests.builders.market import NOW
from tests.builders.packages import an_offer_draft
from tests.builders.reading import (
    a_conflict,
    a_price_draft,
    a_reject,
    own_dispute,
    own_retry,
    own_source,
    own_statement,
)

READING: Final = Access(staff={Staff.OPERATOR, Staff.FINANCE, Staff.AUDITOR})
ACTING: Final = Access(staff={Staff.OPERATOR})
APPROVING: Final = Access(staff={Staff.OPERATOR, Staff.FINANCE})


def a_retry(world: World) -> dict[str, object]:
    """Name a retry."""
    return {"retry_id": own_retry(world.organisation)}


def some_totals(world: World) -> dict[str, object]:
    """Name totals of a source."""
    totals = reconciling.deliver_totals(
        source_id=source_by_code(own_source(world.organisation)).pk,
        month=OCTOBER,
        quantities={"own": 1},
        delivered_by_id=make_user().pk,
        now=NOW,
    )
    return {"totals_id": totals.public_id}


OPERATOR_ROWS: Final[dict[str, Row]] = {
    "operator-sources": Row(methods={"GET": READING}),
    "operator-deliveries": Row(methods={"GET": READING}),
    "operator-rejects": Row(methods={"GET": READING}),
    "operator-reject": Row(
        methods={"GET": READING}, make=lambda world: a_reject(world.organisation), owned=False
    ),
    "operator-map-account": Row(
        methods={"POST": ACTING}, make=lambda world: a_reject(world.organisation), owned=False
    ),
    "operator-ask-retry": Row(methods={"POST": ACTING}),
    "operator-retry": Row(methods={"GET": READING}, make=a_retry, owned=False),
    "operator-conflicts": Row(methods={"GET": READING}),
    "operator-conflict": Row(
        methods={"GET": READING}, make=lambda world: a_conflict(world.organisation), owned=False
    ),
    "operator-decide": Row(
        methods={"POST": ACTING}, make=lambda world: a_conflict(world.organisation), owned=False
    ),
    "operator-disputes": Row(methods={"GET": READING}),
    # One that was escalated finance answers (tests.compute_billing.disputes).
    "operator-dispute": Row(
        methods={"GET": READING, "POST": ACTING},
        make=lambda world: {"dispute_id": own_dispute(world.organisation)},
        owned=False,
    ),
    "operator-prices": Row(methods={"GET": READING}),
    "operator-propose-price": Row(methods={"GET": ACTING, "POST": ACTING}),
    "operator-draft": Row(methods={"GET": READING}, make=lambda _: a_price_draft(), owned=False),
    "operator-approve-price": Row(
        methods={"POST": APPROVING}, make=lambda _: a_price_draft(), owned=False
    ),
    "operator-refuse-price": Row(
        methods={"POST": APPROVING}, make=lambda _: a_price_draft(), owned=False
    ),
    "operator-packages": Row(methods={"GET": READING}),
    "operator-package-capacity": Row(methods={"POST": ACTING}),
    "operator-propose-package": Row(methods={"GET": ACTING, "POST": ACTING}),
    "operator-package-offer": Row(
        methods={"GET": READING}, make=lambda _: {"draft_id": an_offer_draft()}, owned=False
    ),
    "operator-approve-package": Row(
        methods={"POST": APPROVING}, make=lambda _: {"draft_id": an_offer_draft()}, owned=False
    ),
    "operator-refuse-package": Row(
        methods={"POST": APPROVING}, make=lambda _: {"draft_id": an_offer_draft()}, owned=False
    ),
    "operator-enforcement": Row(methods={"GET": READING}),
    "operator-clusters": Row(methods={"GET": READING}),
    "operator-reconciliation": Row(methods={"GET": READING}),
    "operator-deliver-totals": Row(methods={"POST": ACTING}),
    "operator-totals": Row(methods={"GET": READING}, make=some_totals, owned=False),
    "operator-explain": Row(methods={"POST": ACTING}, make=some_totals, owned=False),
    "operator-statements": Row(methods={"GET": READING}),
    "operator-statement": Row(
        methods={"GET": READING},
        make=lambda world: {"statement_id": own_statement(world.organisation)},
        owned=False,
    ),
}
