"""Amounts in Chinese capital numerals (大写金额), as documents of money state them. Pure.

支付结算办法, annex 1 (正确填写票据和结算凭证的基本规定): figures are 零壹贰叁肆伍陆柒捌玖, units
元角分; 整 follows 元 and 角 that end an amount, and never 分; zeros inside are said once.
"""

from typing import Final

from kernel.errors import DomainError

DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
PLACES: Final = ("", "拾", "佰", "仟")
GROUPS: Final = ("", "万", "亿", "万亿")
YUAN_MAX: Final = 10_000 ** len(GROUPS) - 1


class UnableToWriteInCapitals(DomainError):
    """The amount is beyond what the numerals are used for."""

    code = "amount_too_large"


def in_capitals(fen: int) -> str:
    """Return whole fen as 人民币…元…角…分, 负 before an amount below zero.

    Raises:
        UnableToWriteInCapitals: ten thousand million million yuan or more.
    """
    yuan, rest = divmod(abs(fen), 100)
    if yuan > YUAN_MAX:
        message = f"{yuan} yuan are beyond what is written in capital numerals."
        raise UnableToWriteInCapitals(message)
    sign = "负" if fen < 0 else ""
    return f"人民币{sign}{_yuan(yuan, has_rest=rest > 0)}{_rest(rest, has_yuan=yuan > 0)}"


def _yuan(yuan: int, *, has_rest: bool) -> str:
    if yuan == 0:
        return "" if has_rest else "零元"
    return f"{_whole(yuan)}元"


def _rest(rest: int, *, has_yuan: bool) -> str:
    jiao, fen = divmod(rest, 10)
    if rest == 0:
        return "整"
    if fen == 0:
        return f"{DIGITS[jiao]}角整"
    if jiao == 0:
        return f"{'零' if has_yuan else ''}{DIGITS[fen]}分"
    return f"{DIGITS[jiao]}角{DIGITS[fen]}分"


def _whole(number: int) -> str:
    """Return a positive whole number: groups of four places, a gap between them said once."""
    text, gap = "", False
    for position in reversed(range(len(GROUPS))):
        group = number // 10_000**position % 10_000
        if group == 0:
            gap = bool(text)
            continue
        if text and (gap or group < 1_000):
            text += "零"
        text += _group(group) + GROUPS[position]
        gap = False
    return text


def _group(group: int) -> str:
    text, gap = "", False
    for place in reversed(range(len(PLACES))):
        digit = group // 10**place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return text
