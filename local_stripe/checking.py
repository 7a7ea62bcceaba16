"""Checks a decoded form against the contract and gives its values their types."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from local_stripe.contract import (
    Choice,
    Enumeration,
    Listing,
    Mapped,
    Node,
    Scalar,
    Structure,
)
from local_stripe.errors import InvalidParameter
from local_stripe.forms import Form

METADATA_KEYS_MAX: Final = 50
METADATA_KEY_LENGTH_MAX: Final = 40
METADATA_VALUE_LENGTH_MAX: Final = 500
_WHOLE: Final = re.compile(r"-?\d{1,18}\Z", re.ASCII)
_TRUTHS: Final = {"true": True, "false": False}


def checked(structure: Structure, form: Form, *, path: str = "") -> dict[str, Any]:
    """Return the parameters with their types.

    Raises:
        InvalidParameter: with `param`, the first one that the contract does not allow.
    """
    fields = structure.fields()
    for name in form:
        if name not in fields:
            param = _inside(path, name)
            raise InvalidParameter(
                f"Received unknown parameter: {param}", code="parameter_unknown", param=param
            )
    for name, field in fields.items():
        if field.required and name not in form:
            param = _inside(path, name)
            raise InvalidParameter(
                f"Missing required param: {param}.", code="parameter_missing", param=param
            )
    return {
        name: _value(fields[name].node, value, path=_inside(path, name))
        for name, value in form.items()
    }


def _inside(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _value(node: Node, value: Any, *, path: str) -> Any:
    match node:
        case Scalar():
            return _scalar(node, value, path=path)
        case Enumeration():
            return _word(node, value, path=path)
        case Listing():
            return _items(node, value, path=path)
        case Mapped():
            return _mapping(node, value, path=path)
        case Structure():
            if not isinstance(value, dict):
                raise InvalidParameter("Invalid object", param=path)
            return checked(node, value, path=path)
        case Choice():
            return _any_of(node, value, path=path)


def _any_of(node: Choice, value: Any, *, path: str) -> Any:
    """Return the value of the first option that takes it, else the most telling refusal."""
    refusals = []
    for option in node.options:
        try:
            return _value(option, value, path=path)
        except InvalidParameter as refusal:
            refusals.append((_fits(option, value), refusal))
    raise max(refusals, key=lambda refused: refused[0])[1]


def _fits(option: Node, value: Any) -> int:
    """Tell how near an option is to the value: a refusal within the right one says more."""
    if isinstance(value, dict):
        return 2 if isinstance(option, Structure) else int(isinstance(option, Listing | Mapped))
    if isinstance(option, Enumeration):
        return 2 if any(option.words) else 0
    return int(isinstance(option, Scalar))


def _scalar(node: Scalar, value: Any, *, path: str) -> Any:
    if isinstance(value, dict):
        raise InvalidParameter(f"Invalid value for {path}: must be text", param=path)
    if node.type is str:
        return value
    if value == "":
        raise InvalidParameter(
            f"You passed an empty string for '{path}'. It cannot be unset; leave it out.",
            code="parameter_invalid_empty",
            param=path,
        )
    if node.type is bool:
        return _truth(value, path=path)
    return _number(node, value, path=path)


def _truth(value: str, *, path: str) -> bool:
    if value not in _TRUTHS:
        raise InvalidParameter(f"Invalid boolean: {value}", param=path)
    return _TRUTHS[value]


def _number(node: Scalar, value: str, *, path: str) -> int | str:
    if node.type is int:
        if not _WHOLE.match(value):
            raise InvalidParameter(
                f"Invalid integer: {value}", code="parameter_invalid_integer", param=path
            )
        return int(value)
    try:
        is_number = Decimal(value).is_finite()
    except InvalidOperation:
        is_number = False
    if not is_number:
        raise InvalidParameter(f"Invalid decimal: {value}", param=path)
    return value


def _word(node: Enumeration, value: Any, *, path: str) -> str:
    if not isinstance(value, str) or value not in node.words:
        words = [word for word in node.words if word]
        raise InvalidParameter(f"Invalid {path}: must be one of {', '.join(words)}", param=path)
    return value


def _items(node: Listing, value: Any, *, path: str) -> list[Any]:
    if not isinstance(value, dict) or not all(key.isdecimal() for key in value):
        raise InvalidParameter("Invalid array", param=path)
    in_order = sorted(value.items(), key=lambda item: int(item[0]))
    return [_value(node.item, each, path=_inside(path, key)) for key, each in in_order]


def _mapping(node: Mapped, value: Any, *, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidParameter("Invalid object", param=path)
    checked_values = {
        key: _value(node.value, each, path=_inside(path, key)) for key, each in value.items()
    }
    if path.endswith(("metadata", "metadata]")):
        _refuse_large_metadata(checked_values, path=path)
    return checked_values


def _refuse_large_metadata(values: dict[str, Any], *, path: str) -> None:
    if len(values) > METADATA_KEYS_MAX:
        raise InvalidParameter(f"Metadata has more than {METADATA_KEYS_MAX} keys.", param=path)
    for key, value in values.items():
        if len(key) > METADATA_KEY_LENGTH_MAX or len(value) > METADATA_VALUE_LENGTH_MAX:
            raise InvalidParameter(
                f"Metadata keys take {METADATA_KEY_LENGTH_MAX} characters,"
                f" values {METADATA_VALUE_LENGTH_MAX}.",
                param=_inside(path, key),
            )
