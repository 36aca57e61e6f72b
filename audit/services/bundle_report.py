"""The report in a bundle: the chain of custody of a journey, the record of a batch, as its asker may read it."""

from datetime import datetime
from hashlib import sha256

from audit.rules.questions import Ask
from audit.rules.report import Report
from audit.selectors.bundles import BundleView
from audit.selectors.scope import report_within
from audit.services.bundle_files import asker_of
from audit.services.rendering import drawing_of, rendered
from audit.services.requests import ENDINGS

FOLDER = "report/"
# Which kind of report answers for what a bundle is about; a stretch of time at a site has none.
KINDS = {Ask.JOURNEY: "custody", Ask.BATCH: "batch_record"}


def report_about(found: BundleView, now: datetime) -> Report | None:
    """The report, read in the `snapshot` of whoever asks, with what the asker may see; None for a stretch of time.

    Raises NotFound where that is nothing.
    """
    kind = next((kind for ask, kind in KINDS.items() if getattr(found.question, ask)), "")
    if not kind:
        return None
    return report_within(asker_of(found, now), kind, found.question, now)


def report_files(found: BundleView, report: Report | None, now: datetime) -> dict[str, bytes]:
    """The report in every form, by the names of its files in the bundle.

    Raises one of `qc.services.drawing_documents.DOCUMENT_FAULTS`.
    """
    if report is None:
        return {}
    made = rendered(report, drawing_of(found.id, found.asked_by, now))
    return {f"{FOLDER}{report.kind}.{ENDINGS.get(form, form)}": data for form, data in made.items()}


def report_digest(files: dict[str, bytes]) -> str:
    """The SHA-256 of the report's JSON, which its symbol on paper begins with; empty where there is no report."""
    names = [name for name in files if name.startswith(FOLDER) and name.endswith(".json")]
    return sha256(files[names[0]]).hexdigest() if names else ""
