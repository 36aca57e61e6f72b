"""Words of the pages around a worksheet: priorities, states, what evidence says, the names of its cells."""

from collections.abc import Mapping
from datetime import date

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from fmea.rules.cells import Table
from fmea.rules.evidence import Standing
from fmea.rules.priority import ActionPriority
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import ActionStatus, Aim, Decision, EvidenceKind, Formality, LinkKind

# The tone of a priority, its word, and the word in full. The shape beside it is that of its tone.
PRIORITIES: Mapping[ActionPriority, tuple[str, Promise]] = {
    ActionPriority.HIGH: ("bad", _("high")),
    ActionPriority.MEDIUM: ("wait", _("medium")),
    ActionPriority.LOW: ("good", _("low")),
}
SCALES: Mapping[ScaleKind, Promise] = {
    ScaleKind.SEVERITY: _("Severity"),
    ScaleKind.OCCURRENCE: _("Occurrence"),
    ScaleKind.DETECTION: _("Detection"),
}
# The letter of a rating as it stands on the sheet.
LETTERS: Mapping[ScaleKind, Promise] = {
    ScaleKind.SEVERITY: _("S"),
    ScaleKind.OCCURRENCE: _("O"),
    ScaleKind.DETECTION: _("D"),
}
FORMALITY: Mapping[Formality, Promise] = {
    Formality.LOW: _("low"),
    Formality.MODERATE: _("moderate"),
    Formality.HIGH: _("high"),
}
DECISIONS: Mapping[Decision, tuple[str, Promise]] = {
    Decision.ACCEPTED: ("good", _("accepted")),
    Decision.ACCEPTED_UNTIL_ACTION: ("wait", _("accepted until an action is done")),
    Decision.NOT_ACCEPTED: ("bad", _("not accepted")),
}
AIMS: Mapping[Aim, Promise] = {
    Aim.PREVENTION: _("It prevents the cause"),
    Aim.DETECTION: _("It detects the failure sooner"),
    Aim.SEVERITY: _("It makes the effect less severe"),
}
STATUSES: Mapping[ActionStatus, tuple[str, Promise]] = {
    ActionStatus.PLANNED: ("plain", _("planned")),
    ActionStatus.UNDER_WAY: ("wait", _("under way")),
    ActionStatus.DONE: ("wait", _("done, to be verified")),
    ActionStatus.VERIFIED: ("good", _("done and verified")),
    ActionStatus.DROPPED: ("plain", _("dropped")),
}
LINKS: Mapping[LinkKind, Promise] = {
    LinkKind.INTERLOCK: _("a stop or a hint at the stations"),
    LinkKind.CRITERION: _("a criterion of quality control"),
    LinkKind.CHART: _("a control chart"),
}
EVIDENCE: Mapping[EvidenceKind, Promise] = {
    EvidenceKind.REFUSAL: _("refused at a station"),
    EvidenceKind.DEVIATION: _("deviation"),
    EvidenceKind.OOS: _("result out of specification"),
    EvidenceKind.EXCURSION: _("excursion on the way"),
    EvidenceKind.CHART_SIGNAL: _("signal of a control chart"),
}
# What counts say of a score: the tone, and the words; of detection, what is counted is what was missed.
STANDINGS: Mapping[Standing, tuple[str, Promise]] = {
    Standing.NOT_SCORED: ("plain", _("not scored yet")),
    Standing.NOT_ON_SCALE: ("plain", _("this rating stands for no rate")),
    Standing.NO_EVIDENCE: ("plain", _("nothing counted yet")),
    Standing.SUPPORTED: ("good", _("the counts agree")),
    Standing.COMPATIBLE: ("good", _("the counts do not deny it")),
    Standing.CONTRADICTED_HIGHER: ("bad", _("contradicted: it happens more often")),
    Standing.CONTRADICTED_LOWER: ("bad", _("contradicted: it happens less often")),
}
DETECTION_STANDINGS: Mapping[Standing, tuple[str, Promise]] = {
    **STANDINGS,
    Standing.CONTRADICTED_HIGHER: ("bad", _("contradicted: more of it is missed")),
    Standing.CONTRADICTED_LOWER: ("bad", _("contradicted: less of it is missed")),
}
PICTURES: Mapping[str, Promise] = {
    "matrix": _("severity by occurrence"),
    "pareto": _("by number"),
    "acted": _("before and after"),
}
TABLES: Mapping[Table, Promise] = {
    Table.HEADER: _("Head of the worksheet"),
    Table.STEPS: _("Step"),
    Table.ROWS: _("Row"),
    Table.ACTIONS: _("Action"),
}
_OF_SCORES: Mapping[str, Promise] = {
    "rating": _("rating"),
    "by": _("given by"),
    "why": _("why"),
    "look_again": _("look again"),
    "votes": _("blind scores"),
    "justification": _("justification of a lower severity"),
}
_COLUMNS: Mapping[str, Promise] = {
    "title": _("title"),
    "product": _("product"),
    "scope": _("scope"),
    "formality.level": _("formality"),
    "formality.why": _("why this formality"),
    "look_again": _("look again"),
    "team": _("team"),
    "scales.severity": _("scale of severity"),
    "scales.occurrence": _("scale of occurrence"),
    "scales.detection": _("scale of detection"),
    "priorities": _("table of action priorities"),
    "protocol_steps": _("steps of protocols"),
    "step": _("step"),
    "function": _("function"),
    "mode": _("failure mode"),
    "effect": _("effect"),
    "cause": _("cause"),
    "prevention_controls": _("controls that prevent"),
    "detection_controls": _("controls that detect"),
    "evidence": _("evidence"),
    "no_action_why": _("why no action"),
    "residual.decision": _("risk that is left"),
    "residual.why": _("why that decision"),
    "residual.by": _("decided by"),
    "row": _("row"),
    "text": _("what is done"),
    "aim": _("aim"),
    "owner": _("owner"),
    "due": _("due"),
    "status": _("state"),
    "done_on": _("done on"),
    "verified_by": _("verified by"),
    "dropped_why": _("why it was dropped"),
}


def column(name: str) -> str:
    """What a cell is called: "occurrence: rating", "after it: detection: rating"."""
    if name in _COLUMNS:
        return str(_COLUMNS[name])
    *after, kind, key = name.split(".")
    said = f"{SCALES[ScaleKind(kind)]}: {_OF_SCORES[key]}".lower()
    return str(_("after the action: %s")) % said if after else said


def leading(word: Promise) -> str:
    """A word at the beginning of a line."""
    return capfirst(str(word))


def decision(found: Decision) -> str:
    """A decision at the beginning of a line."""
    return leading(DECISIONS[found][1])


def priority(found: ActionPriority | None) -> tuple[str, str, Promise | str]:
    """The tone, the letter and the word of a priority; a hyphen and no word where there is none."""
    if found is None:
        return "plain", "-", ""
    tone, word = PRIORITIES[found]
    return tone, str(found), word


def day(at: date | None) -> str:
    """A day as ISO 8601, which no locale reads otherwise; empty for none."""
    return "" if at is None else at.isoformat()
