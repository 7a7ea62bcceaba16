"""From what a form says to a PDF: no clock, no network, no font of the machine.

The same words give the same bytes, so a document need not be stored to stay what it was. The font
is embedded, reduced to the characters that occur, and the file is PDF/A-2 for archives (会计档案).
"""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import pylopdf_fonts_zh_cn
import typst

# Forms of rooms import what they share from `forms/sheet.typ` here.
ROOT: Final = Path(__file__).parent.parent
STANDARD: Final = "a-2b"
LANGUAGES: Final = ("zh", "en")


@cache
def _compiler(form: Path) -> typst.Compiler:
    """Return a compiler of a form: reading the font costs more than setting a page."""
    return typst.Compiler(
        str(form),
        root=str(ROOT),
        font_paths=[str(Path(pylopdf_fonts_zh_cn.sans_path()).parent)],
        ignore_system_fonts=True,
    )


def rendered(*, form: Path, said: dict[str, Any], made_at: datetime) -> bytes:
    """Return a form with what it says as a PDF that claims to be of `made_at`."""
    made = _compiler(form).compile(
        format="pdf",
        sys_inputs={"said": json.dumps(said, ensure_ascii=False)},
        pdf_standards=[STANDARD],
        timestamp=int(made_at.timestamp()),
    )
    if not isinstance(made, bytes):
        message = f"form {form.name!r} was not set as one file"
        raise TypeError(message)
    return made
