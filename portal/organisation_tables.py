"""What an organisation's pages list: people, invitations, keys, endpoints; each with its file.

Their pages draw lines with forms beside each; the tables here say what is searched, and filed.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts import queries
from accounts.invitations.queries import OpenInvitation, invitations_of
from accounts.keys.queries import key_page
from accounts.queries import MemberLine
from accounts.webhooks.queries import CountedEndpoint, counted_endpoints
from portal.exports import Cell
from portal.key_pages import key_rows
from portal.page_tables import PageTable, Tables
from portal.people import ROLE_NAMES, role_names
from portal.tables import Table, TableRow, words
from portal.webhook_pages import DISABLED, kind_names
from portal.wording import Text, worded

KEYS_MAX: Final = 200
KEYS_IN_FILE_MAX: Final = 10_000
MEMBER_COLUMNS: Final = ("id", "email", "name", "roles")
INVITATION_COLUMNS: Final = ("id", "email", "role", "expires_at")
KEY_COLUMNS: Final = (
    *("id", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"),
)
ENDPOINT_COLUMNS: Final = (
    *("id", "description", "url", "kinds", "disabled_reason", "waiting", "dead"),
)


def people_tables(*, organisation_id: int, now: datetime) -> Tables:
    """Return the people of an organisation, and who is invited."""
    return {
        "members": PageTable(
            read=lambda: queries.members_of(organisation_id=organisation_id),
            draw=_members,
            columns=MEMBER_COLUMNS,
            cells=_member_cells,
        ),
        "invitations": PageTable(
            read=lambda: invitations_of(organisation_id=organisation_id, now=now),
            draw=_invitations,
            columns=INVITATION_COLUMNS,
            cells=_invitation_cells,
        ),
    }


def key_tables(*, organisation_id: int, now: datetime) -> Tables:
    """Return the keys of an organisation's programs."""
    return {
        "keys": PageTable(
            read=lambda: key_page(organisation_id=organisation_id, after=None, limit=KEYS_MAX),
            read_all=lambda: key_page(
                organisation_id=organisation_id, after=None, limit=KEYS_IN_FILE_MAX
            ),
            draw=lambda keys: _keys(keys, now=now),
            columns=KEY_COLUMNS,
            cells=_key_cells,
        )
    }


def endpoint_tables(*, organisation_id: int) -> Tables:
    """Return where an organisation's programs hear what happens."""
    return {
        "endpoints": PageTable(
            read=lambda: counted_endpoints(organisation_id=organisation_id),
            draw=_endpoints,
            columns=ENDPOINT_COLUMNS,
            cells=_endpoint_cells,
        )
    }


def _searched(name: Text, rows: Sequence[tuple[str, Collection[Text]]]) -> Table:
    """Return what the rows of a list say."""
    return Table(
        name=name,
        columns=[name],
        rows=[
            TableRow(key=key, cells=[words(" ".join(str(text) for text in said))])
            for key, said in rows
        ],
    )


def _members(lines: Sequence[MemberLine]) -> Table:
    return _searched(
        _("Members"),
        [(line.email, [line.email, line.name, *role_names(line.roles)]) for line in lines],
    )


def _member_cells(line: MemberLine) -> list[Cell]:
    roles = " ".join(sorted(role.value for role in line.roles))
    return [str(line.user_public_id), line.email, line.name, roles]


def _invitations(lines: Sequence[OpenInvitation]) -> Table:
    return _searched(
        _("Open invitations"),
        [(line.email, [line.email, ROLE_NAMES[line.role]]) for line in lines],
    )


def _invitation_cells(line: OpenInvitation) -> list[Cell]:
    return [str(line.public_id), line.email, line.role.value, line.expires_at]


def _keys(keys: Sequence[Any], *, now: datetime) -> Table:
    rows = key_rows(keys, now=now)
    return _searched(
        _("API keys"),
        [(key.prefix, [key.name, key.prefix, key.state, *key.scopes]) for key in rows],
    )


def _key_cells(key: Any) -> list[Cell]:
    return [
        *(str(key.public_id), key.name, key.prefix, " ".join(key.scopes), key.created_at),
        *(key.expires_at, key.last_used_at, key.revoked_at),
    ]


def _endpoints(endpoints: Sequence[CountedEndpoint]) -> Table:
    return _searched(
        _("Webhooks"),
        [
            (
                str(one.public_id),
                [
                    *(one.description, one.url, worded(DISABLED, one.disabled_reason)),
                    *kind_names(one.kinds),
                ],
            )
            for one in endpoints
        ],
    )


def _endpoint_cells(one: CountedEndpoint) -> list[Cell]:
    return [
        *(str(one.public_id), one.description, one.url, " ".join(one.kinds)),
        *(one.disabled_reason, one.waiting, one.dead),
    ]
