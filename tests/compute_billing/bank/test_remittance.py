"""Remittance codes: found in what people write, and never mistaken for another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from compute_billing.bank.remittance import (
    ALPHABET,
    BODY_LENGTH,
    PREFIX,
    check_symbol,
    codes_in,
    new_code,
    same_name,
    spoken,
)

bodies = st.text(alphabet=ALPHABET, min_size=BODY_LENGTH, max_size=BODY_LENGTH)


def code(body: str) -> str:
    return PREFIX + body + check_symbol(body)


@given(bodies)
def test_a_code_is_found_however_it_is_written(body) -> None:
    made = code(body)

    wide = "".join(chr(ord(symbol) + 0xFEE0) for symbol in made)
    for text in (made, spoken(made), made.lower(), f"充值{made}元", wide, "-".join(made)):
        assert made in codes_in(text)


@given(bodies, st.integers(0, BODY_LENGTH), st.sampled_from(ALPHABET))
def test_one_wrong_symbol_makes_no_other_code(body, place, symbol) -> None:
    symbols = list(code(body)[2:])
    if symbols[place] == symbol:
        return
    symbols[place] = symbol

    assert codes_in(PREFIX + "".join(symbols)) == ()


@given(bodies, st.integers(0, BODY_LENGTH - 1))
def test_two_neighbours_changed_about_make_no_other_code(body, place) -> None:
    symbols = list(code(body)[2:])
    if symbols[place] == symbols[place + 1]:
        return
    symbols[place], symbols[place + 1] = symbols[place + 1], symbols[place]

    assert codes_in(PREFIX + "".join(symbols)) == ()


def test_codes_are_random_and_leave_out_what_is_misread() -> None:
    made = {new_code() for _ in range(200)}

    assert len(made) == 200
    assert not set("01ILO") & set("".join(each[2:] for each in made))


def test_several_codes_are_all_told() -> None:
    first, second = code("234567"), code("ABCDEF")

    assert codes_in(f"{first}/{second} {first}") == (first, second)


def test_names_are_one_however_wide_their_brackets_are() -> None:
    assert same_name("青岚视觉（北京）有限公司", " 青岚视觉(北京)有限公司 ")
    assert not same_name("青岚视觉有限公司", "青岚视觉有限责任公司")
    assert not same_name("", "")
