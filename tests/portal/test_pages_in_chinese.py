"""Pages as a Chinese reader sees them: no English, no codes of machines, and files that come."""

from __future__ import annotations

import csv
import logging
import re
from collections.abc import Iterator
from io import StringIO
from typing import Final
from urllib.parse import urljoin

import pytest
from lxml import html

from tests.architecture.matrix import Address
from tests.architecture.permission_rows import ROWS
from tests.architecture.test_query_counts import READ, Visitor, grow, named, visitors
from tests.builders.accounts import make_organisation

pytestmark = pytest.mark.django_db

PAGES: Final = [address for address in READ if not address.route.startswith(("api/", "admin/"))]
# What a machine or a person wrote stands in one of these, and is not ours to translate.
QUOTED: Final = (
    "//script | //style | //code | //pre | //textarea | //*[@lang='en']"
    " | //*[contains(concat(' ', @class, ' '), ' file ')]"
)
# Four words in a row that are no Chinese; a name of three, such as a bank's, is let through.
ENGLISH: Final = re.compile(r"(?:\b[A-Za-z][A-Za-z'’]+[ ,.:;]+){3,}[A-Za-z][A-Za-z'’]+")
# How programs write codes: top_up, webhooks.create.
CODE: Final = re.compile(r"\b[a-z]{2,}(?:_[a-z]+)+\b|\b[a-z]{3,}\.[a-z_]{3,}\b(?!\.)")
# A page in English on purpose, and one of samples.
ASIDE: Final = {"api-reference", "style"}
# A part of a page that is drawn anew: its links are followed from the page.
PARTS: Final = {"settlement-progress"}
# What people typed into the builders' world: names, files, addresses.
TYPED: Final = re.compile(
    r"[\w.+-]+@[\w.-]+|[\w-]+\.(?:csv|xml|pdf|txt|json)|https?://\S+|sk_\w+|test\.act"
    r"|The job was stopped by .*"
)


@pytest.fixture(autouse=True)
def _nothing_is_logged() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def shown() -> list[tuple[str, Visitor, str, html.HtmlElement]]:
    """Return every page that a member and the staff see, with where it is and who looks."""
    tenant = make_organisation()
    people = [visitor for visitor in visitors(tenant) if visitor.name != "key"]
    grow(tenant)
    return [
        (str(address.name), visitor, path, page)
        for address in PAGES
        if address.name not in ASIDE
        for path in [address.path(named(address, tenant))]
        for visitor in people
        if visitor.may_enter(ROWS[str(address.name)].methods["GET"])
        for page in _page(address, visitor, path)
    ]


def _page(address: Address, visitor: Visitor, path: str) -> Iterator[html.HtmlElement]:
    answer = visitor.client.get(path)
    if answer.status_code == 200 and not answer.streaming and "html" in answer["Content-Type"]:
        yield html.fromstring(answer.content.decode())


def _said(page: html.HtmlElement) -> list[str]:
    """Return the texts of a page that are ours, each element's by itself."""
    for quoted in page.xpath(QUOTED):
        quoted.drop_tree()
    return [TYPED.sub("", text) for text in page.xpath("//body//text()") if text.strip()]


def test_no_page_speaks_english_or_in_codes_to_a_chinese_reader(shown) -> None:
    assert len(shown) > len(PAGES)
    found = {
        f"{name}: {told[0]}"
        for name, _visitor, _path, page in shown
        for text in _said(page)
        for told in (ENGLISH.search(text), CODE.search(text))
        if told
    }
    assert not found, "\n".join(sorted(found))


def test_every_file_that_a_page_offers_comes_with_its_columns(shown) -> None:
    heads: dict[tuple[str, str], list[str]] = {}
    for name, visitor, path, page in shown:
        if name in PARTS:
            continue
        for link in page.xpath("//a[@download][contains(@href, 'file=csv')]"):
            address = urljoin(path, link.get("href"))
            answer = visitor.client.get(address)
            assert answer.status_code == 200, address
            text = answer.getvalue().decode("utf-8-sig")
            heads[name, address] = next(csv.reader(StringIO(text)))
    assert {at: head for at, head in heads.items() if not len(head) == len(set(head)) > 1} == {}
    assert len(heads) > len(PAGES) // 2
