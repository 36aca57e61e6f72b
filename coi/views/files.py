"""Files that are handed out: drawn and read back now, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpResponse

from coi import services
from coi.forms.texts import in_words
from ledger.rules.errors import Conflict

TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "zpl": "text/plain; charset=us-ascii",
}


@contextmanager
def that_fits(code: str = "label_not_drawable") -> Iterator[None]:
    """What does not fit, or does not read as it should, is a conflict in words."""
    with in_words():
        try:
            yield
        except services.LABEL_FAULTS as error:
            raise Conflict(code) from error


def file_answer(data: bytes, form: str, name: str, *, is_download: bool = False) -> HttpResponse:
    """The bytes of a file of one of the `TYPES`, to be shown (or not: a download) and kept under this name."""
    response = HttpResponse(data, content_type=TYPES[form])
    response["Content-Disposition"] = f'{"attachment" if is_download else "inline"}; filename="{name}"'
    return response
