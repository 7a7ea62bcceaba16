"""Remittance codes: what a payer writes into a bank transfer, so that it is known whose it is.

`SJ`, six symbols and a check symbol. The 31 symbols leave out what is misread (0 and O, 1, I and
L); 31 is prime and every place has a weight of its own, so one wrong symbol, or two neighbours
changed about, never make another valid code.
"""

import re
import secrets
import unicodedata
from typing import Final

PREFIX: Final = "SJ"
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BODY_LENGTH: Final = 6
_CODE: Final = re.compile(f"(?={PREFIX}([{ALPHABET}]{{{BODY_LENGTH + 1}}}))")
# What people and banks put between the symbols of a code.
_BETWEEN: Final = re.compile(r"[\s\-_.·/]+")


def new_code() -> str:
    """Return a random code; whether it is free is for the table to say."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(BODY_LENGTH))
    return PREFIX + body + check_symbol(body)


def check_symbol(body: str) -> str:
    """Return the symbol that makes the weighted sum of all places a multiple of 31."""
    total = sum(weight * ALPHABET.index(symbol) for weight, symbol in enumerate(body, start=2))
    return ALPHABET[-total % len(ALPHABET)]


def codes_in(text: str) -> tuple[str, ...]:
    """Return the valid codes of a remark, each once: wide letters, small ones and gaps allowed."""
    flat = _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()
    found = (
        PREFIX + body
        for body in _CODE.findall(flat)
        if check_symbol(body[:BODY_LENGTH]) == body[BODY_LENGTH]
    )
    return tuple(dict.fromkeys(found))


def spoken(code: str) -> str:
    """Return a code as it is printed: in groups that are easy to type."""
    return f"{code[:2]} {code[2:5]} {code[5:]}"


def same_name(first: str, second: str) -> bool:
    """Tell whether two names of firms are one, however wide their brackets and gaps are."""
    return _plain(first) == _plain(second) != ""


def _plain(name: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).casefold()
