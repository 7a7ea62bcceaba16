"""GB 32100-2015 and GB 11714, with the standard's own example and the remainder of zero."""

from __future__ import annotations

import pytest

from accounts.uscc import ALPHABET, MalformedUscc, check_character, check_uscc

VALID = {
    "example of the standard": "91350100M000100Y43",
    "organisation check of two kinds": "91110108551385082Q",
    "organisation check X": "9144030071526726XG",
    "weighted sum is a multiple of 31": "91110109MA00000T40",
}


@pytest.mark.parametrize("code", VALID.values(), ids=VALID.keys())
def test_valid_codes_are_accepted(code):
    assert check_uscc(code) == code
    assert check_uscc(f" {code.lower()} ") == code


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("91310115MA1H8R7C6D", "17th character"),
        ("91350100M000100Y4A", "18th character"),
        ("91350100M000100Y4", "18 characters"),
        ("91350100M000100Y433", "18 characters"),
        ("9135010OM000100Y43", "18 characters"),
        ("91350100m000100Y4３", "18 characters"),
        ("", "18 characters"),
    ],
)
def test_invalid_codes_are_refused_with_the_place(code, says):
    with pytest.raises(MalformedUscc, match=says) as refusal:
        check_uscc(code)
    assert refusal.value.code == "malformed_uscc"


def test_a_remainder_of_zero_gives_a_zero():
    assert check_character("91110109MA00000T4") == "0"


@pytest.mark.parametrize("code", VALID.values())
def test_every_single_typing_error_is_found(code):
    """Modulo 31 is prime, so one wrong character never passes."""
    for position in range(18):
        for character in set(ALPHABET) - {code[position]}:
            wrong = code[:position] + character + code[position + 1 :]
            with pytest.raises(MalformedUscc):
                check_uscc(wrong)
