"""Our own source files, for tests that read code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = (
    "config",
    "portal",
    "marketplace",
    "compute_billing",
    "accounts",
    "kernel",
    "local_services",
    "local_stripe",
    "demo",
    "benchmarks",
)
ROOMS = (
    "catalogue",
    "contracts",
    "ledger",
    "metering",
    "subsidies",
    "rating",
    "payments",
    "bank",
    "invoices",
    "disputes",
    "receivables",
    "settlement",
    "audit",
)


def python_files(*packages: str) -> Iterator[Path]:
    """Yield the Python files of the packages, without migrations."""
    for package in packages:
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def places(path: Path, nodes: Iterator[ast.AST]) -> list[str]:
    """Return file and line of each node, for a message that can be clicked."""
    return [f"{name(path)}:{getattr(node, 'lineno', 1)}" for node in nodes]


def rooms() -> list[Path]:
    """Return the directories of the rooms that exist."""
    return [
        REPOSITORY / "compute_billing" / room
        for room in ROOMS
        if (REPOSITORY / "compute_billing" / room).is_dir()
    ]
