"""The investigation of a result out of specification, and which attempt at the result counts because of it.

After FDA, Investigating Out-of-Specification Test Results (2006, revised 2022), with 21 CFR 211.192 and EU GMP chapter
6. In the first phase the laboratory looks for an error of its own. Where it finds one and can assign the failing result
to it, that result does not count and the test is made again by a plan. Where it finds none, the second phase looks at
production and, by a plan that says beforehand how often, at more tests. More tests by themselves never undo a failing
result, and no mean of it with others is ever reported: only a signed outcome `laboratory_error` lets another attempt
count. After any other outcome the first result stands, and fails.
"""

from qc.rules.investigations.counting import Counted, Why, investigation_of, planned_attempts, reportable
from qc.rules.investigations.record import investigation_digest, investigation_record
from qc.rules.investigations.refusals import (
    InvestigationRefusal,
    against_attempt,
    against_cause,
    against_conclusion,
    against_correction,
    against_escalation,
    against_finding,
    against_hypothesis,
    against_opening,
    against_plan,
    against_proposal,
    against_starting,
)
from qc.rules.investigations.steps import NextStep, next_step
from qc.rules.investigations.stored import Proposal
from qc.rules.investigations.timetable import Due, Timetable, due, is_overdue, working_day
from qc.rules.investigations.values import (
    Answer,
    Attempt,
    Cause,
    Check,
    Experiment,
    Finding,
    Hypothesis,
    Inquiry,
    Investigation,
    InvestigationState,
    LaboratoryCheck,
    Outcome,
    Plan,
    Policy,
    ProductionCheck,
    ResampleReason,
    Support,
    Who,
)

__all__ = [
    "Answer",
    "Attempt",
    "Cause",
    "Check",
    "Counted",
    "Due",
    "Experiment",
    "Finding",
    "Hypothesis",
    "Inquiry",
    "Investigation",
    "InvestigationRefusal",
    "InvestigationState",
    "LaboratoryCheck",
    "NextStep",
    "Outcome",
    "Plan",
    "Policy",
    "ProductionCheck",
    "Proposal",
    "ResampleReason",
    "Support",
    "Timetable",
    "Who",
    "Why",
    "against_attempt",
    "against_cause",
    "against_conclusion",
    "against_correction",
    "against_escalation",
    "against_finding",
    "against_hypothesis",
    "against_opening",
    "against_plan",
    "against_proposal",
    "against_starting",
    "due",
    "investigation_digest",
    "investigation_of",
    "investigation_record",
    "is_overdue",
    "next_step",
    "planned_attempts",
    "reportable",
    "working_day",
]
