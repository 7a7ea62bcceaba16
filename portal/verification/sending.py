"""Send a stored paper: always as a file to be saved, under the type that its bytes have."""

from io import BytesIO

from django.http import FileResponse

from accounts.verification.queries import StoredPaper
from kernel import files


def sent_paper(found: StoredPaper) -> FileResponse:
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
