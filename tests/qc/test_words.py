"""Every code of investigations, releases, dossiers, trails and studies has its words."""

from enum import StrEnum
from typing import Any

import pytest

from coi.rules.acceptance import Acceptance
from qc.forms import investigation_words, release_words, study_words
from qc.rules.acceptance import AcceptanceRefusal
from qc.rules.exceptional import DossierRefusal, NoticeKind, Part, Region, Setting
from qc.rules.investigations import (
    Answer,
    Experiment,
    InvestigationRefusal,
    InvestigationState,
    LaboratoryCheck,
    NextStep,
    Outcome,
    ProductionCheck,
    ResampleReason,
    Support,
    Why,
)
from qc.rules.late_failures import Duty, TaskRefusal
from qc.rules.passed import CheckCode
from qc.rules.results import AttemptKind
from qc.rules.stability import (
    Extrapolation,
    Ground,
    Model,
    PlanFault,
    PullRefusal,
    PullState,
    StudyUnit,
    Unassessed,
)
from qc.rules.trail import TrailKind, TrailRefusal

of_investigations, of_releases, of_studies = investigation_words, release_words, study_words


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (of_investigations.STATES, [InvestigationState]),
        (of_investigations.CHECKS, [LaboratoryCheck, ProductionCheck]),
        (of_investigations.ANSWERS, [Answer]),
        (of_investigations.EXPERIMENTS, [Experiment]),
        (of_investigations.SUPPORTS, [Support]),
        (of_investigations.OUTCOMES, [Outcome]),
        (of_investigations.ATTEMPTS, [AttemptKind]),
        (of_investigations.RESAMPLE_REASONS, [ResampleReason]),
        (of_investigations.WHY, [Why]),
        (of_investigations.NEXT, [NextStep]),
        (of_investigations.REFUSALS, [InvestigationRefusal]),
        (of_investigations.DUTIES, [Duty]),
        (of_investigations.TASK_REFUSALS, [TaskRefusal]),
        (of_releases.REGIONS, [Region]),
        (of_releases.SETTINGS, [Setting]),
        (of_releases.PARTS, [Part]),
        (of_releases.NOTICES, [NoticeKind]),
        (of_releases.DOSSIER_REFUSALS, [DossierRefusal]),
        (of_releases.CHECKS, [CheckCode]),
        (of_releases.TRAIL_KINDS, [TrailKind]),
        (of_releases.TRAIL_REFUSALS, [TrailRefusal]),
        (of_releases.ACCEPTANCES, [Acceptance]),
        (of_releases.ACCEPTANCE_REFUSALS, [AcceptanceRefusal]),
        (of_studies.UNITS, [StudyUnit]),
        (of_studies.EXTRAPOLATIONS, [Extrapolation]),
        (of_studies.PULL_STATES, [PullState]),
        (of_studies.PULL_REFUSALS, [PullRefusal]),
        (of_studies.PLAN_FAULTS, [PlanFault]),
        (of_studies.GROUNDS, [Ground]),
        (of_studies.UNASSESSED, [Unassessed]),
        (of_studies.MODELS, [Model]),
    ],
)
def test_every_code_has_words(words: dict[StrEnum, Any], codes: list[type[StrEnum]]):
    assert list(words) == [code for enum in codes for code in enum]
    assert all(str(text[1] if isinstance(text, tuple) else text).strip() for text in words.values())
