"""The statement of a payout on paper: legible in both languages, and the same bytes each time."""

from __future__ import annotations

from datetime import timedelta

import pypdfium2
import pytest

from accounts.models import Organisation, OrganisationKind
from compute_billing.payouts import documents
from compute_billing.payouts.models import Payout
from compute_billing.payouts.queries import UnknownPayout
from tests.builders.accounts import make_organisation
from tests.builders.bank import make_account
from tests.builders.payouts import NOW, earn, make_payout_account, make_run, make_terms

pytestmark = pytest.mark.django_db
# An organisation's name may have 200 characters: the longest that a head has to bear.
LONGEST = "北京京西智谷人工智能算力运营服务有限公司" * 9


def make_payout(name: str = "西山算力") -> Payout:
    """Let a payee earn a hundred yuan, and propose what is paid of it."""
    payee = make_organisation(name=name, kind=OrganisationKind.OPERATOR)
    bank = make_account(payee)
    make_terms(payee)
    earn(payee, bank=bank, yuan=100, now=NOW)
    make_payout_account(payee, now=NOW - timedelta(days=1))
    return make_run(bank).payouts.get()


def printed(payout: Payout, language: str, *, payee: Organisation | None = None) -> bytes:
    return documents.payout_document(
        payout_id=payout.public_id,
        payee_id=None if payee is None else payee.pk,
        language=language,
    ).content


def inked_columns(content: bytes) -> tuple[int, int]:
    """Render the only page to an image, and return the first and last column that bears ink."""
    (page,) = pypdfium2.PdfDocument(content)
    image = page.render(scale=1, grayscale=True)
    light = bytes(image.buffer)
    inked = [
        column
        for column in range(image.width)
        if min(light[column : image.stride * image.height : image.stride]) < 200
    ]
    return inked[0], inked[-1]


def text_of(content: bytes) -> str:
    """Return the text of the only page, without line breaks."""
    (page,) = pypdfium2.PdfDocument(content)
    return " ".join(page.get_textpage().get_text_range().split())


def test_each_fen_from_opening_to_closing_stands_on_it() -> None:
    payout = make_payout()
    page = text_of(printed(payout, "zh"))
    for said in (
        "付款结算单",
        payout.number,
        "西山算力",
        "到期预付款",
        "收入 100.000000",
        "减：佣金 −5.000000",
        "减：佣金税额 −0.300000",
        "减：付出 −94.700000",
        "期末结余 0.000000",
        "¥ 94.70",
        "人民币玖拾肆元柒角",
        "第 1 页，共 1 页",
    ):
        assert said in page, (said, page)


def test_the_english_one_has_the_same_figures() -> None:
    page = text_of(printed(make_payout(), "en"))
    for said in ("Payout statement", "Less commission −5.000000", "¥ 94.70", "Page 1 of 1"):
        assert said in page, (said, page)


def test_it_is_the_same_to_the_byte_whatever_becomes_of_the_payout() -> None:
    payout = make_payout()
    before = printed(payout, "zh")
    Payout.objects.filter(pk=payout.pk).update(state="sent", bank_reference="B1")
    assert printed(payout, "zh") == before


def test_nobody_elses_is_printed() -> None:
    with pytest.raises(UnknownPayout):
        printed(make_payout(), "zh", payee=make_organisation())


def test_the_longest_name_stays_within_the_margins() -> None:
    """Rendered to an image: ink stands on the page, and none of it in the margins."""
    left, right = inked_columns(printed(make_payout(name=LONGEST), "zh"))
    # 16 mm of 210 are 45 of 595 points.
    assert 44 <= left < 50
    assert 500 < right <= 595 - 44
