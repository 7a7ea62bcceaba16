"""What officers put where a text is silent, and what differs between two documents. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from compute_billing.subsidies.rules.documents import (
    ProgrammeDocument,
    from_values,
    open_parts,
)
from compute_billing.subsidies.rules.facts import Known
from kernel.errors import DomainError


class UnableToAssume(DomainError):
    """There is nothing open at this place, or it cannot hold this value, or no reason is given."""

    code = "unable_to_assume"


class Difference(Known, frozen=True, kw_only=True):
    """A place at which two documents differ; None stands for nothing there."""

    path: str
    before: Any
    after: Any


def assume(
    *, document: ProgrammeDocument, path: str, value: object, because: str
) -> ProgrammeDocument:
    """Return the document with a value put where it stands open, marked as an assumption.

    Raises:
        UnableToAssume: nothing stands open at `path`, or there is no reason.
        UnableToReadProgramme: the place cannot hold this value.
    """
    if not because.strip():
        message = f"An assumption needs a reason: say why {path} is taken to be {value}."
        raise UnableToAssume(message)
    if path not in {part.path for part in open_parts(document)}:
        message = f"Nothing stands open at {path}."
        raise UnableToAssume(message)
    values = msgspec.to_builtins(document)
    from_values(_with(values, _steps(path), value))
    return from_values(
        _with(values, [*_steps(path), "assumed"], value, also={"because": because.strip()})
    )


def differences(before: ProgrammeDocument, after: ProgrammeDocument) -> tuple[Difference, ...]:
    """Return each place at which two documents differ, in the order of the places' names."""
    old, new = (dict(_leaves(msgspec.to_builtins(item), "$")) for item in (before, after))
    return tuple(
        Difference(path=path, before=old.get(path), after=new.get(path))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    )


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for position, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{position}]")
    elif value is not None:
        yield path, value


def _steps(path: str) -> list[str | int]:
    """Return `$.caps[0].amount` as ["caps", 0, "amount"]."""
    steps: list[str | int] = []
    for part in path.removeprefix("$.").split("."):
        name, *positions = part.replace("]", "").split("[")
        steps.extend([name, *(int(position) for position in positions)])
    return steps


def _with(
    value: Any, steps: list[str | int], new: object, *, also: Mapping[str, object] | None = None
) -> Any:
    """Return a copy of nested values with another one at the end of `steps`."""
    step, *rest = steps
    if not rest:
        return (
            {**value, step: new, **(also or {})}
            if isinstance(value, Mapping)
            else _at(value, step, new)
        )
    inner = _with(value[step], rest, new, also=also)
    return {**value, step: inner} if isinstance(value, Mapping) else _at(value, step, inner)


def _at(values: Any, step: str | int, new: object) -> list[Any]:
    return [new if position == step else item for position, item in enumerate(values)]
