"""Compares answers with the SDK's typed resources and with recorded examples."""

from __future__ import annotations

import inspect
import types
import typing
from typing import Any, Literal

import stripe
from stripe import StripeObject

# Shapes that the SDK gives no names: anything may stand there.
_FREE = {"metadata", "payment_method_options", "previous_attributes"}


def faults_of(answer: StripeObject, *, where: str = "") -> list[str]:
    """Return what of an answer the SDK's class of it does not allow, or misses."""
    hints = _annotations(type(answer))
    told = dict(answer._data.items())
    place = where or str(told.get("object", type(answer).__name__))
    if not hints:
        return []
    faults = [f"{place}.{name} is not known" for name in told if name not in hints]
    for name, hint in hints.items():
        if name not in told:
            if not _may_be_absent(hint):
                faults.append(f"{place}.{name} is missing")
        elif name not in _FREE:
            faults += _faults_of_value(told[name], hint, where=f"{place}.{name}")
    return faults


def _annotations(kind: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in reversed(kind.__mro__):
        if issubclass(each, StripeObject) and each.__module__ != StripeObject.__module__:
            found |= inspect.get_annotations(each)
    return {
        name: hint
        for name, hint in found.items()
        if typing.get_origin(hint) is not typing.ClassVar and not name.startswith("_")
    }


def _may_be_absent(hint: Any) -> bool:
    return type(None) in typing.get_args(hint) or "NotRequired" in str(hint)


def _faults_of_value(value: Any, hint: Any, *, where: str) -> list[str]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(value, stripe.ListObject):
        return [fault for each in value.data for fault in faults_of(each, where=f"{where}[]")]
    if isinstance(value, StripeObject):
        return faults_of(value, where=where)
    if origin in {typing.Union, types.UnionType}:
        return _faults_of_choice(value, arguments, where=where)
    if origin is list and isinstance(value, list):
        return [f for each in value for f in _faults_of_value(each, arguments[0], where=where)]
    fits = True
    if origin is Literal:
        fits = value in arguments
    elif origin is list or hint in {int, str, bool}:
        fits = type(value) is hint
    return [] if fits else [f"{where} is {value!r}, not {hint}"]


def _faults_of_choice(value: Any, arguments: tuple[Any, ...], *, where: str) -> list[str]:
    """Judge by the words alone where there are some: `Literal[...] | str` means the words."""
    if value is None:
        return [] if type(None) in arguments else [f"{where} is null"]
    closed = [each for each in arguments if typing.get_origin(each) is Literal]
    kinds = closed or [each for each in arguments if each is not type(None)]
    faults = [_faults_of_value(value, each, where=where) for each in kinds]
    return min(faults, key=len)


def kinds_of(value: Any) -> str:
    """Return the JSON type of a value."""
    if isinstance(value, bool):
        return "truth"
    names = {int: "number", str: "text", list: "list", dict: "object", type(None): "null"}
    return names[type(value)]
