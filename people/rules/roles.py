"""The closed list of roles. A role is always granted at a site."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may be at a site."""

    COORDINATOR = "coordinator"
    COLLECTOR = "collector"
    COURIER = "courier"
    OPERATOR = "operator"
    ANALYST = "analyst"
    QC_REVIEWER = "qc_reviewer"
    QA_REVIEWER = "qa_reviewer"
    QA_RELEASER = "qa_releaser"
    CELL_LAB = "cell_lab"
    NURSE = "nurse"
    PHYSICIAN = "physician"
    SPONSOR = "sponsor"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


# Quality assurance: whoever decides on a batch for quality, whichever of the two signatures is theirs.
QA = frozenset({Role.QA_REVIEWER, Role.QA_RELEASER})
