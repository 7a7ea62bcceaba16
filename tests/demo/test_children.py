"""The processes of the demonstration: none outlives it, and no stranger is harmed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import psutil
import pytest

from demo.children import AnotherDemoRuns, ChildEnded, Children
from local_services.processes import wait_until

SLEEPER = "import time; time.sleep(600)"
# Ignores SIGTERM and has a child of its own, as a server with workers does.
STUBBORN = (
    "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    f"subprocess.Popen([sys.executable, '-c', {SLEEPER!r}]).wait()"
)


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_everything_ends_with_the_block(tmp_path, monkeypatch):
    monkeypatch.setattr("demo.children.END_SECONDS", 0.5)
    children = Children(tmp_path)
    with children.alone():
        leader = children.start("server", [sys.executable, "-c", STUBBORN], environment=os.environ)
        parent = psutil.Process(leader.pid)
        assert wait_until(lambda: bool(parent.children()), seconds_max=20)
        worker = parent.children()[0].pid
        assert os.getpgid(worker) == leader.pid

    assert wait_until(lambda: not is_alive(worker) and not is_alive(leader.pid), seconds_max=5)
    assert list(tmp_path.glob("*.pid")) == []


def test_only_one_demonstration_uses_a_directory(tmp_path):
    with Children(tmp_path).alone(), pytest.raises(AnotherDemoRuns), Children(tmp_path).alone():
        pass


def test_an_ended_process_is_told_with_what_it_said(tmp_path):
    children = Children(tmp_path)
    with children.alone():
        child = children.start(
            "web",
            [sys.executable, "-c", "print('port taken'); raise SystemExit(3)"],
            environment=os.environ,
        )
        child.wait()
        with pytest.raises(ChildEnded, match="port taken"):
            children.check()


def test_what_a_killed_run_left_behind_is_ended_by_the_next(tmp_path):
    left = subprocess.Popen([sys.executable, "-c", SLEEPER], process_group=0)
    started = psutil.Process(left.pid).create_time()
    (tmp_path / "worker.pid").write_text(json.dumps({"pid": left.pid, "started": started}))

    with Children(tmp_path).alone():
        assert left.poll() is not None
        assert list(tmp_path.glob("*.pid")) == []


def test_a_stranger_that_has_the_number_of_an_ended_process_lives_on(tmp_path):
    stranger = subprocess.Popen(["sleep", "600"], process_group=0)
    started = psutil.Process(stranger.pid).create_time()
    (tmp_path / "worker.pid").write_text(json.dumps({"pid": stranger.pid, "started": started}))
    (tmp_path / "broken.pid").write_text("not json")
    try:
        with Children(tmp_path).alone():
            time.sleep(0.2)
            assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
