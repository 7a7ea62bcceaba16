"""统一社会信用代码 by GB 32100-2015, with the older code inside by GB 11714. Pure."""

from typing import Final

from kernel.errors import DomainError

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # 31 characters: no I, O, S, V, Z
LENGTH: Final = 18
_BODY_WEIGHTS: Final = tuple(pow(3, position, 31) for position in range(17))
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class MalformedUscc(DomainError):
    """A text is not a unified social credit code."""

    code = "malformed_uscc"


def check_character(body: str) -> str:
    """Return the 18th character for the first 17.

    The outer modulo matters: where the weighted sum is a multiple of 31 the character is
    "0", and an index of 31 would fall off the alphabet.
    """
    total = sum(
        ALPHABET.index(character) * weight
        for character, weight in zip(body, _BODY_WEIGHTS, strict=True)
    )
    return ALPHABET[(31 - total % 31) % 31]


def organisation_check_character(body: str) -> str:
    """Return the check character of the old organisation code (GB 11714) for its first 8."""
    total = sum(
        _ORGANISATION_ALPHABET.index(character) * weight
        for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    remainder = 11 - total % 11
    return {10: "X", 11: "0"}.get(remainder, str(remainder))


def check_uscc(text: str) -> str:
    """Return the code in capitals when its form and both check characters hold.

    That a code is well formed does not say that anybody has it.

    Raises:
        MalformedUscc: wrong length, a character outside the alphabet, or a wrong check.
    """
    code = text.strip().upper()
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        message = "A credit code has 18 characters from 0-9 and A-Y without I, O, S and V."
        raise MalformedUscc(message)
    if code[16] != organisation_check_character(code[8:16]):
        message = "The 17th character does not fit the organisation code: look for a typing error."
        raise MalformedUscc(message)
    if code[17] != check_character(code[:17]):
        message = "The 18th character does not fit the rest: look for a typing error."
        raise MalformedUscc(message)
    return code
