"""Rows of the permission matrix for programmes and their versions, which belong to nobody."""

from __future__ import annotations

from typing import Final

from accounts.permissions import Role, Scope, Staff
from tests.architecture.access import Access, Row
from tests.architecture.api_rows import BILL_READING
from tests.architecture.officer_rows import AUDIT_READING
from tests.builders.programmes import a_version_in_force, own_prospect

READING: Final = Access(scope=Scope.CATALOGUE_READ, roles=set(Role), staff=set(Staff))
PROPOSING: Final = Access(staff={Staff.SUBSIDY_OFFICER})
DECIDING: Final = Access(staff={Staff.SUBSIDY_APPROVER})


def version_row(**methods: Access) -> Row:
    """Return the row of an address that names a version."""
    return Row(methods=methods, make=a_version_in_force, owned=False)


# As bills are read: the owner's, finance's and viewer's affair, and that of the staff of the books.
PROSPECTING: Final = Access(
    roles={Role.OWNER, Role.FINANCE, Role.VIEWER},
    staff=set(Staff) - {Staff.LISTING_REVIEWER, Staff.SUBSIDY_REVIEWER},
)


PROGRAMME_ROWS: Final[dict[str, Row]] = {
    "programme-desk": Row(methods={"GET": AUDIT_READING}),
    "programme-new": Row(methods={"GET": PROPOSING, "POST": PROPOSING}),
    "programme-version": version_row(GET=AUDIT_READING),
    "programme-edit": version_row(GET=PROPOSING, POST=PROPOSING),
    "programme-fill": version_row(POST=PROPOSING),
    "programme-activate": version_row(POST=DECIDING),
    "programme-withdraw": version_row(
        POST=Access(staff={Staff.SUBSIDY_OFFICER, Staff.SUBSIDY_APPROVER})
    ),
    "programme-end": version_row(POST=DECIDING),
    "prospects": Row(methods={"GET": PROSPECTING}),
    # Whose contracts are meant, `?tenant=` says; the programme itself is nobody's.
    "prospect": Row(
        methods={"GET": PROSPECTING},
        make=lambda world: own_prospect(world.organisation),
        owned=False,
    ),
    "api-programme-prospects": Row(methods={"GET": BILL_READING}),
    "api-programmes": Row(methods={"GET": READING}),
    "api-programme": Row(
        methods={"GET": READING}, make=lambda _: {"code": "nanning-2025"}, owned=False
    ),
    "api-programme-versions": Row(
        methods={"GET": READING}, make=lambda _: {"code": "nanning-2025"}, owned=False
    ),
    "api-programme-version": version_row(GET=READING),
}
