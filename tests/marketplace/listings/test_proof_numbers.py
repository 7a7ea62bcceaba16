"""Numbers of rights and filings: published ones pass, and each mistake has its reason."""

from __future__ import annotations

import pytest

from marketplace.listings.proofs import (
    MalformedProofNumber,
    ProofKind,
    check_proof_number,
    patent_check_digit,
)

# Real numbers, as published.
GOOD = [
    (ProofKind.SOFTWARE_COPYRIGHT, "2014SR001852", "2014SR001852"),
    (ProofKind.SOFTWARE_COPYRIGHT, " 2024sr0012345", "2024SR0012345"),
    (ProofKind.PATENT_APPLICATION, "201710601862.3", "CN201710601862.3"),
    (ProofKind.PATENT_APPLICATION, "CN 2013106997442", "CN201310699744.2"),
    (ProofKind.PATENT_APPLICATION, "95115608.X", "CN95115608.X"),
    (ProofKind.PATENT, "ZL97101765.4", "ZL97101765.4"),
    (ProofKind.PATENT, "zl 201710601862．3", "ZL201710601862.3"),
    (ProofKind.ALGORITHM_FILING, "网信算备330110507206401230035号", None),
    (ProofKind.GENERATIVE_AI_FILING, "ZheJiang-TongYiQianWen-20230901", None),
    (ProofKind.GENERATIVE_AI_FILING, "Jiangsu-CarrotAI-202407030002", None),
    (ProofKind.DATA_PROPERTY, "20241044000000123", None),
    (ProofKind.DATA_PROPERTY, "2024A1B00000123X", None),
]
BAD = [
    (ProofKind.SOFTWARE_COPYRIGHT, "软著登字第0671096号", "certificate_number"),
    (ProofKind.SOFTWARE_COPYRIGHT, "2024SR123", "form"),
    (ProofKind.PATENT_APPLICATION, "201710601862.4", "check_digit"),
    (ProofKind.PATENT_APPLICATION, "ZL201710601862.3", "not_granted"),
    (ProofKind.PATENT_APPLICATION, "20171060186", "form"),
    (ProofKind.PATENT, "201710601862.3", "not_granted"),
    (ProofKind.PATENT, "ZL201740601862.3", "patent_kind"),
    (ProofKind.ALGORITHM_FILING, "网信算备33011050720640123003号", "form"),
    (ProofKind.GENERATIVE_AI_FILING, "Beijing-YunQue-20230230", "day"),
    (ProofKind.GENERATIVE_AI_FILING, "beijing-YunQue-20230821", "form"),
    (ProofKind.DATA_PROPERTY, "20241344000000123", "form"),
]


@pytest.mark.parametrize(("kind", "number", "spelled"), GOOD)
def test_a_published_number_passes_in_its_one_spelling(kind, number, spelled):
    assert check_proof_number(kind=kind, number=number) == (spelled or number)


@pytest.mark.parametrize(("kind", "number", "reason"), BAD)
def test_a_mistake_is_told_by_its_reason(kind, number, reason):
    with pytest.raises(MalformedProofNumber) as refused:
        check_proof_number(kind=kind, number=number)

    assert refused.value.details == {"kind": str(kind), "reason": reason}


def test_one_wrong_digit_of_a_patent_never_passes():
    digits = "201710601862"
    wrong = {
        patent_check_digit(digits[:place] + digit + digits[place + 1 :])
        for place in range(len(digits))
        for digit in "0123456789"
        if digit != digits[place]
    }

    assert patent_check_digit(digits) == "3"
    assert "3" not in wrong
