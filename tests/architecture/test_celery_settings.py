"""Celery carries nudges: no result backend, no redelivery, named queues, plain arguments."""

from __future__ import annotations

import ast
import inspect
import re

from celery import Task

from config.celery import app
from config.schedule import BEAT_SCHEDULE, TASK_OF_NUDGE
from kernel import nudges
from tests.architecture.source import REPOSITORY, name, python_files, tree

QUEUES = {"metering", "rating", "settlement", "events", "payments"}


def our_tasks() -> list[Task]:
    app.loader.import_default_modules()
    return [task for task_name, task in app.tasks.items() if not task_name.startswith("celery.")]


def queue_of(task: Task) -> str:
    options = {"queue": task.queue} if getattr(task, "queue", None) else {}
    route = app.amqp.router.route(options, task.name)
    return route["queue"].name


def test_nothing_is_promised_by_the_broker() -> None:
    assert app.conf.result_backend is None
    assert app.conf.task_ignore_result is True
    assert app.conf.task_acks_late is False
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.task_create_missing_queues is False


def test_there_are_four_queues() -> None:
    assert {queue.name for queue in app.conf.task_queues} == QUEUES


def test_every_task_says_its_queue() -> None:
    silent = [
        task.name
        for task in our_tasks()
        if getattr(task, "queue", None) not in QUEUES
        and not any(task.name.startswith(pattern.rstrip("*")) for pattern in app.conf.task_routes)
    ]

    assert silent == []
    assert {queue_of(task) for task in our_tasks()} <= QUEUES


def test_every_task_is_keyword_only_and_tolerates_new_arguments() -> None:
    wrong = []
    for task in our_tasks():
        parameters = inspect.signature(task.run).parameters.values()
        kinds = {parameter.kind for parameter in parameters}
        allowed = {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}
        if not kinds <= allowed or inspect.Parameter.VAR_KEYWORD not in kinds:
            wrong.append(task.name)

    assert wrong == []


def test_every_task_lives_under_tasks() -> None:
    assert [task.name for task in our_tasks() if ".tasks." not in task.name] == []


def test_beat_sends_only_tasks_that_exist() -> None:
    known = {task.name for task in our_tasks()}

    assert {entry["task"] for entry in BEAT_SCHEDULE.values()} <= known


def test_a_nudge_wakes_a_task_that_exists() -> None:
    assert set(TASK_OF_NUDGE.values()) <= {task.name for task in our_tasks()}
    assert set(TASK_OF_NUDGE) <= set(nudges._wakers)


def test_every_nudge_of_the_domain_wakes_somebody() -> None:
    call = re.compile(r"\bwake(?:_after_commit)?\(\s*\"(\w+)\"")
    sent = {
        nudge
        for path in python_files("compute_billing", "marketplace", "accounts", "portal")
        for nudge in call.findall(path.read_text(encoding="utf-8"))
    }

    assert sent - set(TASK_OF_NUDGE) == set()


def test_no_canvas() -> None:
    found = [
        name(path)
        for path in python_files("compute_billing", "marketplace", "portal", "config")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and node.module == "celery"
        and {alias.name for alias in node.names} & {"chain", "chord", "group"}
    ]

    assert found == []
    assert (REPOSITORY / "config" / "schedule.py").is_file()
