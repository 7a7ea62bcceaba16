"""How the OpenAPI description speaks of API keys; imported when the app is ready."""

import json
import re
from http import HTTPStatus
from importlib import resources
from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from accounts.api_problems import PROBLEM
from accounts.webhooks.described import webhooks

EXAMPLES: Final = "api_examples.json"
# A code stands at the beginning of a description, or after a comma or a semicolon.
CODE: Final = re.compile(r"(?:^|[,;] )([a-z]+(?:_[a-z]+)+)(?=[,:;]|$)")


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A bearer token that starts with sk_."""

    target_class = "accounts.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, str]:
        """Return the security scheme of OpenAPI."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "sk_…"}


class Schema(AutoSchema):
    """Says of what everybody may read that it needs no key."""

    def get_auth(self) -> list[dict[str, Any]]:
        """Return the ways of proving who asks; an empty one stands for nobody."""
        known = list(super().get_auth())
        return [*known, {}] if getattr(self.view, "is_public", False) else known


def tell_examples(
    result: dict[str, Any], generator: Any, request: Any, public: Any
) -> dict[str, Any]:
    """Give each answer of the description an example: successes as kept, problems by code.

    Successes stand in `examples.json`, written by a test from what the service answers. The
    codes of a problem are the first words of its description. What leaves as a webhook is told
    from the vocabulary of events.
    """
    del generator, request, public
    kept = json.loads(resources.files("accounts").joinpath(EXAMPLES).read_text(encoding="utf-8"))
    for path in result["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                _tell(answer, status=int(status), kept=kept.get(operation["operationId"]))
    result["webhooks"] = webhooks()
    return result


def _tell(answer: dict[str, Any], *, status: int, kept: Any) -> None:
    for media, content in answer.get("content", {}).items():
        if media == PROBLEM:
            codes = CODE.findall(answer["description"])
            content["examples"] = {code: {"value": _problem(status, code)} for code in codes}
        elif status < HTTPStatus.BAD_REQUEST and kept is not None:
            content["examples"] = {"answer": {"value": kept}}


def _problem(status: int, code: str) -> dict[str, Any]:
    return {
        "type": f"urn:suanji:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": "What was refused, where, and how to mend it.",
        "code": code,
    }
