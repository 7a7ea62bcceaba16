"""Size of an enterprise by 工信部联企业〔2011〕300号《中小企业划型标准规定》 四. Pure.

The table is data: one row per industry in the order of the text, each with the clause that it
comes from and, from 国统字〔2017〕213号《统计上大中小微型企业划分办法（2017）》, the classes of
GB/T 4754-2017 that belong to it. The thresholds of both agree.

How several figures are read together is 213号 附注: large, medium and small need every figure to
reach the lower bound, "否则下划一档"; micro needs one figure below. Figures are whole persons and
whole yuan, so a bound is met exactly at its value ("以上" includes the number itself, 300号 六).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from accounts.models import SizeClass
from accounts.verification.kinds import Industry
from kernel.errors import DomainError

TEN_THOUSAND: Final = 10_000
STANDARD: Final = "工信部联企业〔2011〕300号"
STATISTICS: Final = "国统字〔2017〕213号"


class Figure(StrEnum):
    """A figure that the standard asks for."""

    EMPLOYEES = "employees"
    REVENUE = "revenue_yuan"
    ASSETS = "assets_yuan"


class MissingFigure(DomainError):
    """The industry is judged by a figure that was not given."""

    code = "missing_figure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """A row of the standard: the lower bounds of large, medium and small for each figure.

    `bounds` is in persons for employees and in yuan for revenue and assets.
    """

    industry: Industry
    clause: str
    classes: str
    bounds: Mapping[Figure, tuple[int, int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One figure against its bounds: the class that it alone would allow."""

    figure: Figure
    value: int
    allows: SizeClass
    bounds: tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The class of an enterprise, and why: it is the lowest that any figure allows."""

    size_class: SizeClass
    thresholds: Thresholds
    reasons: tuple[Reason, ...]


def _row(
    industry: Industry,
    clause: str,
    classes: str,
    *,
    employees: tuple[int, int, int] | None = None,
    revenue: tuple[int, int, int] | None = None,
    assets: tuple[int, int, int] | None = None,
) -> Thresholds:
    """Return a row; revenue and assets are written in 万元 as in the text."""
    bounds = {}
    if employees is not None:
        bounds[Figure.EMPLOYEES] = employees
    for figure, wan in ((Figure.REVENUE, revenue), (Figure.ASSETS, assets)):
        if wan is not None:
            large, medium, small = wan
            bounds[figure] = (large * TEN_THOUSAND, medium * TEN_THOUSAND, small * TEN_THOUSAND)
    return Thresholds(industry=industry, clause=clause, classes=classes, bounds=bounds)


_ROWS: Final = (
    _row(Industry.AGRICULTURE, "四（一）", "A", revenue=(20_000, 500, 50)),
    _row(
        Industry.MANUFACTURING,
        "四（二）",
        "B C D",
        employees=(1000, 300, 20),
        revenue=(40_000, 2_000, 300),
    ),
    _row(
        Industry.CONSTRUCTION,
        "四（三）",
        "E",
        revenue=(80_000, 6_000, 300),
        assets=(80_000, 5_000, 300),
    ),
    _row(
        Industry.WHOLESALE,
        "四（四）",
        "F51",
        employees=(200, 20, 5),
        revenue=(40_000, 5_000, 1_000),
    ),
    _row(Industry.RETAIL, "四（五）", "F52", employees=(300, 50, 10), revenue=(20_000, 500, 100)),
    _row(
        Industry.TRANSPORT,
        "四（六）",
        "G54–G58 G591",
        employees=(1000, 300, 20),
        revenue=(30_000, 3_000, 200),
    ),
    _row(
        Industry.WAREHOUSING,
        "四（七）",
        "G592–G599",
        employees=(200, 100, 20),
        revenue=(30_000, 1_000, 100),
    ),
    _row(Industry.POST, "四（八）", "G60", employees=(1000, 300, 20), revenue=(30_000, 2_000, 100)),
    _row(
        Industry.LODGING, "四（九）", "H61", employees=(300, 100, 10), revenue=(10_000, 2_000, 100)
    ),
    _row(
        Industry.CATERING, "四（十）", "H62", employees=(300, 100, 10), revenue=(10_000, 2_000, 100)
    ),
    _row(
        Industry.INFORMATION,
        "四（十一）",
        "I63 I64",
        employees=(2000, 100, 10),
        revenue=(100_000, 1_000, 100),
    ),
    _row(
        Industry.SOFTWARE,
        "四（十二）",
        "I65",
        employees=(300, 100, 10),
        revenue=(10_000, 1_000, 50),
    ),
    _row(
        Industry.REAL_ESTATE,
        "四（十三）",
        "K7010",
        revenue=(200_000, 1_000, 100),
        assets=(10_000, 5_000, 2_000),
    ),
    _row(
        Industry.PROPERTY_MANAGEMENT,
        "四（十四）",
        "K7020",
        employees=(1000, 300, 100),
        revenue=(5_000, 1_000, 500),
    ),
    _row(
        Industry.LEASING_AND_BUSINESS,
        "四（十五）",
        "L",
        employees=(300, 100, 10),
        assets=(120_000, 8_000, 100),
    ),
    _row(Industry.OTHER, "四（十六）", "K7030 K7090 M N O Q85 R", employees=(300, 100, 10)),
)
THRESHOLDS: Final[Mapping[Industry, Thresholds]] = {row.industry: row for row in _ROWS}

_BY_RANK: Final = (SizeClass.LARGE, SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO)


def assess(
    *,
    industry: Industry,
    employees: int | None = None,
    revenue_yuan: int | None = None,
    assets_yuan: int | None = None,
) -> Assessment:
    """Return the class of an enterprise with the figure that decided; others are not looked at.

    Raises:
        MissingFigure: the industry is judged by a figure that is None.
        ValueError: a figure is negative.
    """
    thresholds = THRESHOLDS[industry]
    given = {
        Figure.EMPLOYEES: employees,
        Figure.REVENUE: revenue_yuan,
        Figure.ASSETS: assets_yuan,
    }
    reasons = tuple(
        _reason(figure, given[figure], bounds) for figure, bounds in thresholds.bounds.items()
    )
    lowest = max(reasons, key=lambda reason: _BY_RANK.index(reason.allows))
    return Assessment(size_class=lowest.allows, thresholds=thresholds, reasons=reasons)


def _reason(figure: Figure, value: int | None, bounds: tuple[int, int, int]) -> Reason:
    if value is None:
        message = f"This industry is judged by {figure}: give it."
        raise MissingFigure(message, details={"figure": str(figure)})
    if value < 0:
        message = f"{figure} cannot be negative."
        raise ValueError(message)
    rank = sum(value < bound for bound in bounds)
    return Reason(figure=figure, value=value, allows=_BY_RANK[rank], bounds=bounds)
