"""What the READMEs promise is there: settings, make targets, commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.source import REPOSITORY

READMES = ("README.md", "README.zh-CN.md")
ENVIRONMENT_FILE = REPOSITORY / "config" / "env.py"
COMMANDS = (
    "accounts/management/commands",
    "compute_billing/management/commands",
)
# Commands of Django itself that the documents name.
DJANGO_COMMANDS = {"migrate", "check", "shell", "runserver", "dbshell", "changepassword"}
DJANGO_COMMANDS |= {"clearsessions"}


def settings_read() -> set[str]:
    """Return the names that anything in config/ reads from the environment."""
    call = re.compile(r"\benv\.[a-z_]+\(\s*\"([A-Z][A-Z_]+)\"")
    return {
        name
        for path in (REPOSITORY / "config").glob("*.py")
        if path != ENVIRONMENT_FILE
        for name in call.findall(path.read_text(encoding="utf-8"))
    }


def configuration(readme: str) -> dict[str, str]:
    """Return the rows of the table whose names are settings: name -> default."""
    rows = {}
    for line in (REPOSITORY / readme).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 3:
            for name in re.findall(r"`([A-Z][A-Z_]+)`", cells[0]):
                rows[name] = cells[1]
    return rows


def make_targets() -> set[str]:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def own_commands() -> set[str]:
    return {
        path.stem
        for place in COMMANDS
        for path in (REPOSITORY / place).glob("*.py")
        if path.stem != "__init__"
    }


def documents() -> list[Path]:
    return [*sorted(REPOSITORY.glob("*.md")), *sorted((REPOSITORY / "docs").rglob("*.md"))]


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_tells_every_setting_and_no_other(readme: str) -> None:
    assert set(configuration(readme)) == settings_read()


def test_the_readmes_name_the_same_defaults() -> None:
    english, chinese = (configuration(readme) for readme in READMES)
    literal = re.compile(r"`([^`]+)`")

    assert {name: literal.findall(default) for name, default in english.items()} == {
        name: literal.findall(default) for name, default in chinese.items()
    }


def test_every_make_target_that_is_named_exists() -> None:
    named = {
        target
        for path in documents()
        for target in re.findall(r"`make ([a-z]+)", path.read_text(encoding="utf-8"))
    }

    assert named - make_targets() == set()
    assert {"setup", "demo", "test", "soak", "bench", "lint", "screenshots"} <= named


def test_every_command_that_is_named_exists() -> None:
    named = {
        command
        for path in documents()
        for command in re.findall(r"manage\.py ([a-z_]+)", path.read_text(encoding="utf-8"))
    }

    assert named - own_commands() - DJANGO_COMMANDS == set()


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_tells_every_command(readme: str) -> None:
    text = (REPOSITORY / readme).read_text(encoding="utf-8")

    assert {command for command in own_commands() if f"`{command}" not in text} == set()
