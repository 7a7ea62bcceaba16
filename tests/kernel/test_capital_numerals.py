"""Amounts in Chinese capital numerals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.capital_numerals import DIGITS, UnableToWriteInCapitals, in_capitals

VALUES = {"拾": 10, "佰": 100, "仟": 1_000}


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "人民币零元整"),
        (1, "人民币壹分"),
        (10, "人民币壹角整"),
        (105, "人民币壹元零伍分"),
        (110, "人民币壹元壹角整"),
        (60_855, "人民币陆佰零捌元伍角伍分"),
        (1_000_100, "人民币壹万零壹元整"),
        (14_095_025, "人民币壹拾肆万零玖佰伍拾元贰角伍分"),
        (10_700_005_300, "人民币壹亿零柒佰万零伍拾叁元整"),
        (100_000_000_000_100, "人民币壹万亿零壹元整"),
        (-360, "人民币负叁元陆角整"),
    ],
)
def test_known_amounts(fen: int, text: str) -> None:
    assert in_capitals(fen) == text


def test_amounts_beyond_the_numerals_are_refused() -> None:
    with pytest.raises(UnableToWriteInCapitals):
        in_capitals(10**18)


def read_whole(text: str) -> int:
    """Read a whole number back, by a way of its own: by splitting at the group names."""
    if not text:
        return 0
    for name, value in (("万亿", 10**12), ("亿", 10**8), ("万", 10**4)):
        if name in text:
            head, tail = text.split(name, 1)
            return read_whole(head) * value + read_whole(tail)
    total = digit = 0
    for character in text:
        if character in VALUES:
            total += digit * VALUES[character]
            digit = 0
        else:
            digit = DIGITS.index(character)
    return total + digit


@given(st.integers(1, 10**17))
def test_what_is_written_reads_as_the_amount(fen: int) -> None:
    text = in_capitals(fen).removeprefix("人民币").removesuffix("整")
    yuan, _, rest = text.rpartition("元")
    jiao, has_jiao, cent = rest.rpartition("角")
    read = read_whole(yuan) * 100
    read += DIGITS.index(jiao) * 10 if has_jiao else 0
    cent = cent.removesuffix("分").removeprefix("零")
    assert read + (DIGITS.index(cent) if cent else 0) == fen
    assert "零零" not in text
