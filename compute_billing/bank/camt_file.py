"""Bank statements as camt.053 of ISO 20022 (001.02 and 001.08), read into the same lines as CSV.

The reader takes no document type and no entities, and asks no network. An entry that cannot be read
is refused with the line of the file and the element; the others stand.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final

from lxml import etree

from compute_billing.bank.balances import signed
from compute_billing.bank.lines import (
    AMOUNT_FEN_MAX,
    LINES_MAX,
    TEXT_LENGTH_MAX,
    Balances,
    ReadStatement,
    RefusedLine,
    StatementLine,
    UnableToReadStatement,
    counted,
)

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
VERSIONS: Final = ("02", "08")
CURRENCY: Final = "CNY"
NOT_PROVIDED: Final = "NOTPROVIDED"
DIRECTIONS: Final = {"CRDT": True, "DBIT": False}
# Balances by ISO 20022 ExternalBalanceType1Code: booked, before and after; PRCD is the closing of
# the statement before.
OPENING: Final = ("OPBD", "PRCD")
CLOSING: Final = ("CLBD",)
NOT_BOOKED: Final = "not_booked"


class _Unreadable(ValueError):
    """An entry cannot be read: the reason, and the element that says why."""

    def __init__(self, reason: str, node: Any) -> None:
        super().__init__(reason)
        self.reason, self.node = reason, node


def is_camt(content: bytes) -> bool:
    """Say whether a file is XML rather than a table."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def read_camt(content: bytes, *, name: str) -> ReadStatement:
    """Return the lines of a statement and the entries that cannot be read.

    Raises:
        UnableToReadStatement: no camt.053 of a version that is read, or not of one CNY account.
    """
    statements = _statements(_document(content))
    lines: list[StatementLine] = []
    refused: list[RefusedLine] = []
    entries = [entry for one in statements for entry in one.iterfind("{*}Ntry")]
    for position, entry in enumerate(entries, start=1):
        try:
            lines += _lines(entry, position=position)
        except _Unreadable as error:
            refused.append(_refused(error, position=position))
    if len(lines) > LINES_MAX:
        message = f"The file has more than {LINES_MAX} entries: export a shorter time."
        raise UnableToReadStatement(message, details={"reason": "too_many_lines"})
    return ReadStatement(
        name=name[:200],
        sha256=sha256(content).hexdigest(),
        lines=counted(lines),
        refused=tuple(refused),
        account=_account(statements),
        balances=_balances(statements, lines, refused),
    )


def _balances(
    statements: list[Any], lines: list[StatementLine], refused: list[RefusedLine]
) -> Balances | None:
    """Return what the account held before and after all statements of the file.

    Raises:
        UnableToReadStatement: the file can be read whole and does not add up, or a statement does
            not begin where the one before it ended.
    """
    told = [(_balance(one, *OPENING), _balance(one, *CLOSING)) for one in statements]
    known = [(opened, closed) for opened, closed in told if opened and closed]
    if not known or len(known) != len(told):
        return None
    for (_, (_, closed_fen)), ((day, opened_fen), _) in pairwise(known):
        if closed_fen != opened_fen:
            message = (
                f"The statement of {day.isoformat()} begins with {opened_fen} fen, the one before "
                f"it ends with {closed_fen}: a statement between them is missing. Export all of it."
            )
            raise UnableToReadStatement(message)
    (opening_on, opening_fen), (closing_on, closing_fen) = known[0][0], known[-1][1]
    difference = closing_fen - opening_fen - sum(signed(line) for line in lines)
    if difference and all(one.reason == NOT_BOOKED for one in refused):
        message = (
            f"The file does not add up: {opening_fen} fen and its entries come to "
            f"{closing_fen - difference} fen, but it closes with {closing_fen}. Export all of it; "
            "do not edit it."
        )
        raise UnableToReadStatement(message)
    return Balances(
        opening_on=opening_on,
        opening_fen=opening_fen,
        closing_on=closing_on,
        closing_fen=closing_fen,
        difference_fen=difference,
    )


def _balance(statement: Any, *codes: str) -> tuple[date, int] | None:
    """Return the day and the fen of a balance by its code, the first code that is told."""
    for code in codes:
        for node in statement.iterfind("{*}Bal"):
            if _first(node, "Tp/CdOrPrtry/Cd") == code:
                return _told_balance(node)
    return None


