"""Form bodies and query strings with nested keys, as Stripe's clients write them."""

from typing import Any, Final
from urllib.parse import parse_qsl

from local_stripe.errors import InvalidParameter

FIELDS_MAX: Final = 2_000

# A value of a form: text, or a mapping; a list is a mapping whose keys are its positions.
Form = dict[str, Any]


def decode(text: str) -> Form:
    """Return the form as nested mappings: `a[b][0]=x` is `{"a": {"b": {"0": "x"}}}`.

    Raises:
        InvalidParameter: keys that contradict each other, or too many of them.
    """
    form: Form = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError as error:
        raise InvalidParameter("Too many parameters.") from error
    for key, value in pairs:
        _set(form, steps=_steps(key), value=value, key=key)
    return form


def _steps(key: str) -> list[str]:
    head, bracket, rest = key.partition("[")
    if not bracket:
        return [head]
    if not rest.endswith("]"):
        raise InvalidParameter(f"Invalid parameter name: {key}", param=key)
    return [head, *rest[:-1].split("][")]


def _set(form: Form, *, steps: list[str], value: str, key: str) -> None:
    place = form
    for step in steps[:-1]:
        inner = place.setdefault(_position(place, step), {})
        if not isinstance(inner, dict):
            raise InvalidParameter(f"Invalid parameter: {key} is given twice", param=key)
        place = inner
    last = _position(place, steps[-1])
    if isinstance(place.get(last), dict):
        raise InvalidParameter(f"Invalid parameter: {key} is given twice", param=key)
    place[last] = value


def _position(place: Form, step: str) -> str:
    """Return the key of a step; `[]` appends."""
    return step or str(len(place))
