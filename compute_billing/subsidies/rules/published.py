"""The library of published programmes, as far as their texts were seen. Pure.

Each is a YAML file in `library/`. What was not seen stands open there and says which official
text is needed; facts and grades of sources are those of the file.
"""

from functools import cache
from importlib.resources import files
from typing import Final

from compute_billing.subsidies.rules.documents import ProgrammeDocument, read_yaml
from kernel.errors import DomainError

LIBRARY: Final = files("compute_billing.subsidies.rules") / "library"
SUFFIX: Final = ".yaml"


class ProgrammeNotPublished(DomainError):
    """The library holds no programme of this code."""

    code = "programme_not_published"


@cache
def published() -> tuple[ProgrammeDocument, ...]:
    """Return all programmes of the library, by code."""
    names = sorted(item.name for item in LIBRARY.iterdir() if item.name.endswith(SUFFIX))
    return tuple(read_yaml((LIBRARY / name).read_text(encoding="utf-8")) for name in names)


def published_programme(code: str) -> ProgrammeDocument:
    """Return the programme of this code.

    Raises:
        ProgrammeNotPublished: the library holds none.
    """
    found = next((document for document in published() if document.code == code), None)
    if found is None:
        message = f"The library holds no programme {code}."
        raise ProgrammeNotPublished(message)
    return found
