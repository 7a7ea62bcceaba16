"""Turn a violated constraint into a domain error, by the constraint's name.

The constraint is the truth; a check in Python before it is only courtesy.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError

from kernel.errors import DomainError


def constraint_name(error: IntegrityError) -> str | None:
    """Return the name of the constraint that PostgreSQL says was violated."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None)


@contextmanager
def constraint_errors(errors: Mapping[str, DomainError]) -> Iterator[None]:
    """Raise `errors[name]` where the constraint `name` is violated; others pass through.

    The transaction is spoilt by then: let the domain error leave it, or wrap this in a
    savepoint.
    """
    try:
        yield
    except IntegrityError as error:
        domain_error = errors.get(constraint_name(error) or "")
        if domain_error is None:
            raise
        raise domain_error from error
