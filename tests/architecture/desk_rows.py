"""Rows of the permission matrix for the desks of the portal; see permission_rows."""

from __future__ import annotations

from typing import Final

from accounts.permissions import Role, Staff
from tests.architecture.access import Access, Row
from tests.builders.packages import own_package
from tests.builders.reading import (
    own_dispute,
    own_dispute_paper,
    own_invoice,
    own_usage_record,
    tenants_hold,
    tenants_lot,
)

BOOK_STAFF: Final = set(Staff) - {Staff.LISTING_REVIEWER, Staff.SUBSIDY_REVIEWER}
USAGE_READING: Final = Access(
    roles={Role.OWNER, Role.FINANCE, Role.DEVELOPER, Role.VIEWER}, staff=BOOK_STAFF
)
BILL_READING: Final = Access(roles={Role.OWNER, Role.FINANCE, Role.VIEWER}, staff=BOOK_STAFF)
BUYING: Final = Access(roles={Role.OWNER, Role.FINANCE})

DESK_ROWS: Final[dict[str, Row]] = {
    "usage": Row(methods={"GET": USAGE_READING}),
    "usage-why": Row(
        methods={"GET": USAGE_READING},
        make=lambda world: {"record_id": own_usage_record(world.organisation)},
    ),
    "usage-dispute-new": Row(
        methods={"GET": BILL_READING, "POST": BUYING},
        make=lambda world: {"record_id": own_usage_record(world.organisation)},
    ),
    "own-disputes": Row(methods={"GET": BILL_READING}),
    "own-dispute": Row(
        methods={"GET": BILL_READING},
        make=lambda world: {"dispute_id": own_dispute(world.organisation)},
    ),
    **{
        name: Row(
            methods={"POST": BUYING},
            make=lambda world: {"dispute_id": own_dispute(world.organisation)},
        )
        for name in ("own-dispute-withdraw", "own-dispute-escalate")
    },
    "dispute-attach": Row(
        methods={
            "POST": Access(roles={Role.OWNER, Role.FINANCE}, staff={Staff.OPERATOR, Staff.FINANCE})
        },
        make=lambda world: {"dispute_id": own_dispute(world.organisation)},
    ),
    "dispute-paper": Row(
        methods={"GET": BILL_READING},
        make=lambda world: {
            "dispute_id": own_dispute(world.organisation),
            "file_id": own_dispute_paper(world.organisation),
        },
    ),
    "style": Row(methods={"GET": Access(roles=set(Role), staff=set(Staff))}),
    "estimate": Row(methods={"GET": USAGE_READING}),
    "wallet": Row(methods={"GET": BILL_READING}),
    "tenant-holds": Row(methods={"GET": USAGE_READING}),
    "tenant-hold": Row(
        methods={"GET": USAGE_READING},
        make=lambda world: {"hold_id": tenants_hold(world.organisation)},
    ),
    "tenant-lot": Row(
        methods={"GET": BILL_READING}, make=lambda world: {"word": tenants_lot(world.organisation)}
    ),
    "packages": Row(methods={"GET": BILL_READING}),
    "package-order": Row(methods={"GET": BUYING, "POST": BUYING}),
    "package": Row(
        methods={"GET": BILL_READING},
        make=lambda world: {"package_id": own_package(world.organisation)},
    ),
    **{
        name: Row(
            methods={"POST": BUYING},
            make=lambda world: {"package_id": own_package(world.organisation)},
        )
        for name in ("package-resize", "package-renewal", "package-end")
    },
    "bills": Row(methods={"GET": BILL_READING}),
    "bill": Row(
        methods={"GET": BILL_READING},
        make=lambda world: {"bill_id": own_invoice(world.organisation)},
    ),
    "bill-document": Row(
        methods={"GET": BILL_READING},
        make=lambda world: {"bill_id": own_invoice(world.organisation), "language": "zh"},
    ),
}
