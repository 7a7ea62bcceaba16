"""Nothing real tells of a sandbox: everybody asks every address before there is one, and after.

What is answered must be the same to the last byte: no row, no count, no filter and no sum has
anything of it. The cast, the addresses and the objects are those of the permission matrix.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from typing import Any, Final

import pytest

from accounts.authentication import SANDBOX_SESSION_KEY
from accounts.events.relay import relay
from accounts.keys.rights import SANDBOX_SCOPES
from accounts.models import Organisation, User
from accounts.permissions import Role
from compute_billing.metering import operations as metering
from compute_billing.rating import operations as rating
from kernel.clock import utc_now
from kernel.sql import rows
from tests import database
from tests.architecture.access import World
from tests.architecture.cast import Cast, Knocker, by_key, by_session, make_cast
from tests.architecture.matrix import Address, addresses, somebody_elses
from tests.architecture.permission_rows import ROWS
from tests.builders.accounts import make_api_key, make_member
from tests.builders.audit import make_decision
from tests.builders.deliveries import make_source
from tests.builders.invoices import close, make_use
from tests.builders.market import NOW, make_market
from tests.builders.payments import make_payment
from tests.builders.reading import a_price_draft, make_claim, own_conflict
from tests.builders.sandbox_world import MARK, SandboxWorld, make_sandbox_world
from tests.builders.webhooks import make_endpoint
from tests.builders.world import SEPTEMBER, make_world

CARD_TYPE: Final = "910B2"
# The pages on which an organisation's own people read that it has a sandbox, and since when.
TELLS_ITS_OWN: Final = frozenset(
    {
        "sandbox",
        "sandbox-renew",
        "own-sandbox",
        "audit-list",
        "organisation-audit",
        "organisation-audit-entry",
    }
)
# Nobody's rows: what is measured of the process, and the description of the API.
OF_NOBODY: Final = frozenset({"metrics", "api-schema", "api-reference", "style"})
GETS: Final = [
    address
    for address in addresses()
    if address.needs_row and "GET" in ROWS[address.name].methods and address.name not in OF_NOBODY
]
# Whoever serves all tenants chooses among them; members have their own rows whatever they type.
DESK_LISTS: Final = [
    one for one in GETS if not one.parameters and ROWS[one.name].methods["GET"].staff
]
CSRF: Final = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
FILES: Final = re.compile(r'href="(\?[^"]*\bfile=[^"]*)"')
FILTERS: Final = re.compile(r'<form[^>]*method="get".*?</form>', re.DOTALL)
FIELDS: Final = re.compile(r'<(?:select|input)[^>]*\bname="(\w+)"')
# Where its own people and programs find what is marked.
MARKED: Final = (
    *("usage", "usage-why", "organisation-keys", "webhooks", "webhook"),
    *("usage-records", "usage-record", "keys", "webhook-endpoints", "webhook-endpoint", "holds"),
    *("source-rejects", "source-conflicts", "source-conflict"),
)
# Desks of the exchange's staff, who have none in a sandbox.
DESKS: Final = ("operator-", "audit-entry")
# Subsidies, settlements, payments, packages, people and prices with four eyes are real alone.
CLOSED_TO_SANDBOXES: Final = {
    *("accounts_invitation", "accounts_membership", "accounts_notification"),
    *("accounts_verification", "accounts_verification_reminder", "kernel_stored_file"),
    *("bank_account", "bank_decision", "bank_line", "bank_proposal", "bank_remittance_code"),
    *("bank_statement", "catalogue_customer_class_assignment", "catalogue_price_draft"),
    *("catalogue_time_band", "contracts_compute_contract", "ledger_lot_reserve"),
    *("cash_day", "cash_difference", "cash_entry", "cash_item", "cash_proposal"),
    *("packages_capacity_day", "packages_offer", "packages_offer_draft", "packages_order"),
    *("packages_piece", "payments_auto_top_up", "payments_payment", "payments_saved_card"),
    *("rating_price_draft_effect", "rating_rerate_request", "settlement_claim_line"),
    *("settlement_operator_statement", "settlement_operator_statement_line"),
    *("subsidies_award", "subsidies_fund", "rating_hold_capture", "ledger_credit_proposal"),
    *("einvoices_einvoice", "einvoices_file", "einvoices_item", "einvoices_title"),
    *("payouts_earning", "payouts_payee", "payouts_payout"),
    *("applications_application", "settlement_clawback", "settlement_clawback_line"),
    *("receivables_notice", "receivables_pause", "receivables_step", "invoices_procurement"),
}
# In an address, what names whose rows are meant.
NAMES: Final = ("tenant", "operator", "source", "organisation")


class Stopped:
    """A clock that stands."""

    @staticmethod
    def now(_zone: object) -> datetime:
        return NOW


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What somebody was told."""

    status: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The real world, everybody in it, what each was told before, and then a sandbox."""

    cast: Cast
    paths: dict[str, str]
    named: dict[str, dict[str, object]]
    owners: list[User]
    before: dict[tuple[str, str], list[Answer]]
    made: SandboxWorld
    other: SandboxWorld
    entering: Callable[[Address, Cast], list[Knocker]]


@pytest.fixture(
    scope="module", params=["one of each", pytest.param("everybody", marks=pytest.mark.soak)]
)
def stage(request, django_db_setup: None, django_db_blocker) -> Iterator[Stage]:
    """Commit the real world, ask everything, and commit sandboxes of two organisations."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        # Much on a page follows from the time of day: here it stands still.
        patch.setattr("kernel.clock.datetime", Stopped)
        try:
            make_world()
            cast = make_cast()
            for knocker in cast.knockers:
                # A key tells when it was used last: from here on that is always now.
                _ask(knocker, "/api/v1/organisation")
            entering = _entering if request.param == "everybody" else _one_of_each_entering
            named = {address.name: _named(address, cast.tenant) for address in GETS}
            paths = {address.name: address.path(named[address.name]) for address in GETS}
            owners = [make_member(organisation=one) for one in (cast.tenant, cast.outsider)]
            relay(now=utc_now())
            before = {
                (address.name, knocker.name): _everything(knocker, paths[address.name])
                for address in GETS
                for knocker in entering(address, cast)
            }
            made, other = (
                make_sandbox_world(organisation, card_type=CARD_TYPE, owner=owner)
                for organisation, owner in zip((cast.tenant, cast.outsider), owners, strict=True)
            )
            yield Stage(
                cast=cast,
                paths=paths,
                named=named,
                owners=owners,
                before=before,
                made=made,
                other=other,
                entering=entering,
            )
        finally:
            database.clean()


