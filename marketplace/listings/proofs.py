"""Numbers by which rights and filings are known, with their check digits. Pure.

Where the rules come from:
- patents and applications: ZC 0006-2003 (专利申请号标准), twelve digits and a check digit since
  October 2003, eight before; the weights are 2 to 9 and again from 2.
- software copyright: 计算机软件著作权登记号, year, SR and a serial. The number on the certificate
  (软著登字第…号) is another one.
- algorithm filing: 网信算备 and 21 digits, as published in the lists of the 国家网信办.
- generative AI service filing: place, model and day, later with a serial, as published.
- data intellectual property: the national format since September 2024. How its check digit is
  computed was not published where we could read it, so its form alone is looked at.

A number that passes is well formed; whether it was granted is what the reviewer looks up.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from kernel.errors import DomainError

NUMBER_LENGTH_MAX: Final = 64
_CHECK_CHARACTERS: Final = "0123456789X"
_PATENT: Final = re.compile(r"(CN|ZL)?([0-9]{12}|[0-9]{8})\.?([0-9X])")
_COPYRIGHT: Final = re.compile(r"(19|20)[0-9]{2}SR[0-9]{6,7}")
_COPYRIGHT_CERTIFICATE: Final = re.compile(r"软著登字第[0-9]+号")
_ALGORITHM: Final = re.compile(r"网信算备[0-9]{21}号")
_GENERATIVE: Final = re.compile(r"[A-Z][A-Za-z]+-[A-Za-z0-9.]+-([0-9]{8})([0-9]{4})?")
_DATA_CERTIFICATE: Final = re.compile(r"20[0-9]{2}(0[1-9]|1[0-2])[0-9]{11}")
_DATA_REGISTRATION: Final = re.compile(r"20[0-9]{2}[0-9A-Z]{12}")
# 发明, 实用新型, 外观设计, PCT 发明, PCT 实用新型.
_PATENT_KINDS: Final = frozenset("12389")


class ProofKind(StrEnum):
    """What is shown of a version. A stored value: never rename one."""

    SOFTWARE_COPYRIGHT = "software_copyright"
    PATENT_APPLICATION = "patent_application"
    PATENT = "patent"
    ALGORITHM_FILING = "algorithm_filing"
    GENERATIVE_AI_FILING = "generative_ai_filing"
    DATA_PROPERTY = "data_property"


# What says whose the algorithm is; filings and data registrations do not.
OWNERSHIP: Final = frozenset(
    {ProofKind.SOFTWARE_COPYRIGHT, ProofKind.PATENT_APPLICATION, ProofKind.PATENT}
)


class MalformedProofNumber(DomainError):
    """The number is not one of its kind; `details` say why in one word."""

    code = "malformed_proof_number"


def check_proof_number(*, kind: ProofKind, number: str) -> str:
    """Return the number in its one spelling.

    Raises:
        MalformedProofNumber: its form or its check digit is wrong, or it is another number.
    """
    plain = "".join(unicodedata.normalize("NFKC", number).split())[:NUMBER_LENGTH_MAX]
    return _READERS[kind](plain)


def _refused(kind: ProofKind, reason: str, message: str) -> MalformedProofNumber:
    return MalformedProofNumber(message, details={"kind": str(kind), "reason": reason})


def _software_copyright(number: str) -> str:
    kind = ProofKind.SOFTWARE_COPYRIGHT
    if _COPYRIGHT_CERTIFICATE.fullmatch(number):
        message = f"{number} is the certificate's number: copy the 登记号, such as 2024SR0012345."
        raise _refused(kind, "certificate_number", message)
    if not _COPYRIGHT.fullmatch(number.upper()):
        message = f"{number!r} is no 登记号: write the year, SR and six or seven digits."
        raise _refused(kind, "form", message)
    return number.upper()


def _patent_application(number: str) -> str:
    kind = ProofKind.PATENT_APPLICATION
    prefix, spelled = _patent_number(kind, number)
    if prefix == "ZL":
        message = "ZL stands before the number of a granted patent only: an application has CN."
        raise _refused(kind, "not_granted", message)
    return f"CN{spelled}"


def _patent(number: str) -> str:
    kind = ProofKind.PATENT
    prefix, spelled = _patent_number(kind, number)
    if prefix != "ZL":
        message = "A granted patent's number begins with ZL; else show it as an application."
        raise _refused(kind, "not_granted", message)
    return f"ZL{spelled}"


def _patent_number(kind: ProofKind, number: str) -> tuple[str, str]:
    found = _PATENT.fullmatch(number.upper())
    if found is None:
        message = f"{number!r} is no patent number: write 201710601862.3 with its check digit."
        raise _refused(kind, "form", message)
    prefix, digits, check = found.groups()
    if digits[4 if len(digits) == 12 else 2] not in _PATENT_KINDS:
        message = (
            f"{number!r} names no kind of patent: the digit after the year is 1, 2, 3, 8 or 9."
        )
        raise _refused(kind, "patent_kind", message)
    if check != patent_check_digit(digits):
        message = f"The check digit of {number!r} does not fit: compare each digit with the paper."
        raise _refused(kind, "check_digit", message)
    return prefix or "", f"{digits}.{check}"


def patent_check_digit(digits: str) -> str:
    """Return the check digit of the 8 or 12 digits of a patent application (ZC 0006-2003)."""
    total = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(digits))
    return _CHECK_CHARACTERS[total % 11]


def _algorithm_filing(number: str) -> str:
    if not _ALGORITHM.fullmatch(number):
        message = f"{number!r} is no filing number: write 网信算备, 21 digits and 号."
        raise _refused(ProofKind.ALGORITHM_FILING, "form", message)
    return number


def _generative_ai_filing(number: str) -> str:
    kind = ProofKind.GENERATIVE_AI_FILING
    found = _GENERATIVE.fullmatch(number)
    if found is None:
        message = f"{number!r} is no filing number: write Beijing-YunQue-20230821 as published."
        raise _refused(kind, "form", message)
    day = found.group(1)
    try:
        date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError as error:
        message = f"{number!r} holds no day: {day} is not in the calendar."
        raise _refused(kind, "day", message) from error
    return number


def _data_property(number: str) -> str:
    plain = number.upper()
    if not (_DATA_CERTIFICATE.fullmatch(plain) or _DATA_REGISTRATION.fullmatch(plain)):
        message = (
            f"{number!r} is neither the 17 digits of a certificate, which begin with its year and "
            "month, nor a registration number of 16 characters, which begins with its year."
        )
        raise _refused(ProofKind.DATA_PROPERTY, "form", message)
    return plain


_READERS: Final[Mapping[ProofKind, Callable[[str], str]]] = {
    ProofKind.SOFTWARE_COPYRIGHT: _software_copyright,
    ProofKind.PATENT_APPLICATION: _patent_application,
    ProofKind.PATENT: _patent,
    ProofKind.ALGORITHM_FILING: _algorithm_filing,
    ProofKind.GENERATIVE_AI_FILING: _generative_ai_filing,
    ProofKind.DATA_PROPERTY: _data_property,
}
