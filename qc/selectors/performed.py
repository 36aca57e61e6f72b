"""Who made which tests at a site, with the training that the method asks for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from people import selectors as people
from people.rules.documents import DocumentVersionView
from qc.selectors.documents import method_in
from qc.selectors.results import rows, view
from qc.selectors.subject_columns import at_sites


@dataclass(frozen=True)
class PerformedTest:
    """One version of a result with who found it. `topic` is the training that its method asks for; empty for none."""

    subject: str
    criterion: str
    method: str
    at: datetime
    person_id: int
    person: str
    topic: str


def tests_performed(sites: Collection[str], since: datetime, until: datetime) -> list[PerformedTest]:
    """Tests at these sites in [since, until), in the order of time (two statements). A result of no documented method
    asks for no training."""
    found = list(rows().filter(at_sites(list(sites)), tested_at__gte=since, tested_at__lt=until))
    versions = people.document_versions(
        {str(row.method_version_id) for row in found if row.method_version_id}
    )
    made = []
    for row in sorted(found, key=lambda it: (it.tested_at, it.criterion)):
        result = view(row)
        topic = _topic(versions.get(str(row.method_version_id or "")))
        about = (result.subject.code, result.criterion, result.method, result.tested_at)
        made.append(PerformedTest(*about, result.analyst_id, result.analyst, topic))
    return made


def _topic(version: DocumentVersionView | None) -> str:
    found = method_in(version)
    return found.method.training if found is not None else ""
