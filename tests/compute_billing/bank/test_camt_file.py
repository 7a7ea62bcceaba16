"""Statements as camt.053: both versions, batches, what is wrong in one entry, and hostile files."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import OrganisationKind
from compute_billing.bank import operations
from compute_billing.bank.bank_file import UnableToReadStatement, read_statement
from compute_billing.bank.models import BankLine, BankRefusal
from tests.builders.accounts import make_organisation, make_user
from tests.builders.bank import code_of, line, make_account, statement, take_in
from tests.builders.camt import camt, entry, part

VERSIONS = ["02", "08"]


@pytest.mark.parametrize("version", VERSIONS)
def test_an_entry_is_the_same_line_as_in_a_table(version) -> None:
    # Given one transfer, as a table and as camt.053
    told = {"payer": "算力（北京）公司", "remark": "充值 SJ-1", "serial": "A1"}
    (of_table,) = read_statement(statement(line("1234.50", **told)), name="s.csv").lines
    # When both are read
    found = read_statement(
        camt(entry("1234.50", version=version, **told), version=version), name="s.xml"
    )
    # Then they are known by the same key and say the same
    (of_camt,) = found.lines
    assert of_camt.key == of_table.key
    assert found.account == "0200000000000000001"
    for name in ("booked_on", "is_incoming", "amount_fen", "payer_name", "payer_account", "remark"):
        assert getattr(of_camt, name) == getattr(of_table, name), name


def test_a_debit_is_money_that_went_out() -> None:
    (found,) = read_statement(camt(entry("12.00", direction="DBIT")), name="s.xml").lines

    assert (found.is_incoming, found.amount_fen, found.booked_on) == (
        False,
        1_200,
        date(2026, 10, 9),
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_a_batch_is_as_many_lines_as_it_has_parts(version) -> None:
    parts = part("10.00", payer="甲", serial="T1", version=version) + part(
        "20.50", payer="乙", serial="T2", version=version
    )
    content = camt(entry("30.50", parts=parts, serial="B", version=version), version=version)

    found = read_statement(content, name="s.xml").lines

    assert [(one.amount_fen, one.payer_name, one.serial) for one in found] == [
        (1_000, "甲", "T1"),
        (2_050, "乙", "T2"),
    ]


@pytest.mark.parametrize(
    ("bad", "reason", "says"),
    [
        (entry("12,50"), "malformed_amount", "line 13, <Amt>: Ccy=CNY 12,50"),
        (entry("0"), "malformed_amount", "line 13, <Amt>: Ccy=CNY 0"),
        (entry("1.005"), "malformed_amount", "line 13, <Amt>: Ccy=CNY 1.005"),
        (entry("NaN"), "malformed_amount", "line 13, <Amt>: Ccy=CNY NaN"),
        (entry("5.00", currency="USD"), "other_currency", "line 13, <Amt>: Ccy=USD 5.00"),
        (entry("5.00", direction="IN"), "unknown_direction", "line 14, <CdtDbtInd>: IN"),
        (entry("5.00", status="PDNG"), "not_booked", "line 15, <Sts>: PDNG"),
        (entry("5.00", day="9.10.2026"), "malformed_date", "line 16, <BookgDt>: 9.10.2026"),
        (
            entry("5.00", parts=part("1.00", payer="甲", serial="1") * 2),
            "parts_do_not_add_up",
            "line 18, <NtryDtls>: 1 1.00 甲 1 1.00 甲",
        ),
    ],
)
def test_one_bad_entry_is_refused_with_its_place_and_takes_no_other_along(
    bad, reason, says
) -> None:
    content = camt(entry("10.00", serial="1"), bad, entry("20.00", serial="2"))

    found = read_statement(content, name="s.xml")

    assert [one.amount_fen for one in found.lines] == [1_000, 2_000]
    assert [(one.position, one.reason, one.text) for one in found.refused] == [(2, reason, says)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<Document", "no well-formed XML"),
        (b"<html/>", "Line 1: <html> of no namespace is no camt.053.001.02 or camt.053.001.08"),
        (camt(version="06"), "camt.053.001.06 is no camt.053.001.02"),
        (camt(currency="USD"), "Acct/Ccy is USD; only CNY is kept"),
        (camt(number=""), "Stmt/Acct/Id names no account"),
        (
            camt(entry("1.00"))
            .replace(b"<BkToCstmrStmt>", b"<Other>")
            .replace(b"</BkToCstmrStmt>", b"</Other>"),
            "has no BkToCstmrStmt/Stmt",
        ),
    ],
)
def test_what_is_no_statement_of_one_account_in_cny_is_refused_whole(content, says) -> None:
    with pytest.raises(UnableToReadStatement, match=says):
        read_statement(content, name="s.xml")


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n',
        '<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/never">\n',
        (
            '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
            '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>\n'
        ),
    ],
)
def test_document_types_and_entities_are_refused_unread(before) -> None:
    content = camt(entry("1.00", payer="&x;" if "passwd" in before else "甲"), before=before)

    with pytest.raises(UnableToReadStatement, match="DOCTYPE"):
        read_statement(content, name="s.xml")


def test_gb_18030_is_read_as_it_says() -> None:
    (found,) = read_statement(
        camt(entry("1.00", payer="青岚视觉"), encoding="GB18030"), name="s.xml"
    ).lines

    assert found.payer_name == "青岚视觉"


@pytest.mark.django_db
def test_the_same_statement_twice_and_as_a_table_adds_nothing() -> None:
    # Given a statement that credits itself, and a bad entry
    operator = make_organisation(kind=OrganisationKind.OPERATOR)
    tenant, user = make_organisation(name="青岚视觉有限公司"), make_user()
    account = make_account(operator)
    told = {"payer": tenant.name, "remark": code_of(tenant, operator), "serial": "1"}
    content = camt(entry("10.00", **told), entry("x"), number=account.number)
    # When it is imported twice, and once as a table
    first = take_in(account, content, user_id=user.pk, name="s.xml")
    again = take_in(account, content, user_id=user.pk, name="s.xml")
    table = take_in(account, statement(line("10.00", **told)), user_id=user.pk)
    # Then the line is there once, known as the tenant's
    assert (first.new_lines, first.refused) == (1, 1)
    assert (again.new_lines, table.new_lines) == (0, 0)
    (found,) = BankLine.objects.all()
    assert (found.match, found.tenant_id, found.amount_fen) == ("exact", tenant.pk, 1_000)
    assert BankRefusal.objects.first().reason == "malformed_amount"


@pytest.mark.django_db
def test_a_statement_of_another_account_is_refused() -> None:
    account = make_account(make_organisation(kind=OrganisationKind.OPERATOR))
    content = camt(entry("10.00"), number="9999000011112222")

    with pytest.raises(operations.StatementOfAnotherAccount, match="9999000011112222"):
        take_in(account, content, user_id=make_user().pk)

    assert not BankLine.objects.exists()
