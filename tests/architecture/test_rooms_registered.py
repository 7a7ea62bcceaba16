"""A room that compute_billing.models forgets has no tables, and Django does not complain."""

from __future__ import annotations

import ast
import re

from django.apps import apps

from tests.architecture.source import REPOSITORY, name, rooms, tree

AGGREGATOR = REPOSITORY / "compute_billing" / "models.py"


def imported_modules() -> set[str]:
    modules = set()
    for node in ast.walk(tree(AGGREGATOR)):
        if isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
            modules.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
    return modules


def test_every_room_with_models_is_imported() -> None:
    wanted = {
        f"compute_billing.{room.name}.models" for room in rooms() if (room / "models.py").is_file()
    }

    assert wanted - imported_modules() == set()
    assert wanted


def test_no_room_imports_the_aggregator() -> None:
    found = [
        name(path)
        for room in rooms()
        for path in room.rglob("*.py")
        if re.search(
            r"^(from|import) compute_billing(\.models| import models)\b",
            path.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    ]

    assert found == []


def test_tables_are_named_after_their_room() -> None:
    strangers = []
    for model in apps.get_app_config("compute_billing").get_models():
        room = model.__module__.split(".")[1]
        if not model._meta.db_table_comment and not model._meta.db_table.islower():
            strangers.append(model._meta.db_table)
        if model._meta.db_table.startswith("compute_billing_"):
            strangers.append(f"{room}: {model._meta.db_table}")

    assert strangers == []


def test_model_names_are_unique_across_rooms() -> None:
    names = [
        model.__name__
        for label in ("kernel", "accounts", "compute_billing", "marketplace")
        for model in apps.get_app_config(label).get_models()
    ]

    assert len(names) == len(set(names))
