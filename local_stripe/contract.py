"""What a request may contain: read from the typed parameters of the installed SDK.

`stripe.params` holds a TypedDict for every operation. They are the contract: a parameter that
they do not name is refused, and so is a value that they do not allow.
"""

import sys
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Any, Final

from stripe._request_options import RequestOptions
from stripe._stripe_object import UntypedStripeObject

# Options of the client, which never travel as parameters.
_OPTIONS: Final = frozenset(RequestOptions.__annotations__)
_ANY_TEXT: Final = frozenset({""})


@dataclass(frozen=True)
class Scalar:
    """A text, a whole number, a number or a truth."""

    type: type


@dataclass(frozen=True)
class Enumeration:
    """One of some words."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Listing:
    """A list of values of one kind."""

    item: "Node"


@dataclass(frozen=True)
class Mapped:
    """A mapping with free keys, such as metadata."""

    value: "Node"


@dataclass(frozen=True)
class Structure:
    """Named parameters, read when they are first asked for."""

    source: Any

    def fields(self) -> Mapping[str, "Field"]:
        """Return the parameters by name."""
        return _fields(self.source)


@dataclass(frozen=True)
class Choice:
    """Any of several kinds."""

    options: tuple["Node", ...]


Node = Scalar | Enumeration | Listing | Mapped | Structure | Choice


@dataclass(frozen=True)
class Field:
    """A parameter: what it may be, and whether it must be given."""

    node: Node
    required: bool


# Generic types of the SDK, with the place of the argument that says what is inside.
_CONTAINERS: Final[dict[Any, tuple[Any, int]]] = {
    list: (Listing, 0),
    dict: (Mapped, 1),
    UntypedStripeObject: (Mapped, 0),
}


def parameters(name: str) -> Structure:
    """Return the parameters of an operation, named as in `stripe.params`: `checkout.X`."""
    package, _, class_name = name.rpartition(".")
    module = import_module(f"stripe.params.{package}" if package else "stripe.params")
    return Structure(getattr(module, class_name))


@cache
def _fields(source: Any) -> Mapping[str, Field]:
    module = sys.modules[source.__module__]
    own = {
        name: hint
        for name, hint in source.__annotations__.items()
        if name not in _OPTIONS or not _is_an_operation(source)
    }
    holder = type("Holder", (), {"__annotations__": own})
    hints = typing.get_type_hints(holder, globalns=vars(module))
    return {
        _wire_name(name): Field(_node(hint), name in source.__required_keys__)
        for name, hint in hints.items()
    }


def _is_an_operation(source: Any) -> bool:
    """Tell whether a TypedDict is one of an operation, which carries the client's options too."""
    return set(source.__annotations__) >= _OPTIONS


def _wire_name(name: str) -> str:
    """Return a parameter's name as it travels; Python's reserved words end in an underscore."""
    return name.rstrip("_") if name.endswith("_") else name


def _node(hint: Any) -> Node:
    origin = typing.get_origin(hint)
    arguments = typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        return _choice(tuple(_node(each) for each in arguments if each is not type(None)))
    if origin is typing.Literal:
        return Enumeration(tuple(str(word) for word in arguments))
    if origin in _CONTAINERS:
        kind, place = _CONTAINERS[origin]
        inner: Node = kind(_node(arguments[place]))
        return inner
    if hasattr(hint, "__required_keys__"):
        return Structure(hint)
    return Scalar(hint if hint in {int, bool, float, Decimal} else str)


def _choice(options: tuple[Node, ...]) -> Node:
    """Return one kind of several.

    The SDK writes `Literal[...] | str` so that older clients can send newer words. This process
    is of the same version, so the words are all there are; `Literal[""] | str` is any text.
    """
    words = [each for each in options if isinstance(each, Enumeration)]
    closed = any(set(each.words) != _ANY_TEXT for each in words)
    kept = tuple(dict.fromkeys(each for each in options if not (closed and each == Scalar(str))))
    return kept[0] if len(kept) == 1 else Choice(kept)
