"""The Celery application.

PostgreSQL is the queue of record; a message is only a nudge to look there now. So there is no
result backend, no late acknowledgement and no redelivery that anything relies on: a lost
message costs the time until the next beat, never work.
"""

from __future__ import annotations

import logging.config
import os
from functools import partial
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

from config.schedule import TASK_OF_NUDGE
from kernel import nudges

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("suanji")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def use_django_logging(**_: Any) -> None:
    """Keep Celery from installing its own log format over ours."""
    logging.config.dictConfig(settings.LOGGING)


def send_nudge(task: str, **arguments: int | str | None) -> None:
    """Send the task with the arguments of the nudge, without waiting for a lost broker."""
    app.send_task(task, kwargs=arguments, retry=False, ignore_result=True)


for _name, _task in TASK_OF_NUDGE.items():
    nudges.register(_name, partial(send_nudge, _task))
