"""Every bound of the standard, exactly: at it, below it, and which figure decides."""

from __future__ import annotations

import pytest

from accounts.models import SizeClass
from accounts.verification.kinds import Industry
from accounts.verification.sizes import THRESHOLDS, Figure, MissingFigure, assess

WAN = 10_000
BY_RANK = [SizeClass.LARGE, SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO]
PLENTY = 10**15

# Written down once more from the text of 工信部联企业〔2011〕300号, apart from the code under test:
# industry, then (large, medium, small) of persons, of revenue and of assets in 万元.
TEXT = {
    "agriculture": (None, (20000, 500, 50), None),
    "manufacturing": ((1000, 300, 20), (40000, 2000, 300), None),
    "construction": (None, (80000, 6000, 300), (80000, 5000, 300)),
    "wholesale": ((200, 20, 5), (40000, 5000, 1000), None),
    "retail": ((300, 50, 10), (20000, 500, 100), None),
    "transport": ((1000, 300, 20), (30000, 3000, 200), None),
    "warehousing": ((200, 100, 20), (30000, 1000, 100), None),
    "post": ((1000, 300, 20), (30000, 2000, 100), None),
    "lodging": ((300, 100, 10), (10000, 2000, 100), None),
    "catering": ((300, 100, 10), (10000, 2000, 100), None),
    "information": ((2000, 100, 10), (100000, 1000, 100), None),
    "software": ((300, 100, 10), (10000, 1000, 50), None),
    "real_estate": (None, (200000, 1000, 100), (10000, 5000, 2000)),
    "property_management": ((1000, 300, 100), (5000, 1000, 500), None),
    "leasing_and_business": ((300, 100, 10), None, (120000, 8000, 100)),
    "other": ((300, 100, 10), None, None),
}
FIGURES = ("employees", "revenue_yuan", "assets_yuan")


def bounds(industry: str) -> dict[str, tuple[int, ...]]:
    people, revenue, assets = TEXT[industry]
    found: dict[str, tuple[int, ...]] = {} if people is None else {"employees": people}
    for name, wan in (("revenue_yuan", revenue), ("assets_yuan", assets)):
        if wan is not None:
            found[name] = tuple(bound * WAN for bound in wan)
    return found


CASES = [
    (industry, figure, rank)
    for industry in TEXT
    for figure in bounds(industry)
    for rank in range(3)
]


@pytest.mark.parametrize(("industry", "figure", "rank"), CASES)
def test_a_bound_is_met_at_its_value_and_missed_one_below(industry, figure, rank):
    asked = bounds(industry)
    bound = asked[figure][rank]
    others = {name: PLENTY for name in asked if name != figure}

    at = assess(industry=Industry(industry), **others, **{figure: bound})
    below = assess(industry=Industry(industry), **others, **{figure: bound - 1})

    assert at.size_class == BY_RANK[rank]
    assert below.size_class == BY_RANK[rank + 1]


@pytest.mark.parametrize("industry", TEXT)
def test_the_weakest_figure_decides(industry):
    asked = bounds(industry)
    for figure in asked:
        others = {name: PLENTY for name in asked if name != figure}
        found = assess(industry=Industry(industry), **others, **{figure: 0})
        assert found.size_class == SizeClass.MICRO


def test_the_edges_of_software_and_services():
    def software(employees: int, wan: int) -> SizeClass:
        return assess(
            industry=Industry.SOFTWARE, employees=employees, revenue_yuan=wan * WAN
        ).size_class

    assert software(300, 9_900) == SizeClass.MEDIUM
    assert software(99, 50_000) == SizeClass.SMALL
    assert software(9, 50_000) == SizeClass.MICRO
    assert software(100, 1_000) == SizeClass.MEDIUM
    assert software(300, 10_000) == SizeClass.LARGE


def test_it_says_why():
    found = assess(industry=Industry.SOFTWARE, employees=99, revenue_yuan=50_000 * WAN)

    assert found.thresholds.clause == "四（十二）"
    assert [(reason.figure, reason.allows) for reason in found.reasons] == [
        (Figure.EMPLOYEES, SizeClass.SMALL),
        (Figure.REVENUE, SizeClass.LARGE),
    ]


def test_a_figure_that_the_industry_asks_for_must_be_given():
    with pytest.raises(MissingFigure) as refusal:
        assess(industry=Industry.CONSTRUCTION, employees=10, revenue_yuan=1)
    assert refusal.value.details == {"figure": "assets_yuan"}


def test_a_figure_that_the_industry_does_not_ask_for_is_not_looked_at():
    assert assess(industry=Industry.OTHER, employees=300).size_class == SizeClass.LARGE


def test_a_negative_figure_is_none():
    with pytest.raises(ValueError, match="negative"):
        assess(industry=Industry.OTHER, employees=-1)


def test_every_industry_has_its_clause_in_the_order_of_the_text():
    numerals = [
        "一",
        "二",
        "三",
        "四",
        "五",
        "六",
        "七",
        "八",
        "九",
        "十",
        "十一",
        "十二",
        "十三",
        "十四",
        "十五",
        "十六",
    ]

    assert [row.clause for row in THRESHOLDS.values()] == [f"四（{n}）" for n in numerals]
    assert list(THRESHOLDS) == list(Industry)
    assert [str(industry) for industry in Industry] == list(TEXT)
