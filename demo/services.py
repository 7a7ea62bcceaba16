"""What is started for the demonstration: the web server, the workers and the schedule."""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from demo.children import Children
from local_services.processes import wait_until

READY_SECONDS: Final = 120.0
PROBE_SECONDS: Final = 2.0
ROLE: Final = "suanji_app"
# The schedule runs at leisure: the month is not to be closed before it was delivered.
BEAT_SECONDS: Final = 60
STRIPE_WEBHOOK_SECRET: Final = "whsec_local"  # noqa: S105 - of the local Stripe alone


def environment(*, database_url: str, files: Path, port: int, stripe_port: int) -> dict[str, str]:
    """Return the environment of everything that is not a migration; uploads lie in `files`.

    Keys in Redis begin with the database's name, so that two demonstrations may share a server.
    """
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SUANJI_ENVIRONMENT": "development",
        "DATABASE_URL": database_url,
        "DATABASE_ROLE": ROLE,
        "MEDIA_ROOT": str(files),
        "REDIS_KEY_PREFIX": f"{urlsplit(database_url).path.lstrip('/')}:",
        "BEAT_SECONDS": str(BEAT_SECONDS),
        "CLOSE_GRACE_HOURS": "0",
        # The server listens on this machine only, and nobody should need a telephone to look.
        "STAFF_NEED_SECOND_FACTOR": "false",
        "LOG_LEVEL": "WARNING",
        # A tenant's programs run on this machine too.
        "WEBHOOK_LOOPBACK": "true",
        # Where links in messages lead, and where a payer comes back to.
        "PORTAL_ADDRESS": f"http://127.0.0.1:{port}",
        # With keys of a real account, only these three change.
        "STRIPE_API_KEY": "sk_test_local",
        "STRIPE_API_BASE": f"http://127.0.0.1:{stripe_port}",
        "STRIPE_WEBHOOK_SECRET": STRIPE_WEBHOOK_SECRET,
    }


def start_stripe(
    children: Children, *, port: int, web_port: int, environment: Mapping[str, str]
) -> None:
    """Start the local Stripe, whose events go to the web server; it begins with nothing."""
    for left in children.directory.glob("stripe.sqlite*"):
        left.unlink()
    children.start(
        "stripe",
        [
            *(sys.executable, "-m", "local_stripe", "--port", str(port)),
            *("--file", str(children.directory / "stripe.sqlite")),
            *("--webhook", f"http://127.0.0.1:{web_port}/webhooks/stripe"),
            *("--webhook-secret", STRIPE_WEBHOOK_SECRET),
        ],
        environment=environment,
    )


def start_receiver(children: Children, *, port: int, environment: Mapping[str, str]) -> None:
    """Start the programs of a tenant that hear webhooks."""
    command = [sys.executable, "-m", "demo.receiver", "--port", str(port)]
    children.start("receiver", command, environment=environment)


def start_web(children: Children, *, port: int, environment: Mapping[str, str]) -> None:
    """Start the web server on the loopback address."""
    metrics = children.directory / "metrics"
    metrics.mkdir(exist_ok=True)
    for left in metrics.glob("*.db"):
        left.unlink()
    children.start(
        "web",
        [
            *(_command("granian"), "--interface", "wsgi", "--no-ws"),
            *("--host", "127.0.0.1", "--port", str(port)),
            *("--workers", "2", "--blocking-threads", "1"),
            "config.wsgi:application",
        ],
        environment={**environment, "PROMETHEUS_MULTIPROC_DIR": str(metrics)},
    )


def start_workers(children: Children, *, environment: Mapping[str, str]) -> None:
    """Start a worker for rating, one for everything else, and the schedule."""
    for name, queues, processes in (
        ("worker-rating", "rating", 2),
        ("worker-rest", "metering,settlement,events,payments", 1),
    ):
        children.start(
            name,
            [
                *(_command("celery"), "--app", "config.celery", "worker"),
                *("--queues", queues, "--concurrency", str(processes)),
                *("--hostname", f"demo-{name}@%h", "--loglevel", "WARNING"),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ],
            environment=environment,
        )
    schedule = children.directory / "schedule"
    for left in children.directory.glob("schedule*"):
        left.unlink()
    children.start(
        "beat",
        [
            *(_command("celery"), "--app", "config.celery", "beat"),
            *("--schedule", str(schedule), "--pidfile", "", "--loglevel", "WARNING"),
        ],
        environment=environment,
    )


def wait_for_web(children: Children, *, port: int) -> None:
    """Wait until the server says that it is ready.

    Raises:
        TimeoutError: it did not say so in time.
        ChildEnded: it has ended, most often because the port is taken.
    """

    def is_ready() -> bool:
        children.check()
        return _answers(f"http://127.0.0.1:{port}/readyz")

    if not wait_until(is_ready, seconds_max=READY_SECONDS):
        message = f"The web server was not ready in time; see {children.log('web')}."
        raise TimeoutError(message)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=PROBE_SECONDS) as answer:  # noqa: S310 - our own server
            return bool(answer.status == HTTPStatus.OK)
    except (urllib.error.URLError, OSError):
        return False


def _command(name: str) -> str:
    """Return a program of this environment."""
    return str(Path(sys.executable).with_name(name))