def _named(address: Address, organisation: Organisation) -> dict[str, object]:
    make = ROWS[address.name].make
    return make(World(organisation)) if make is not None and address.parameters else {}


def _entering(address: Address, cast: Cast) -> list[Knocker]:
    """Return who gets in, and one who does not: whoever is refused is told nothing at all."""
    access = ROWS[address.name].methods["GET"]
    alive = [one for one in cast.knockers if not one.dead]
    inside = [one for one in alive if one.may_enter(access)]
    if access.public or access.signed_in:
        return _one_of_each(inside)
    return inside + [one for one in alive if one not in inside][:1]


def _one_of_each_entering(address: Address, cast: Cast) -> list[Knocker]:
    """Return one of the staff, one member and one key: the roles of a kind read the same rows."""
    return _one_of_each(_entering(address, cast))


def _ask(knocker: Knocker, path: str) -> Answer:
    response = knocker.client.get(path)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return Answer(status=response.status_code, text=_steady(_text(content)))


def _text(content: bytes) -> str:
    """Return what can be read of an answer; a spreadsheet is a parcel of texts."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parcel:
            sheets = [parcel.read(name) for name in parcel.namelist() if "docProps" not in name]
        content = b"\n".join(sheets)
    # A document's bytes differ each time; what it says is the page's.
    return "" if content.startswith(b"%PDF") else content.decode()


def _steady(text: str) -> str:
    return CSRF.sub("", text)


def _everything(knocker: Knocker, path: str) -> list[Answer]:
    """Ask for a page and for every file that it offers."""
    page = _ask(knocker, path)
    files = sorted(set(FILES.findall(page.text)))
    return [page, *(_ask(knocker, f"{path}{unescape(link)}") for link in files)]


@pytest.mark.parametrize("address", GETS, ids=lambda address: address.name)
@pytest.mark.django_db
def test_nobody_is_told_anything_else_than_before(stage: Stage, address: Address) -> None:
    path, changed = stage.paths[address.name], []
    for knocker in stage.entering(address, stage.cast):
        # when everybody asks again, now that there is a sandbox with something of everything
        told = _everything(knocker, path)
        # then he is told what he was told before, and nothing of the sandbox
        marked = [mark for mark in stage.made.marks for one in told if mark in one.text]
        own = address.name in TELLS_ITS_OWN and not knocker.staff
        if not own and (marked or told != stage.before[address.name, knocker.name]):
            before = stage.before[address.name, knocker.name]
            changed.append((knocker.name, marked, *map(_lines, before, told)))
    assert changed == []


def _lines(old: Answer, new: Answer) -> Any:
    """Return the first lines that are not as they were."""
    pairs = zip(old.text.splitlines(), new.text.splitlines(), strict=False)
    return next((pair for pair in pairs if pair[0] != pair[1]), (old.status, new.status))


@pytest.mark.parametrize("address", DESK_LISTS, ids=lambda address: address.name)
@pytest.mark.django_db
def test_a_filter_finds_no_sandbox(stage: Stage, address: Address) -> None:
    """Staff who type a sandbox's code are answered as if they had typed any other word."""
    path, found = stage.paths[address.name], []
    code = stage.made.sandbox.code
    nothing = f"{stage.cast.tenant.code}x-sandbox"
    access = ROWS[address.name].methods["GET"]
    knocker = next(one for one in stage.cast.knockers if one.staff and one.may_enter(access))
    forms = " ".join(FILTERS.findall(_ask(knocker, path).text))
    for name in sorted({*NAMES, *FIELDS.findall(forms)}):
        one, other = (_ask(knocker, f"{path}?{name}={word}") for word in (code, nothing))
        told = one.text.replace(code, nothing)
        if (one.status, told) != (other.status, other.text):
            found.append((name, _lines(replace(one, text=told), other)))
    assert found == []


