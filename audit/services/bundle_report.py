"""The report in a bundle: the chain of custody of a journey, the record of a batch, as its asker may read it."""

from datetime import datetime
from hashlib import sha256

from audit.rules.questions import Ask
from audit.selectors.bundles import BundleView
from audit.selectors.scope import report_for
from audit.services.rendering import drawing_of, rendered
from audit.services.requests import ENDINGS
from ledger.rules.errors import NotFound
from people import selectors as people

FOLDER = "report/"
# Which kind of report answers for what a bundle is about; a stretch of time at a site has none.
KINDS = {Ask.JOURNEY: "custody", Ask.BATCH: "batch_record"}


def report_files(found: BundleView, now: datetime) -> dict[str, bytes]:
    """The report in every form, by the names of its files in the bundle; nothing for a stretch of time.

    It is made with what the asker may see at that moment. Raises NotFound where that is nothing, and one of
    `qc.services.drawing_documents.DOCUMENT_FAULTS`.
    """
    kind = next((kind for ask, kind in KINDS.items() if getattr(found.question, ask)), "")
    if not kind:
        return {}
    person = people.person(found.asked_by_id, now)
    if person is None:
        raise NotFound("person_unknown")
    made = rendered(report_for(person, kind, found.question, now), drawing_of(found.id, found.asked_by, now))
    return {f"{FOLDER}{kind}.{ENDINGS.get(form, form)}": data for form, data in made.items()}


def report_digest(files: dict[str, bytes]) -> str:
    """The SHA-256 of the report's JSON, which its symbol on paper begins with; empty where there is no report."""
    names = [name for name in files if name.startswith(FOLDER) and name.endswith(".json")]
    return sha256(files[names[0]]).hexdigest() if names else ""
