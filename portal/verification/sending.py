"""Send a stored paper: always as a file to be saved, under the type that its bytes have."""

from io import BytesIO
from typing import Protocol

from django.http import FileResponse

from kernel import files


class StoredBytes(Protocol):
    """Where the bytes of a paper lie, and what it is called."""

    @property
    def storage_key(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def file_name(self) -> str: ...


def sent_paper(found: StoredBytes) -> FileResponse:
    """Return the answer; browsers neither guess its type nor keep it nor show it in place."""
    answer = FileResponse(
        BytesIO(files.read(storage_key=found.storage_key)),
        as_attachment=True,
        filename=found.file_name,
        content_type=found.content_type,
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