def _one_of_each(knockers: list[Knocker]) -> list[Knocker]:
    """Return the first of the staff, of the members and of the keys."""
    kinds = {knocker.name.split()[0]: knocker for knocker in reversed(knockers)}
    return list(kinds.values())


def _insiders(made: SandboxWorld, owner: User, *, name: str) -> list[Knocker]:
    """Return a key with every scope that a sandbox has, and an owner who went in."""
    person = by_session(f"owner in {name}", user=owner, roles=frozenset({Role.OWNER}))
    session = person.client.session
    session[SANDBOX_SESSION_KEY] = made.itself.pk
    session.save()
    return [by_key(f"key of {name}", text=made.key, scopes=SANDBOX_SCOPES), person]


@pytest.mark.django_db
def test_what_a_sandbox_has_is_found_from_inside_alone(stage: Stage) -> None:
    inside = _insiders(stage.made, stage.owners[0], name="the sandbox")
    outside = [*stage.cast.knockers, *_insiders(stage.other, stage.owners[1], name="another")]
    named = [address for address in GETS if address.name in stage.made.objects]
    assert len(named) == len(stage.made.objects)
    for address in named:
        parameters = stage.made.objects[address.name]
        path = address.path(parameters)
        absent = address.path({key: somebody_elses(value) for key, value in parameters.items()})
        # when its own people and programs name a thing of the sandbox, then somebody gets it
        statuses = {_ask(knocker, path).status for knocker in inside}
        assert (200 in statuses) is not address.name.startswith(DESKS), (address.name, statuses)
        # and everybody else is answered as for a thing that does not exist
        for knocker in outside:
            one, other = _ask(knocker, path), _ask(knocker, absent)
            assert one.status != 200, (address.name, knocker.name)
            told = [answer.text.replace(at, "") for answer, at in ((one, path), (other, absent))]
            assert (one.status, told[0]) == (other.status, told[1]), (address.name, knocker.name)


