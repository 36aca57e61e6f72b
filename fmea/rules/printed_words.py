"""Words on what leaves the product: worksheets as files and in print. Like all that is printed they are English,
whoever asks for them.
"""

from collections.abc import Mapping

from fmea.rules.comparing import Fate
from fmea.rules.priority import ActionPriority
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import ActionStatus, Aim, Decision, EvidenceKind, Formality, LinkKind
from people.rules.documents import DocumentState

SCALES: Mapping[str, str] = {
    ScaleKind.SEVERITY: "Severity",
    ScaleKind.OCCURRENCE: "Occurrence",
    ScaleKind.DETECTION: "Detection",
}
LETTERS: Mapping[str, str] = {
    ScaleKind.SEVERITY: "S",
    ScaleKind.OCCURRENCE: "O",
    ScaleKind.DETECTION: "D",
}
PRIORITIES: Mapping[str, str] = {
    ActionPriority.HIGH: "High",
    ActionPriority.MEDIUM: "Medium",
    ActionPriority.LOW: "Low",
}
FORMALITIES: Mapping[str, str] = {
    Formality.LOW: "Low",
    Formality.MODERATE: "Moderate",
    Formality.HIGH: "High",
}
AIMS: Mapping[str, str] = {
    Aim.SEVERITY: "Less severe",
    Aim.PREVENTION: "Rarer",
    Aim.DETECTION: "Seen sooner",
}
STATUSES: Mapping[str, str] = {
    ActionStatus.PLANNED: "Planned",
    ActionStatus.UNDER_WAY: "Under way",
    ActionStatus.DONE: "Done",
    ActionStatus.VERIFIED: "Verified",
    ActionStatus.DROPPED: "Dropped",
}
DECISIONS: Mapping[str, str] = {
    Decision.ACCEPTED: "Accepted",
    Decision.ACCEPTED_UNTIL_ACTION: "Accepted until an action is done",
    Decision.NOT_ACCEPTED: "Not accepted",
}
LINKS: Mapping[str, str] = {
    LinkKind.INTERLOCK: "stop at the stations",
    LinkKind.CRITERION: "release criterion",
    LinkKind.CHART: "control chart",
}
EVIDENCE: Mapping[str, str] = {
    EvidenceKind.REFUSAL: "refused scans",
    EvidenceKind.DEVIATION: "deviations",
    EvidenceKind.OOS: "results out of specification",
    EvidenceKind.EXCURSION: "excursions",
    EvidenceKind.CHART_SIGNAL: "signals of the chart",
}
FATES: Mapping[str, str] = {
    Fate.ADDED: "new",
    Fate.REMOVED: "taken out",
    Fate.CHANGED: "changed",
    Fate.MOVED: "moved",
}
YES, NO = "yes", "no"
# Of the version that is printed; None: the sheet as it stands, which nobody has signed.
STATES: Mapping[DocumentState | None, str] = {
    None: "Not signed: the sheet as it stands",
    DocumentState.DRAFT: "Not signed",
    DocumentState.IN_REVIEW: "Being reviewed",
    DocumentState.REVIEWED: "Reviewed, to be approved",
    DocumentState.APPROVED: "Approved, not in effect",
    DocumentState.EFFECTIVE: "In effect",
    DocumentState.RETIRED: "Retired",
}
# Of the pictures: the two of `When`, and what is written in them.
PICTURES: Mapping[str, str] = {
    "before": "Severity by occurrence, before actions",
    "after": "Severity by occurrence, after the actions that are done",
    "acted": "Each row before (hollow) and after (filled) its actions",
    "severity": "Severity",
    "occurrence": "Occurrence",
    "number": "Risk priority number: an order, not an amount",
    "lowered": "severity lowered",
    "more": "{count} more rows are not drawn",
}
