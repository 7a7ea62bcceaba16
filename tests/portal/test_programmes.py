"""Published programmes: for everybody, in both languages, with what their texts leave open."""

from __future__ import annotations

import csv
import io

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db


def reader(language: str) -> Client:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def page(path: str, language: str = "zh-hans") -> str:
    answer = reader(language).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def rows(path: str) -> list[dict[str, str]]:
    answer = reader("en").get(path)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_everybody_reads_the_list_without_signing_in():
    shown = page("/programmes")

    assert "北京市人工智能算力券（2023—2025年）" in shown
    assert "不超过 20%" in shown
    assert "200 万元 / 每家企业每年" in shown


def test_the_list_is_narrowed_by_any_word():
    shown = page("/programmes?text=实物卡时")

    assert "武汉市各区 OPC 免费卡时" in shown
    assert "北京市人工智能算力券" not in shown


@pytest.mark.parametrize(
    ("code", "rate", "highest"),
    [
        ("beijing-2023", "up to 20%", "¥ 2,000,000 / a firm and year"),
        ("shenzhen-training-2024", "up to 50%–60%", "¥ 10,000,000"),
        ("hangzhou-2024", "up to 20%–30%", "¥ 8,000,000 / a firm and year"),
        ("shanghai-2025", "30% and more", "–"),
        ("mentougou-2023", "not published", "¥ 5,000,000"),
        ("anhui-2023", "up to 20%", "not published"),
        ("wuhan-opc-hours-2026", "–", "2,000 card-hours / a firm and year"),
    ],
)
def test_rates_and_highest_amounts_stand_in_the_file(code, rate, highest):
    told = {row["code"]: row for row in rows("/programmes?file=csv")}

    assert len(told) == 27
    assert (told[code]["rate"], told[code]["highest"]) == (rate, highest)


def test_a_programme_says_which_official_text_is_needed():
    shown = page("/programmes/mentougou-2023")

    assert "算力补贴比例：需实施细则" in shown
    assert "前三年免费入驻算法创客空间" in shown


def test_a_programme_tells_its_conditions_in_english_too():
    shown = page("/programmes/nanning-2025", "en")

    assert "Nanning compute support 2025" in shown
    assert "No related party" in shown
    assert "press that quotes the text" in shown


def test_its_conditions_are_a_file():
    told = rows("/programmes/nanning-2025?file=csv")

    assert told[0] == {"rule": "Time to apply", "says": "2026年1月4日至1月23日申报"}
    assert len(told) == 9


@pytest.mark.parametrize("path", ["/programmes/atlantis", "/programmes?file=pdf"])
def test_what_is_not_there_is_not_found(path):
    assert Client().get(path).status_code == 404