@pytest.mark.parametrize("name", MARKED)
@pytest.mark.django_db
def test_its_own_lists_show_what_is_in_it(stage: Stage, name: str) -> None:
    """The marks are there to be found: without this the others would prove nothing."""
    address = next(address for address in GETS if address.name == name)
    path = address.path(stage.made.objects.get(name, {}))
    told = [_ask(one, path) for one in _insiders(stage.made, stage.owners[0], name="the sandbox")]
    assert any(MARK in answer.text for answer in told if answer.status == 200)


@pytest.mark.django_db
def test_whoever_is_in_a_sandbox_finds_nothing_real(stage: Stage) -> None:
    for address in GETS:
        row = ROWS[address.name]
        # A published text belongs to nobody.
        if not address.parameters or row.methods["GET"].public or not row.owned:
            continue
        parameters = stage.named[address.name]
        absent = address.path({key: somebody_elses(value) for key, value in parameters.items()})
        path = stage.paths[address.name]
        for knocker in _insiders(stage.made, stage.owners[0], name="the sandbox"):
            # when a real thing of the own organisation is named from inside its sandbox
            one, other = _ask(knocker, path), _ask(knocker, absent)
            # then it does not exist
            told = [answer.text.replace(at, "") for answer, at in ((one, path), (other, absent))]
            assert one.status != 200, (address.name, knocker.name)
            assert (one.status, told[0]) == (other.status, told[1]), (address.name, knocker.name)


@pytest.mark.django_db
def test_whatever_is_done_in_the_real_world_a_sandbox_shows_the_same(stage: Stage) -> None:
    inside = _insiders(stage.made, stage.owners[0], name="the sandbox")

    def all_told() -> dict[tuple[str, str], Answer]:
        own = stage.made.objects
        plain = [one for one in GETS if not one.parameters or one.name in own]
        return {
            (address.name, knocker.name): _ask(knocker, address.path(own.get(address.name, {})))
            for address in plain
            for knocker in inside
        }

    # given what is shown inside, with nothing left to be rated by whoever rates next
    list(rating.rate_all(now=NOW))
    before = all_told()
    # when its organisation does everything in the real world once more
    _live_really(stage.cast.tenant)
    # then nothing inside is any different
    told = all_told()
    changed = [place for place, answer in told.items() if answer != before[place]]
    assert [(place, _lines(before[place], told[place])) for place in changed] == []


def _live_really(organisation: Organisation) -> None:
    """Use, pay, be billed and claim; report, differ and price as an operator; make keys."""
    market = make_market()
    metering.map_account(source_id=market.source.pk, account="real", tenant_id=organisation.pk)
    market.tenants["real"] = organisation
    market.top_up("real", yuan=100)
    make_use(market, "real", month=SEPTEMBER)
    close(market, "real", month=SEPTEMBER)
    make_claim(operator=organisation)
    own_conflict(organisation)
    a_price_draft(organisation)
    make_source(operator=organisation)
    make_api_key(organisation=organisation)
    make_endpoint(organisation=organisation)
    make_decision(organisation_id=organisation.pk)
    make_payment(tenant=organisation, operator=market.operator, now=NOW)


FILLED = """
    SELECT class.relname AS table_name, attribute.attname AS column_name
    FROM pg_class class
    JOIN pg_attribute attribute ON attribute.attrelid = class.oid
    WHERE class.relnamespace = 'public'::regnamespace AND class.relkind IN ('r', 'p')
        AND NOT class.relispartition AND class.relname NOT LIKE 'socialaccount%%'
        AND attribute.attname IN ('tenant_id', 'organisation_id',
        'operator_id', 'issuer_id', 'source_id', 'cluster_id', 'account_id', 'price_list_id')
    ORDER BY 1, 2
"""


@pytest.mark.django_db
def test_the_sandbox_has_a_row_in_every_table_that_can_have_one(stage: Stage) -> None:
    columns: dict[str, list[str]] = {}
    for found in rows(FILLED):
        columns.setdefault(found["table_name"], []).append(found["column_name"])
    empty = {
        table
        for table, names in columns.items()
        if not any(rows(f"SELECT 1 AS n FROM {table} WHERE {name} < 0 LIMIT 1") for name in names)
    }
    assert empty == CLOSED_TO_SANDBOXES
