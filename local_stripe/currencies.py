"""Currencies: in which units their amounts are given, and the least that may be charged."""

from typing import Final

from local_stripe.errors import InvalidRequest

# Amounts of these are whole units; of all others hundredths.
_WHOLE: Final = "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf"
ZERO_DECIMAL: Final = frozenset(_WHOLE.split())
HUNDREDTHS: Final = frozenset(
    ["aud", "cad", "chf", "cny", "eur", "gbp", "hkd", "myr", "nzd", "sgd", "thb", "usd"]
)
# The least amount of a payment, in the smallest unit.
LEAST: Final = {"cny": 400, "hkd": 400, "usd": 50, "eur": 50, "gbp": 30, "jpy": 50, "sgd": 50}
AMOUNT_MAX: Final = 99_999_999


def known(currency: str) -> str:
    """Return the currency in lower case.

    Raises:
        InvalidRequest: it is none, or none that this process knows.
    """
    code = currency.lower()
    if code not in ZERO_DECIMAL and code not in HUNDREDTHS:
        raise InvalidRequest(f"Invalid currency: {currency}.", param="currency")
    return code


def chargeable(amount: int, *, currency: str) -> int:
    """Return an amount that may be charged.

    Raises:
        InvalidRequest: it is too small or too large.
    """
    if amount < 1:
        raise InvalidRequest(
            "This value must be greater than or equal to 1.",
            code="parameter_invalid_integer",
            param="amount",
        )
    if amount < LEAST.get(currency, 1):
        raise InvalidRequest(
            f"Amount must be at least {shown(LEAST[currency], currency=currency)}.",
            code="amount_too_small",
            param="amount",
        )
    if amount > AMOUNT_MAX:
        raise InvalidRequest(
            f"Amount must be no more than {shown(AMOUNT_MAX, currency=currency)}.",
            code="amount_too_large",
            param="amount",
        )
    return amount


def shown(amount: int, *, currency: str) -> str:
    """Return an amount as people read it: `CNY 12.30`, `JPY 12`."""
    if currency in ZERO_DECIMAL:
        return f"{currency.upper()} {amount}"
    sign = "-" if amount < 0 else ""
    return f"{currency.upper()} {sign}{abs(amount) // 100}.{abs(amount) % 100:02}"
