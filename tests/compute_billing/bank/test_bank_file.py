"""Statements as online banks export them: heads, columns, encodings, and lines that are wrong."""

from __future__ import annotations

from datetime import date

import pytest

from compute_billing.bank.bank_file import UnableToReadStatement, read_statement
from compute_billing.bank.lines import StatementLine
from tests.builders.bank import HEAD, line, statement


def lines_of(text: str, encoding: str = "gb18030") -> tuple[StatementLine, ...]:
    return read_statement(text.encode(encoding), name="s.csv").lines


def told(found: StatementLine) -> tuple[date, bool, int]:
    return found.booked_on, found.is_incoming, found.amount_fen


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_every_usual_encoding_is_read(encoding) -> None:
    content = statement(
        line('"1,234.50"', payer="算力（北京）公司", remark="充值"), encoding=encoding
    )

    (found,) = read_statement(content, name="对账单.csv").lines

    assert told(found) == (date(2026, 10, 9), True, 123_450)
    assert (found.payer_name, found.remark) == ("算力（北京）公司", "充值")


@pytest.mark.parametrize(
    ("head", "row", "expected"),
    [
        ("交易日期,收入金额,支出金额", "20261009,12.00,", (True, 1_200)),
        ("交易日期,贷方发生额(元),借方发生额(元)", "2026/10/9,,12.00", (False, 1_200)),
        ("记账日期,交易金额,借贷标志", "2026-10-09,12.00,贷", (True, 1_200)),
        ("记账日期,交易金额,借贷标志", "2026-10-09,12.00,D", (False, 1_200)),
        # A booking that is taken back.
        ("记账日期,交易金额,借贷标志", "2026-10-09,-12.00,贷", (False, 1_200)),
        ("交易日期,收入,支出", "2026-10-09,-12.00,", (False, 1_200)),
        ("交易时间,交易金额", "2026-10-09 10:23:45,-12.00", (False, 1_200)),
        ("交易时间,金额", "2026年10月9日,￥1，200.5".replace("，", ""), (True, 120_050)),
    ],
)
def test_columns_are_found_by_what_banks_call_them(head, row, expected) -> None:
    (found,) = lines_of(f"{head}\r\n{row}\r\n")

    assert told(found) == (date(2026, 10, 9), *expected)


def test_a_head_of_the_banks_own_and_its_sums_are_passed_over() -> None:
    text = (
        "账号：0200001234567890,户名：某某算力中心\r\n"
        "起始日期,2026-10-01,截止日期,2026-10-31\r\n\r\n"
        "交易日期\t贷方金额\t借方金额\t对方户名\t用途\t摘要\t凭证号\r\n"
        "'20261009\t=\"12.00\"\t0.00\t'某公司\tSJ\t网转\t0001\r\n"
        "合计\t12.00\t0.00\r\n"
    )

    read = read_statement(text.encode("gb18030"), name="s.txt")

    (found,) = read.lines
    assert read.refused == ()
    assert (found.amount_fen, found.remark, found.serial) == (1_200, "SJ 网转", "0001")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-13-09,12.00,,,x,1,,9", "malformed_date"),
        (",12.00,,,x,1,,9", "malformed_date"),
        ("2026-10-09,zwölf,,,x,1,,9", "malformed_amount"),
        ("2026-10-09,12.005,,,x,1,,9", "malformed_amount"),
        ("2026-10-09,1.00,2.00,,x,1,,9", "two_amounts"),
        ("2026-10-09,,,,x,1,,9", "no_amount"),
    ],
)
def test_a_bad_line_is_kept_with_its_reason_and_takes_no_other_along(row, reason) -> None:
    read = read_statement(statement(row, line("1.00", serial="1")), name="s.csv")

    assert [found.amount_fen for found in read.lines] == [100]
    assert [(found.position, found.reason, found.text) for found in read.refused] == [
        (2, reason, row)
    ]


def test_an_unknown_direction_is_refused() -> None:
    text = "记账日期,交易金额,借贷标志\r\n2026-10-09,12.00,?\r\n"

    read = read_statement(text.encode(), name="s.csv")

    assert (read.lines, read.refused[0].reason) == ((), "unknown_direction")


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xff\xff", b"a,b,c\r\n1,2,3\r\n", b"\x89PNG\r\n\x1a\n\x00\x00"],
)
def test_what_is_no_statement_is_refused_whole(content) -> None:
    with pytest.raises(UnableToReadStatement):
        read_statement(content, name="s.csv")


def test_the_same_serial_with_another_amount_is_another_line() -> None:
    first, second = lines_of(
        "\r\n".join((HEAD, line("5.00", serial="7"), line("6.00", serial="7")))
    )

    assert first.key != second.key


def test_equal_lines_of_one_file_are_counted() -> None:
    row = line("5.00", payer="x", remark="y")

    first, second = lines_of("\r\n".join((HEAD, row, row)))
    (again,) = lines_of("\r\n".join((HEAD, row)))

    assert first.key != second.key
    assert first.key == again.key
