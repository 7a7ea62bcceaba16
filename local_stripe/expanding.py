"""`expand`: ids in an answer are replaced by what they name."""

import re
from typing import Any, Final

from local_stripe.call import Call
from local_stripe.errors import InvalidRequest
from local_stripe.store import Body

DEPTH_MAX: Final = 4
_ID: Final = re.compile(r"[a-z]+(_test)?_[A-Za-z0-9]+\Z")


def expanded(call: Call, answer: Body, paths: list[str]) -> Body:
    """Return an answer with the objects that `expand` names.

    Raises:
        InvalidRequest: a path that leads to nothing that can be expanded.
    """
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEPTH_MAX:
            raise InvalidRequest(
                f"You cannot expand more than {DEPTH_MAX} levels of a property: {path}",
                param="expand",
            )
        _expand(call, answer, steps, path=path)
    return answer


def _expand(call: Call, place: Any, steps: list[str], *, path: str) -> None:
    if isinstance(place, list):
        for each in place:
            _expand(call, each, steps, path=path)
        return
    if not isinstance(place, dict) or steps[0] not in place:
        if steps in (["line_items"], ["refunds"]):
            place[steps[0]] = _included(call, place, steps[0])
            return
        raise InvalidRequest(
            f"This property cannot be expanded ({path}).", param="expand", code="property_missing"
        )
    value = place[steps[0]]
    if isinstance(value, str) and _ID.match(value):
        value = place[steps[0]] = _object(call, value) or value
    if len(steps) > 1 and value is not None:
        _expand(call, value, steps[1:], path=path)


def _object(call: Call, key: str) -> Body | None:
    return call.store.find(key, account=call.account)


def _included(call: Call, body: Body, name: str) -> Body:
    """Return a list that an object has only when it is asked for."""
    inner = call.within(call.account)
    if name == "line_items":
        items = call.store.noted(f"{body['id']} items", [])
        return inner.paged(items, url=f"/v1/checkout/sessions/{body['id']}/line_items")
    return inner.page("refund", url=f"/v1/charges/{body['id']}/refunds", charge=body["id"])
