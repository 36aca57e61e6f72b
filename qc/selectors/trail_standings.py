"""How the reviews of audit trails stand, over the batches of a period."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from coi.rules.journey import Disposition
from coi.selectors.batches import batches_begun, dossiers
from people import selectors as people
from qc.rules.case import Case
from qc.rules.trail import TrailStanding
from qc.selectors.documents import specification_in
from qc.selectors.releases import releases_of
from qc.selectors.trail import trails_of


def trail_standings(sites: Collection[str], since: datetime, until: datetime) -> Mapping[TrailStanding, int]:
    """So many batches begun at these sites in [since, until), by how the review of the trail stood at `until`.

    Not of batches that were rejected, nor of those whose specification asks for no review. A fixed number of
    statements, however many batches.
    """
    begun = batches_begun(sites, since, until)
    documents = people.document_versions({it.specification_id for it in begun} - {""})
    found = [it for it in begun if it.disposition is not Disposition.REJECTED]
    trails, known, released = trails_of(found), dossiers(found), releases_of([it.id for it in found])
    standings: Counter[TrailStanding] = Counter()
    for batch in found:
        case = Case(known[batch.id], specification=specification_in(documents.get(batch.specification_id)))
        if case.needs_trail_review:
            release = released.get(batch.id)
            let_go_at = release.released_at if release is not None and release.released_at < until else None
            trail = trails[batch.id].before(until)
            standings[trail.standing(case.dossier.producers, let_go_at)] += 1
    return standings