def _told_balance(node: Any) -> tuple[date, int]:
    direction = DIRECTIONS.get(_first(node, "CdtDbtInd"))
    amount = node.find("{*}Amt")
    try:
        fen = Decimal("" if amount is None else (amount.text or "").strip()).scaleb(2)
        day = date.fromisoformat(_first(node, "Dt/Dt", "Dt/DtTm")[:10])
    except (ArithmeticError, ValueError) as error:
        raise _unreadable_balance(node) from error
    if direction is None or not fen.is_finite() or fen != fen.to_integral_value() or fen < 0:
        raise _unreadable_balance(node)
    if amount.get("Ccy") != CURRENCY or fen > AMOUNT_FEN_MAX:
        raise _unreadable_balance(node)
    return day, int(fen) if direction else -int(fen)


def _unreadable_balance(node: Any) -> UnableToReadStatement:
    message = f"Line {node.sourceline}: this balance cannot be read. Export the file again."
    return UnableToReadStatement(message)


def _document(content: bytes) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        message = f"The file is no well-formed XML: {error}. Export it again; do not edit it."
        raise UnableToReadStatement(message, details={"reason": "no_xml"}) from error
    if root.getroottree().docinfo.doctype:
        message = "Line 1: the file has a document type (DOCTYPE); statements have none."
        raise UnableToReadStatement(message, details={"reason": "no_xml"})
    return root


def _statements(root: Any) -> list[Any]:
    """Return the statements of a document of a known version."""
    found = etree.QName(root)
    version = (found.namespace or "").removeprefix(NAMESPACE)
    if found.localname != "Document" or version not in VERSIONS:
        known = " or ".join(f"camt.053.001.{one}" for one in VERSIONS)
        message = (
            f"Line {root.sourceline}: <{found.localname}> of {found.namespace or 'no namespace'} is"
            f" no {known}. Have the bank export one of these."
        )
        raise UnableToReadStatement(message, details={"reason": "other_document"})
    statements = root.findall("{*}BkToCstmrStmt/{*}Stmt")
    if not statements:
        message = f"Line {root.sourceline}: the document has no BkToCstmrStmt/Stmt."
        raise UnableToReadStatement(message, details={"reason": "no_statement"})
    return list(statements)


def _account(statements: list[Any]) -> str:
    """Return the number of the one account that the statements are of.

    Raises:
        UnableToReadStatement: of several accounts, of none, or not in CNY.
    """
    numbers = set()
    for one in statements:
        account = one.find("{*}Acct")
        number = _first(one, "Acct/Id/Othr/Id", "Acct/Id/IBAN")
        currency = _first(one, "Acct/Ccy")
        place = one if account is None else account
        if not number:
            message = f"Line {place.sourceline}: Stmt/Acct/Id names no account."
            raise UnableToReadStatement(message, details={"reason": "no_account"})
        if currency not in {"", CURRENCY}:
            message = f"Line {place.sourceline}: Acct/Ccy is {currency}; only {CURRENCY} is kept."
            raise UnableToReadStatement(message, details={"reason": "other_currency"})
        numbers.add("".join(number.split()).upper())
    if len(numbers) > 1:
        message = f"The file has statements of {len(numbers)} accounts: export one at a time."
        raise UnableToReadStatement(message, details={"reason": "several_accounts"})
    return numbers.pop()


def _lines(entry: Any, *, position: int) -> list[StatementLine]:
    """Return the line of an entry, or those of a batch whose parts tell their amounts."""
    status = _first(entry, "Sts/Cd", "Sts")
    if status != "BOOK":
        raise _Unreadable(NOT_BOOKED, _node(entry, "Sts"))
    direction = DIRECTIONS.get(_first(entry, "CdtDbtInd"))
    if direction is None:
        raise _Unreadable("unknown_direction", _node(entry, "CdtDbtInd"))
    amount, day = _fen(entry), _day(entry)
    parts = list(entry.iterfind("{*}NtryDtls/{*}TxDtls"))
    amounts = [_part_fen(part) for part in parts]
    if len(parts) > 1 and None not in amounts:
        if sum(one or 0 for one in amounts) != amount:
            raise _Unreadable("parts_do_not_add_up", _node(entry, "NtryDtls"))
        told = [(part, one or 0) for part, one in zip(parts, amounts, strict=True)]
    else:
        told = [(parts[0] if parts else None, amount)]
    return [
        _line(entry, part, position=position, day=day, is_incoming=direction, fen=fen)
        for part, fen in told
    ]


