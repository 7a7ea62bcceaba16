"""The catalogues of messages: whole, in both languages, and in step with the pages."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

REPOSITORY = Path(__file__).resolve().parents[2]
LANGUAGES = ("zh_Hans", "en")


def catalogue(root: Path, language: str):
    with (root / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_empty_or_fuzzy(language):
    messages = [message for message in catalogue(REPOSITORY / "portal", language) if message.id]

    assert messages
    for message in messages:
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(texts), message.id
        assert not message.fuzzy, message.id


def test_chinese_sentences_are_set_with_chinese_marks():
    of_latin = re.compile(r"[\u4e00-\u9fff][,;:()!?]|[,;:()!?][\u4e00-\u9fff]")
    messages = [message for message in catalogue(REPOSITORY / "portal", "zh_Hans") if message.id]
    texts = [
        text
        for message in messages
        for text in (message.string if isinstance(message.string, tuple) else (message.string,))
    ]

    # What is typed into a field as it stands is no sentence.
    assert [one for one in texts if of_latin.search(one.replace("账号,卡秒", ""))] == []


def test_both_languages_say_the_same_things():
    zh, en = (
        {message.id for message in catalogue(REPOSITORY / "portal", language)}
        for language in LANGUAGES
    )

    assert zh == en


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs GNU gettext")
def test_the_pages_say_nothing_that_the_catalogues_lack(tmp_path):
    copy = tmp_path / "portal"
    shutil.copytree(REPOSITORY / "portal", copy, ignore=shutil.ignore_patterns("*.mo"))
    subprocess.run(
        [
            *(sys.executable, str(REPOSITORY / "manage.py"), "makemessages"),
            *("-l", "zh_Hans", "-l", "en", "--no-wrap", "--no-location", "--no-obsolete"),
        ],
        cwd=copy,
        check=True,
        capture_output=True,
    )

    for language in LANGUAGES:
        wanted = {message.id: message.string for message in catalogue(copy, language)}
        kept = {
            message.id: message.string for message in catalogue(REPOSITORY / "portal", language)
        }
        wanted.pop("", None)
        kept.pop("", None)
        assert wanted == kept
