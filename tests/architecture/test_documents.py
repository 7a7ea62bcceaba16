"""Documents do not rot: links lead somewhere, lists are whole, every room says what it is."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from compute_billing.audit.laws import LAWS
from compute_billing.metering.verdicts import STORE_REASONS
from config.schedule import BEAT_SCHEDULE
from tests.architecture.source import PACKAGES, REPOSITORY, name, rooms

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
README_LINES_MAX = 70
DECISIONS = REPOSITORY / "docs" / "adr"


def documents() -> list[Path]:
    """Return the Markdown files that belong to the repository, new ones included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.md"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        found = [REPOSITORY / line for line in listed.stdout.splitlines()]
        return [path for path in found if path.is_file()]
    places = [REPOSITORY / "docs", *(REPOSITORY / package for package in PACKAGES)]
    return [*REPOSITORY.glob("*.md"), *(path for place in places for path in place.rglob("*.md"))]


def links(path: Path) -> Iterator[str]:
    text = CODE.sub("", path.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if not re.match(r"[a-z]+:", target):
            yield unquote(target)


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as code hosts make them."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in HEADING.findall(path.read_text(encoding="utf-8"))
    }


def test_links_lead_somewhere() -> None:
    broken = []
    followed = 0
    for path in documents():
        for target in links(path):
            followed += 1
            file_part, _, anchor = target.partition("#")
            aim = (path.parent / file_part).resolve() if file_part else path
            if not aim.exists() or (anchor and anchor not in anchors(aim)):
                broken.append(f"{name(path)}: {target}")

    assert broken == []
    assert followed > 50


def test_rooms_say_what_they_are_on_a_page() -> None:
    talkative = [
        name(room / "README.md")
        for room in rooms()
        if len((room / "README.md").read_text(encoding="utf-8").splitlines()) > README_LINES_MAX
    ]

    assert talkative == []


def test_decisions_are_numbered_listed_and_complete() -> None:
    pages = sorted(DECISIONS.glob("[0-9]*.md"))
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")

    # A number is given when a decision is begun, so those that land first leave gaps.
    numbers = [int(page.name[:4]) for page in pages]
    assert numbers == sorted(set(numbers))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        title = text.splitlines()[0].removeprefix(f"# {int(page.name[:4])}. ")
        assert f"[{page.name[:4]}]({page.name}) | {title} |" in index
        for part in ("Context", "Decision", "Consequences", "Alternatives"):
            assert f"\n## {part}\n" in text, f"{page.name} has no {part}"


@pytest.mark.parametrize("column", ["name", "en", "zh"])
def test_the_page_of_laws_tells_every_law(column: str) -> None:
    text = (REPOSITORY / "docs" / "laws.md").read_text(encoding="utf-8")

    assert [getattr(law, column) for law in LAWS if getattr(law, column) not in text] == []
    assert text.count("\n| `") == len(LAWS)


def test_the_runbook_says_what_to_do_for_each_law() -> None:
    text = (REPOSITORY / "docs" / "runbook.md").read_text(encoding="utf-8")

    assert [law.name for law in LAWS if f"`{law.name}`" not in text] == []


def test_the_runbook_says_what_to_do_for_each_reason_of_the_store() -> None:
    text = (REPOSITORY / "docs" / "runbook.md").read_text(encoding="utf-8")

    assert [reason for reason in STORE_REASONS if f"`{reason}`" not in text] == []


def test_the_architecture_tells_the_schedule() -> None:
    text = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    tasks = [
        entry["task"].removeprefix("compute_billing.tasks.") for entry in BEAT_SCHEDULE.values()
    ]

    assert [task for task in tasks if f"`{task}`" not in text] == []
