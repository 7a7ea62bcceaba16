"""Workers that are killed at an exact place on the way to Stripe and back, and what goes on after.

A worker of its own process runs the real code; at the place that a test names it gets SIGKILL from
itself, so that nothing is cleaned up: before what is named there was begun, or after it was done.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta

from tests.builders.stripe import KEY, SECRET, StandIn
from tests.services import REPOSITORY, child_environment

SECONDS_MAX = 60.0
LEASES_OVER = timedelta(minutes=5)
BEFORE, AFTER = "before", "after"
_SCRIPT = """
import os, signal, sys
from datetime import timedelta
from importlib import import_module
import django; django.setup()
from kernel.clock import utc_now
place, when, ahead, works = sys.argv[1:5]
module_name, name = place.rsplit(".", 1)
module = import_module(module_name)
real = getattr(module, name)
def killed(*positional, **named):
    if when == "after":
        real(*positional, **named)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(module, name, killed)
clock = lambda: utc_now() + timedelta(seconds=float(ahead))
import_module(works).work(clock=clock)
"""


def child(stripe: StandIn) -> dict[str, str]:
    """Return the environment of a process that speaks to the stand-in."""
    return child_environment(
        DJANGO_SETTINGS_MODULE="config.settings",
        STRIPE_API_KEY=KEY,
        STRIPE_API_BASE=stripe.url,
        STRIPE_WEBHOOK_SECRET=SECRET,
    )


def killed_at(stripe: StandIn, place: str, when: str, *, ahead: timedelta, works: str) -> None:
    """Let a worker do what waits, killed at a place; fail when it never came there."""
    done = subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-c", _SCRIPT),
            *(place, when, str(ahead.total_seconds()), works),
        ],
        cwd=REPOSITORY,
        env=child(stripe),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, f"{place} was never reached: {done.stderr[-2000:]}"
