"""Wake a worker without knowing it. A nudge is never the work: PostgreSQL holds the queue.

`config.celery` fills the registry at start-up, so that operations never import tasks.
An unfilled registry (tests, commands) means nobody is woken and the sweep finds the work.
"""

import logging
from collections.abc import Callable
from functools import partial

from kernel.transactions import run_after_commit

logger = logging.getLogger(__name__)

Waker = Callable[..., object]

_wakers: dict[str, Waker] = {}


def register(name: str, waker: Waker) -> None:
    """Let `wake(name, ...)` call `waker` with the same keyword arguments."""
    _wakers[name] = waker


def unregister(name: str) -> None:
    """Forget the waker of `name`, if there is one."""
    _wakers.pop(name, None)


def wake(name: str, **arguments: int | str | None) -> None:
    """Nudge the worker registered for `name`: `wake("rating", tenant_id=7)`.

    The work is already committed when this runs, so a broker that is down is logged and
    not raised: the periodic sweep finds the rows.
    """
    waker = _wakers.get(name)
    if waker is None:
        return
    try:
        waker(**arguments)
    except Exception:
        logger.warning("nudge %s was not delivered", name, exc_info=True)


def wake_after_commit(name: str, **arguments: int | str | None) -> None:
    """Nudge once the open transaction has committed.

    Raises:
        MissingTransaction: no transaction is open.
    """
    run_after_commit(partial(wake, name, **arguments))
