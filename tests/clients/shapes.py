"""Writes the client's shapes from the OpenAPI document, so that neither can leave the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

HEAD = '''"""What the service answers, as typed dictionaries.

Written from docs/openapi.yaml by a test; UPDATE_SNAPSHOTS=1 writes it anew.
"""

from typing import Literal, NotRequired, TypedDict
'''
PLAIN = {
    "string": "str",
    "integer": "int",
    "boolean": "bool",
    "null": "None",
    "object": "dict[str, object]",
}


def shapes(document: dict[str, Any]) -> str:
    """Return the module's text: every object that an answer of success can hold."""
    schemas = document["components"]["schemas"]
    wanted: set[str] = set()
    for path in document["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if status.startswith("2"):
                    _gather(answer, schemas, wanted)
    objects = sorted(name for name in wanted if "properties" in schemas[name])
    return HEAD + "".join(_shape(name, schemas) for name in objects)


def _gather(node: Any, schemas: dict[str, Any], wanted: set[str]) -> None:
    for name in _references(node):
        if name not in wanted:
            wanted.add(name)
            _gather(schemas[name], schemas, wanted)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rpartition("/")[2]
        for inner in node.values():
            yield from _references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _references(inner)


def _shape(name: str, schemas: dict[str, Any]) -> str:
    schema = schemas[name]
    required = set(schema.get("required", ()))
    fields = [
        f"    {field}: {_type(inner, schemas)}"
        if field in required
        else f"    {field}: NotRequired[{_type(inner, schemas)}]"
        for field, inner in schema["properties"].items()
    ]
    words = re.sub(r"\s+", " ", schema.get("description", "A page of rows.")).strip()
    sentence = re.split(r"(?<=[.;])\s", words)[0].rstrip(";").rstrip(".")
    head = f'\n\nclass {_name(name)}(TypedDict):\n    """{sentence}."""\n\n'
    return head + "\n".join(fields) + "\n"


def _name(name: str) -> str:
    return re.sub(r"(Shown(?=Page$)|Shown$|Body$)", "", name)


def _type(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        target = schemas[name]
        return f'"{_name(name)}"' if "properties" in target else _type(target, schemas)
    if "enum" in schema:
        known = ", ".join(f'"{value}"' for value in schema["enum"] if value is not None)
        return f"Literal[{known}]" if known else "None"
    if "oneOf" in schema or "allOf" in schema or "anyOf" in schema:
        parts = schema.get("oneOf") or schema.get("allOf") or schema["anyOf"]
        return _union(_type(part, schemas) for part in parts)
    kind = schema.get("type")
    if isinstance(kind, list):
        return _union(_type({**schema, "type": one}, schemas) for one in kind)
    if kind == "array":
        return f"list[{_type(schema['items'], schemas)}]"
    return PLAIN[kind]


def _union(parts: Iterator[str]) -> str:
    found = list(dict.fromkeys(parts))
    if any(part.startswith('"') for part in found) and len(found) > 1:
        return '"' + " | ".join(part.strip('"') for part in found) + '"'
    return " | ".join(found)
