"""Celery workers in tests are processes of their own and end with their block."""

from __future__ import annotations

import psutil
import pytest

from tests import services


@pytest.mark.django_db(transaction=True)
def test_a_worker_starts_and_ends() -> None:
    with services.celery_worker(["rating"], pool="solo") as worker:
        assert worker.pids() == [worker.pid]
        assert psutil.Process(worker.pid).is_running()

    assert worker.process.returncode == 0


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_no_child() -> None:
    with services.celery_worker(["rating"], concurrency=2) as worker:
        pids = worker.pids()

        worker.kill()

    assert len(pids) == 3
    assert not any(psutil.pid_exists(pid) for pid in pids[1:] if not zombie(pid))


def zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