def _line(
    entry: Any, part: Any, *, position: int, day: date, is_incoming: bool, fen: int
) -> StatementLine:
    party = "Dbtr" if is_incoming else "Cdtr"
    source = entry if part is None else part
    remarks = [*_all(source, "RmtInf/Ustrd"), *_all(source, "AddtlTxInf")]
    return StatementLine(
        position=position,
        booked_on=day,
        is_incoming=is_incoming,
        amount_fen=fen,
        balance_fen=None,
        payer_name=_first(source, f"RltdPties/{party}/Pty/Nm", f"RltdPties/{party}/Nm")[:200],
        payer_account=_first(
            source,
            f"RltdPties/{party}Acct/Id/Othr/Id",
            f"RltdPties/{party}Acct/Id/IBAN",
        )[:64],
        remark=" ".join(remarks or _all(entry, "AddtlNtryInf"))[:TEXT_LENGTH_MAX],
        serial=_serial(entry, part),
    )


def _serial(entry: Any, part: Any) -> str:
    """Return the bank's reference of a movement; of a part of a batch, its own."""
    own = "" if part is None else _first(part, "Refs/AcctSvcrRef", "Refs/TxId", "Refs/EndToEndId")
    whole = _first(entry, "AcctSvcrRef", "NtryRef")
    is_batch = part is not None and len(entry.findall("{*}NtryDtls/{*}TxDtls")) > 1
    told = (own or whole) if is_batch else (whole or own)
    return "" if told == NOT_PROVIDED else told[:100]


def _fen(node: Any) -> int:
    """Return the amount of an entry or a part in fen."""
    amount = node.find("{*}Amt")
    if amount is None:
        raise _Unreadable("no_amount", node)
    if amount.get("Ccy") != CURRENCY:
        raise _Unreadable("other_currency", amount)
    try:
        fen = Decimal((amount.text or "").strip()).scaleb(2)
    except ArithmeticError as error:
        raise _Unreadable("malformed_amount", amount) from error
    if not fen.is_finite() or fen != fen.to_integral_value() or not 0 < fen <= AMOUNT_FEN_MAX:
        raise _Unreadable("malformed_amount", amount)
    return int(fen)


def _part_fen(part: Any) -> int | None:
    """Return a part's amount, its own or of its details; None where none is told."""
    if part.find("{*}Amt") is not None:
        return _fen(part)
    details = part.find("{*}AmtDtls/{*}TxAmt")
    return None if details is None else _fen(details)


def _day(entry: Any) -> date:
    told = _first(entry, "BookgDt/Dt", "BookgDt/DtTm")
    try:
        return date.fromisoformat(told[:10])
    except ValueError as error:
        raise _Unreadable("malformed_date", _node(entry, "BookgDt")) from error


def _refused(error: _Unreadable, *, position: int) -> RefusedLine:
    """Return what is said of an entry that cannot be read: where, which element, what it says."""
    node = error.node
    attributes = [f"{name}={value}" for name, value in node.attrib.items()]
    told = " ".join([*attributes, *" ".join(node.itertext()).split()])
    return RefusedLine(
        position=position,
        reason=error.reason,
        text=f"line {node.sourceline}, <{etree.QName(node).localname}>: {told}"[:TEXT_LENGTH_MAX],
    )


def _node(entry: Any, name: str) -> Any:
    found = entry.find(f"{{*}}{name}")
    return entry if found is None else found


def _all(node: Any, path: str) -> Iterator[str]:
    wanted = "/".join(f"{{*}}{name}" for name in path.split("/"))
    texts = (" ".join((one.text or "").split()) for one in node.iterfind(wanted))
    return (text for text in texts if text)


def _first(node: Any, *paths: str) -> str:
    return next((text for path in paths for text in _all(node, path)), "")
