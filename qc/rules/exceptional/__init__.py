"""The dossier of an exceptional release: a batch that is out of specification, for a patient who has nothing better.

European Union: EU GMP Part IV, 11.53 and 11.54. It may be supplied to avoid an immediate significant hazard to the
patient, the alternatives considered. The physician asks for it; the manufacturer gives the physician its evaluation of
the risks, and records that the physician accepts. In a trial the sponsor is told at once, and tells the competent
authority; of an authorised product the holder and the supervisory authority are told (EMA's answers of 2019, revised
2026: within 48 hours of the administration).

United States: it is given under expanded access (21 CFR 312.305, 312.310): a protocol or a single-patient IND of the
physician, and an IRB. In an emergency FDA may authorise it at once: the form follows within 15 working days (21 CFR
312.310(d)), and the IRB is told within 5 (21 CFR 56.104(c)). Which date that is, whoever writes the notice says.

A dossier lifts the failing criteria that it names, and nothing else, ever.
"""

from qc.rules.exceptional.completeness import (
    Lack,
    Missing,
    missing,
    needed_notices,
    overdue,
    settings_of,
)
from qc.rules.exceptional.deciding import (
    LIFTABLE,
    WRITING,
    DossierRefusal,
    DossierState,
    against_decision,
    against_part,
    lifts,
    state,
)
from qc.rules.exceptional.kept import (
    KeptDossier,
    decided_digest,
    digest_of_dossier,
    latest_notices,
    value_of,
)
from qc.rules.exceptional.values import (
    Acceptance,
    Consent,
    Decision,
    ExceptionalDossier,
    FollowUp,
    Held,
    InquiryStanding,
    Notice,
    NoticeKind,
    Now,
    Part,
    Region,
    Request,
    Setting,
    Statement,
)

__all__ = [
    "LIFTABLE",
    "WRITING",
    "Acceptance",
    "Consent",
    "Decision",
    "DossierRefusal",
    "DossierState",
    "ExceptionalDossier",
    "FollowUp",
    "Held",
    "InquiryStanding",
    "KeptDossier",
    "Lack",
    "Missing",
    "Notice",
    "NoticeKind",
    "Now",
    "Part",
    "Region",
    "Request",
    "Setting",
    "Statement",
    "against_decision",
    "against_part",
    "decided_digest",
    "digest_of_dossier",
    "latest_notices",
    "lifts",
    "missing",
    "needed_notices",
    "overdue",
    "settings_of",
    "state",
    "value_of",
]
