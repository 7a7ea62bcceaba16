"""Whoever sees a table of records finds what he looks for in it, and can take it away."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from django.conf import settings

TEMPLATES: Final = Path(settings.BASE_DIR) / "portal" / "templates"
# One of the tables of a template: by its name, or by the heading that labels it; and a list of
# lines by the name that it gives itself.
DRAWN: Final = re.compile(
    r'include "portal/operator/table\.html"(?: with table=(?:page\.)?(?P<table>\w+))?'
    r'|<table[^>]*?aria-labelledby="(?P<heading>\w+)-heading"|<table'
    r'|<ul class="(?:lines|inbox)[^"]*"(?: data-list="(?P<list>\w+)")?'
)
NARROWED: Final = re.compile(
    r'<form class="filters[^"]*"[^>]*?method="get"[^>]*?data-narrows="([\w ]+)"'
    r'|include "portal/find\.html" with narrows="([\w ]+)"',
    re.DOTALL,
)
OFFERED: Final = re.compile(r'include "portal/export_links\.html" with offers="([\w ]+)"')
# A part of a page that is drawn anew by itself: its filter stands on the page.
PART_OF: Final = {"portal/settlement_progress.html": ("portal/settlement_run.html", "progress")}
# Why something that is drawn is neither filtered nor filed.
NEITHER: Final = {
    "allauth/elements/table.html": {"table": "how pages of one's own account draw their few rows"},
    "portal/account.html": {"list": "one's own organisations and invitations, a line each"},
    "portal/auto_top_up.html": {"list": "one setting for each operator, changed here"},
    "portal/chart.html": {"table": "the figures of a chart; what it draws has filter and file"},
    "portal/clawbacks.html": {"list": "the few that wait or are owed; all stand in the table"},
    "portal/estimate.html": {
        "payers": "a trial of rating, of which nothing is kept",
        "prices": "a trial of rating, of which nothing is kept",
    },
    "portal/notification_preferences.html": {"table": "boxes of a form in rows"},
    "portal/operator/conflict.html": {"table": "two reports of one record side by side"},
    "portal/operator/progress.html": {"table": "a part of the page of rejects, which has both"},
    "portal/operator/table.html": {"table": "how every table is drawn"},
    "portal/operator/totals.html": {"list": "forms beside rows of the table above"},
    "portal/overview.html": {
        "table": "the sums of a chart's series",
        "jobs": "what the page of the balance says, which has both",
    },
    "portal/package_plan.html": {"plan": "a preview of an order, of which nothing is kept"},
    "portal/payment.html": {"list": "what went back of one payment"},
    "portal/verification/case.html": {
        "said": "the facts of one organisation",
        "list": "papers that are opened here, and organisations that one declared",
    },
    "portal/verification/documents.html": {"list": "the few papers of one case, opened here"},
    "portal/verification/history.html": {"list": "how often one case was handed in"},
    "portal/verification/relations.html": {"list": "a declaration that is being written"},
    "portal/verification/review.html": {"list": "what a case still lacks"},
    "portal/verification/why_size.html": {"table": "four figures and what follows of them"},
    "usersessions/usersession_list.html": {"list": "one's own browsers, each ended here"},
}
# Why a table has no file of its own.
UNFILED: Final = {
    "portal/programmes/prospect.html": {"table": "of each contract; the files hold all of them"},
    "portal/receivable.html": {"table": "of one debtor; the desk and the tenant have the file"},
    "portal/credit.html": {"list": "the few proposals that wait; all stand in the table"},
    "portal/einvoice_desk_one.html": {"table": "one document; the buyer's page has the file"},
    "portal/budget.html": {"alerts": "each threshold once a period: a few rows"},
    "portal/cash.html": {"open": "the newest of a page that has the file"},
    "portal/why.html": {"table": "of each segment; the files hold those of all"},
}
# Files of what a page draws as something else than tables.
ALSO_OFFERED: Final = {
    "portal/programmes/prospect.html": {"conditions", "steps"},
    "portal/why.html": {"segments", "shares"},
}
# Why a table has no filter.
UNFILTERED: Final = {
    "portal/einvoice.html": {"table": "a document, read whole"},
    "portal/einvoice_desk.html": {
        "due": "what is to be done now, mostly nothing",
        "files": "the twenty newest files",
    },
    "portal/einvoice_desk_one.html": {"table": "a document, read whole"},
    "portal/credit.html": {"list": "the few proposals that wait for somebody"},
    "portal/receivable.html": {"table": "the few items of one debtor"},
    "portal/account_statement.html": {"table": "narrowed by operator and days, else read whole"},
    "portal/bill.html": {"lines": "a document, read and printed whole; the use behind is filtered"},
    "portal/budget.html": {
        "alerts": "each threshold once a period: a few rows",
        "burn_down": "the days of a drawing",
    },
    "portal/cash.html": {"open": "the twenty newest of a page that is filtered"},
    "portal/cash_day.html": {
        "sides": "two sides and what is set aside",
    },
    "portal/fund.html": {"burn": "the months of one budget year"},
    "portal/hold.html": {"parts": "the lots of one hold"},
    "portal/lot.html": {"movements": "the few movements of one lot besides its use"},
    "portal/operator/clusters.html": {"table": "a row for each cluster, one of which is chosen"},
    "portal/operator/rejects.html": {"retries": "the last few retries, with their progress"},
    "portal/programmes/prospect.html": {"table": "conditions and sums of one text, read whole"},
    "portal/programmes/version.html": {"table": "what one version changes, read whole"},
    "portal/programmes/programme.html": {"table": "the conditions of one text, read whole"},
    "portal/settlement_run.html": {
        "claims": "one claim for each fund and claimant; their page is filtered",
        "statements": "one statement for each operator",
    },
    "portal/style.html": {"table": "a sample"},
    "portal/why.html": {"table": "one record"},
}


def _texts() -> dict[str, str]:
    """Return every template by its name."""
    return {
        path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8")
        for path in TEMPLATES.rglob("*.html")
    }


def _drawn_in(text: str) -> set[str]:
    """Name what is drawn; a list that gives itself no name is called so."""
    return {
        found["table"] or found["heading"] or found["list"] or _kind(found[0])
        for found in DRAWN.finditer(text)
    }


def _kind(found: str) -> str:
    return "list" if found.startswith("<ul") else "table"


def _narrowed_in(text: str) -> set[str]:
    text = re.sub(r'{% include "portal/in_place.html" %}', "", text)
    found = NARROWED.findall(text)
    return {name for form, include in found for name in (form or include).split()}


def _offered_in(text: str) -> set[str]:
    return {name for names in OFFERED.findall(text) for name in names.split()}


def test_every_table_has_a_filter_or_says_why_not() -> None:
    # given every template, what it draws, and what its filters narrow
    texts = _texts()
    for name, text in texts.items():
        drawn, narrowed = _drawn_in(text), _narrowed_in(text)
        if name in PART_OF:
            page, part = PART_OF[name]
            assert part in _narrowed_in(texts[page]), name
            drawn = set()
        parts = {part for page, part in PART_OF.values() if page == name}
        excepted = {*UNFILTERED.get(name, {}), *NEITHER.get(name, {})}
        # then each table is narrowed by a filter or is an exception, and none is both
        assert drawn | parts == narrowed | excepted, name
        assert not narrowed & excepted, name


def test_every_table_has_a_file_or_says_why_not() -> None:
    for name, text in _texts().items():
        # given what a template draws, and of what it offers files
        drawn, offered = _drawn_in(text), _offered_in(text)
        excepted = {*UNFILED.get(name, {}), *NEITHER.get(name, {})}
        # then each table has its file or is an exception, and none is both
        extra = ALSO_OFFERED.get(name, set())
        assert drawn | extra == offered | excepted, name
        assert not offered & excepted, name


def test_an_exception_is_of_a_template_that_there_is() -> None:
    assert {*NEITHER, *UNFILED, *UNFILTERED, *ALSO_OFFERED} <= set(_texts())
