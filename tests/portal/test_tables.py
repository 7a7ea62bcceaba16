"""Whoever sees a table of records can take it away: every page with one offers its files."""

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
    "portal/why.html": "one record; the explorer's file and the API have it",
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
