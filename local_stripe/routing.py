"""An operation of Stripe's API, and the parameters of it that this process keeps."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from local_stripe.call import Call
from local_stripe.contract import Structure, parameters
from local_stripe.errors import NotKept
from local_stripe.store import Body

Handler = Callable[[Call], Body]

ONE: Final = "expand"
PAGE: Final = "limit starting_after ending_before expand"
CREATED: Final = f"{PAGE} created"


@dataclass(frozen=True)
class Route:
    """An operation: its address, its typed parameters in the SDK, and which of them are kept."""

    method: str
    path: str
    params: str
    handler: Handler
    kept: frozenset[str]

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return what an address must match."""
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path) + r"\Z")

    @property
    def structure(self) -> Structure:
        """Return the typed parameters in the SDK."""
        return parameters(self.params)

    def refuse_what_is_not_kept(self, params: dict[str, Any]) -> None:
        """Refuse parameters that Stripe has and this process does not.

        Raises:
            NotKept: with the first one.
        """
        for param in _names(params):
            parents = param.split(".")
            if not any(".".join(parents[:end]) in self.kept for end in range(1, len(parents) + 1)):
                raise NotKept(
                    f"local_stripe does not keep the parameter {param!r} of {self.method}"
                    f" {self.path}; see its README.",
                    param=param,
                )


def _names(params: dict[str, Any], *, prefix: str = "") -> list[str]:
    """Return the dotted names of all values; places in lists do not count."""
    names: list[str] = []
    for name, value in params.items():
        inner = value if isinstance(value, list) else [value]
        nested = [each for each in inner if isinstance(each, dict) and each]
        if nested:
            for each in nested:
                names += _names(each, prefix=f"{prefix}{name}.")
        else:
            names.append(f"{prefix}{name}")
    return names


def route(method: str, path: str, params: str, handler: Handler, kept: str) -> Route:
    """Return an operation; `kept` names its parameters, dotted where they are nested."""
    return Route(method, f"/v1/{path}", params, handler, frozenset(kept.split()))
