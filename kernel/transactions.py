"""One operation is one transaction, opened at the outermost operation.

The vocabulary is django-subatomic's; it is written out here because that package needs
Python 3.12 and our floor is 3.11. The transaction that a test case wraps around itself
does not count, so tests see what production sees.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import ParamSpec, TypeVar, overload

from django.db import connection
from django.db import transaction as django_transaction

P = ParamSpec("P")
R = TypeVar("R")

__all__ = [
    "MissingTransaction",
    "in_transaction",
    "run_after_commit",
    "savepoint",
    "transaction",
    "transaction_if_not_already",
    "transaction_required",
]


class MissingTransaction(RuntimeError):
    """A function that must run inside an open transaction was called outside one."""


def _innermost_block_is_from_test_case() -> bool:
    blocks = connection.atomic_blocks
    return bool(blocks) and bool(getattr(blocks[-1], "_from_testcase", False))


def in_transaction() -> bool:
    """Say whether our own code has a transaction open on this connection."""
    return connection.in_atomic_block and not _innermost_block_is_from_test_case()


@contextmanager
def _transaction() -> Iterator[None]:
    emulate_commit = _innermost_block_is_from_test_case()
    with django_transaction.atomic(durable=True):
        yield
    if emulate_commit:
        _run_callbacks_of_test_case()


def _run_callbacks_of_test_case() -> None:
    callbacks = connection.run_on_commit
    connection.run_on_commit = []
    for entry in callbacks:
        callback = entry[1]
        callback()


@contextmanager
def _transaction_required() -> Iterator[None]:
    if not in_transaction():
        message = "This must run inside an open transaction: open it in the outermost operation."
        raise MissingTransaction(message)
    yield


@overload
def transaction(function: None = None) -> AbstractContextManager[None]: ...
@overload
def transaction(function: Callable[P, R]) -> Callable[P, R]: ...
def transaction(
    function: Callable[P, R] | None = None,
) -> AbstractContextManager[None] | Callable[P, R]:
    """Open a transaction that commits at the end; a decorator or a context manager.

    Raises:
        RuntimeError: another transaction is open, so nothing could be committed here.
    """
    manager = _transaction()
    return manager if function is None else manager(function)


@overload
def transaction_required(function: None = None) -> AbstractContextManager[None]: ...
@overload
def transaction_required(function: Callable[P, R]) -> Callable[P, R]: ...
def transaction_required(
    function: Callable[P, R] | None = None,
) -> AbstractContextManager[None] | Callable[P, R]:
    """Refuse to run outside a transaction; a decorator or a context manager.

    Raises:
        MissingTransaction: no transaction is open.
    """
    manager = _transaction_required()
    return manager if function is None else manager(function)


@contextmanager
def transaction_if_not_already() -> Iterator[None]:
    """Join the open transaction, or open one.

    The clumsy name is django-subatomic's and means to discourage: it is for operations
    that are also the effect of an idempotent request, whose transaction is the outer one.
    """
    if in_transaction():
        yield
        return
    with _transaction():
        yield


@contextmanager
def savepoint() -> Iterator[None]:
    """Open a savepoint that may be rolled back while the transaction goes on.

    Raises:
        MissingTransaction: no transaction is open.
    """
    with _transaction_required(), django_transaction.atomic():
        yield


def run_after_commit(callback: Callable[[], object]) -> None:
    """Call `callback` once the open transaction has committed, and never if it does not.

    Raises:
        MissingTransaction: no transaction is open.
    """
    with _transaction_required():
        django_transaction.on_commit(callback)
