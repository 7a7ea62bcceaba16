"""Whoever sees a table of records finds what he looks for in it, and can take it away."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from django.conf import settings

TEMPLATES: Final = Path(settings.BASE_DIR) / "portal" / "templates"
TABLE: Final = re.compile(r'<table|include "portal/operator/table\.html"')
# A table is offered by the shared links, or by the page's own.
OFFER: Final = re.compile(r'include "portal/(?:operator/)?export_links\.html"|file=csv')
# Why a page with a table offers no file of it.
EXCEPTIONS: Final = {
    "allauth/elements/table.html": "how pages of one's own account draw their few rows",
    "portal/chart.html": "the figures of a chart, for who cannot see it; the page has the file",
    "portal/estimate.html": "a trial of rating, of which nothing is kept",
    "portal/package_plan.html": "a preview of an order, of which nothing is kept",
    "portal/notification_preferences.html": "boxes of a form in rows",
    "portal/operator/conflict.html": "two reports of one record side by side",
    "portal/operator/progress.html": "a part of the page of rejects, which has the file",
    "portal/operator/table.html": "how every table is drawn",
    "portal/settlement_progress.html": "a part of the settlement run, which has the file",
    "portal/verification/case.html": "the facts of one organisation; its papers can be opened",
    "portal/verification/why_size.html": "how one size class follows from four figures",
    "portal/why.html": "one record; a key reads its segments and shares as charges",
}


def test_every_template_with_a_table_offers_its_file_or_says_why_not() -> None:
    # given every template that draws a table of its own
    drawn = {
        path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8")
        for path in TEMPLATES.rglob("*.html")
    }
    tables = {name for name, text in drawn.items() if TABLE.search(text)}
    # when those are left out that offer a file
    without = {name for name in tables if not OFFER.search(drawn[name])}
    # then the rest are the exceptions, and each exception still is one
    assert without <= set(EXCEPTIONS)
    assert set(EXCEPTIONS) <= tables


# One of the tables of a template: by its name, or by the heading that labels it.
DRAWN: Final = re.compile(
    r'include "portal/operator/table\.html"(?: with table=(?:page\.)?(?P<table>\w+))?'
    r'|<table[^>]*?aria-labelledby="(?P<heading>\w+)-heading"|<table'
)
NARROWED: Final = re.compile(
    r'<form class="filters[^"]*"[^>]*?method="get"[^>]*?data-narrows="([\w ]+)"'
    r'|include "portal/find\.html" with narrows="([\w ]+)"',
    re.DOTALL,
)
TAGS: Final = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
# A part of a page that is drawn anew by itself: its filter stands on the page.
PART_OF: Final = {"portal/settlement_progress.html": ("portal/settlement_run.html", "progress")}
# Why a table has no filter.
UNFILTERED: Final = {
    "allauth/elements/table.html": {"table": "how pages of one's own account draw their few rows"},
    "portal/bill.html": {"lines": "a document, read and printed whole; the use behind is filtered"},
    "portal/cash.html": {"open": "the twenty newest of a page that is filtered"},
    "portal/cash_day.html": {
        "sides": "two sides and what is set aside",
        "standing": "what the movements below leave open; its own page is filtered",
    },
    "portal/chart.html": {"table": "the days of a chart"},
    "portal/estimate.html": {
        "payers": "the payers of one estimate",
        "prices": "the prices of one estimate",
    },
    "portal/fund.html": {"burn": "the months of one budget year"},
    "portal/hold.html": {"parts": "the lots of one hold"},
    "portal/lot.html": {"movements": "the few movements of one lot besides its use"},
    "portal/notification_preferences.html": {"table": "boxes of a form in rows"},
    "portal/operator/clusters.html": {"table": "a row for each cluster, one of which is chosen"},
    "portal/operator/conflict.html": {"table": "two reports of one record side by side"},
    "portal/operator/progress.html": {"table": "a part of the page of rejects, which has it"},
    "portal/operator/rejects.html": {"retries": "the last few retries, with their progress"},
    "portal/operator/table.html": {"table": "how every table is drawn"},
    "portal/package.html": {
        "months": "the months of one package",
        "terms": "the contracts of one package",
        "changes": "what became of one package",
    },
    "portal/package_plan.html": {"plan": "a preview of an order"},
    "portal/packages.html": {"offers": "the few terms on which a centre's cards are offered"},
    "portal/settlement_run.html": {
        "claims": "one claim for each fund and claimant; their page is filtered",
        "statements": "one statement for each operator",
    },
    "portal/style.html": {"table": "a sample"},
    "portal/verification/case.html": {"said": "the facts of one organisation"},
    "portal/verification/why_size.html": {"table": "four figures and what follows of them"},
    "portal/wallet.html": {
        "jobs": "what runs now, the largest first",
        "debts": "one row for each cause",
        "lots": "what is left of payments and grants",
        "future": "a row for each kind of lot",
    },
    "portal/why.html": {"table": "one record"},
}


def _tables_of(text: str) -> set[str]:
    return {found["table"] or found["heading"] or "table" for found in DRAWN.finditer(text)}


def _narrowed_in(text: str) -> set[str]:
    return {
        name
        for form, include in NARROWED.findall(
            re.sub(r'{% include "portal/in_place.html" %}', "", text)
        )
        for name in (form or include).split()
    }


def test_every_table_has_a_filter_or_says_why_not() -> None:
    # given every template, the tables that it draws, and those that its filters narrow
    texts = {
        path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8")
        for path in TEMPLATES.rglob("*.html")
    }
    for name, text in texts.items():
        drawn, narrowed = _tables_of(text), _narrowed_in(text)
        if name in PART_OF:
            page, part = PART_OF[name]
            assert part in _narrowed_in(texts[page]), name
            drawn = set()
        parts = {part for page, part in PART_OF.values() if page == name}
        excepted = set(UNFILTERED.get(name, {}))
        # then each table is narrowed by a filter or is an exception, and none is both
        assert drawn | parts == narrowed | excepted, name
        assert not narrowed & excepted, name
