"""Tables of `people`.

All but those of signing in (`people/models/access.py`) and `StationCredential` are projections: their rows are
written by the ledger alone, from the changes that an entry carries. The exceptions hold secrets and are written here,
with an entry beside each change. Nothing is ever deleted.
"""

from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from people.models.access import Credential, PastPassword, ProviderLink, Session, User
from people.models.rows import Projection, Row
from people.rules.documents import DocumentState
from people.rules.qualifications import Work
from people.rules.roles import Role
from people.rules.signatures import Meaning
from people.rules.sites import OrganisationKind, StationKind
from people.rules.work import WorkState

__all__ = [
    "Badge",
    "Credential",
    "Document",
    "DocumentVersion",
    "Grant",
    "Notice",
    "Organisation",
    "PastPassword",
    "Place",
    "ProviderLink",
    "Session",
    "Signature",
    "Site",
    "Station",
    "StationCredential",
    "Training",
    "User",
    "WorkItem",
]


def _choices(values: type[StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in values]


def _is_one_of(column: str, values: type[StrEnum], name: str) -> models.CheckConstraint:
    members = [member.value for member in values]
    return models.CheckConstraint(condition=Q(**{f"{column}__in": members}), name=name)


def _ends_after_start(name: str) -> models.CheckConstraint:
    condition = Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from"))
    return models.CheckConstraint(condition=condition, name=name)


class Organisation(Projection):
    """A party of the chain: hospital, courier, manufacturer.

    PII: none.
    """

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=_choices(OrganisationKind))

    class Meta:
        constraints = [_is_one_of("kind", OrganisationKind, "people_organisation_kind_known")]


class Site(Projection):
    """An address of an organisation, with a zone, a locale, a region and the identifiers others know it by.

    PII: none.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="sites")
    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    zone = models.CharField(max_length=64)
    locale = models.CharField(max_length=16)
    identifiers = models.JSONField()
    region = models.CharField(max_length=8, blank=True, default="")


class Place(Projection):
    """Somewhere at a site where material can stand; a single-patient place holds one journey at a time.

    PII: none.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="places")
    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=32)
    is_single_patient = models.BooleanField()


class Station(Projection):
    """A registered device at a place, with the steps that may be done there (an empty list: none).

    PII: none.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="stations")
    place = models.ForeignKey(Place, models.PROTECT, related_name="stations")
    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=_choices(StationKind))
    steps = models.JSONField()
    is_active = models.BooleanField()

    class Meta:
        constraints = [_is_one_of("kind", StationKind, "people_station_kind_known")]


class StationCredential(Row):
    """The hash of a station's token; the token itself is shown once and kept nowhere. Not a projection.

    PII: none (hash of a secret).
    """

    station = models.OneToOneField(Station, models.PROTECT, primary_key=True, related_name="credential")
    token_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()


class Grant(Projection):
    """A role given to a user at a site for a time; revoking sets its end.

    An auditor's may name the time of which records are opened.
    PII: none.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="grants")
    site = models.ForeignKey(Site, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=16, choices=_choices(Role))
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    covers_from = models.DateTimeField(null=True)
    covers_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            _is_one_of("role", Role, "people_grant_role_known"),
            _ends_after_start("people_grant_ends_after_start"),
            models.CheckConstraint(
                condition=Q(covers_from__isnull=True, covers_until__isnull=True) | Q(role=Role.AUDITOR.value),
                name="people_grant_period_of_auditors",
            ),
        ]


class Badge(Projection):
    """A badge; its code is never issued twice, whatever became of the first.

    `replaces`: the badge that was lost or spoilt. `tested_at`: when it was last read in the presence of its holder.
    PII: none.
    """

    code = models.CharField(max_length=32)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="badges")
    site = models.ForeignKey(Site, models.PROTECT, related_name="badges")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    is_temporary = models.BooleanField(default=False)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    tested_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="people_badge_code_uniq"),
            _ends_after_start("people_badge_ends_after_start"),
        ]


class Training(Projection):
    """A topic a user was found competent in, with the site that vouches for it.

    PII: none.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="training")
    site = models.ForeignKey(Site, models.PROTECT, related_name="training")
    topic = models.CharField(max_length=64)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    evidence = models.UUIDField(null=True)

    class Meta:
        constraints = [_ends_after_start("people_training_ends_after_start")]


class SiteQualification(Projection):
    """That a site is accredited by, or enrolled in, a programme for a time; ending it sets its end.

    PII: none.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="qualifications")
    programme = models.CharField(max_length=40)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    evidence = models.UUIDField(null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [_ends_after_start("people_qualification_ends_after_start")]


class SiteRequirement(Projection):
    """A programme that a site needs for a kind of work, from when until it is asked for no more.

    PII: none.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="requirements")
    programme = models.CharField(max_length=40)
    work = models.CharField(max_length=16, choices=_choices(Work))
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            _is_one_of("work", Work, "people_requirement_work_known"),
            models.UniqueConstraint(
                fields=["site", "programme", "work"],
                condition=Q(ended_at__isnull=True),
                name="people_requirement_once",
            ),
        ]


class Document(Projection):
    """A controlled document of a kind, owned by a site; its content lies in its versions.

    PII: none.
    """

    kind = models.CharField(max_length=32)
    code = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    site = models.ForeignKey(Site, models.PROTECT, related_name="documents")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="people_document_code_uniq")]


class DocumentVersion(Projection):
    """One version: content with its digest, and who wrote, reviewed and approved it.

    PII: none.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    schema = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=_choices(DocumentState))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField()
    effective_from = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "version"], name="people_version_number_uniq"),
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(state=DocumentState.EFFECTIVE.value),
                name="people_version_one_effective",
            ),
            _is_one_of("state", DocumentState, "people_version_state_known"),
            models.CheckConstraint(
                condition=~Q(author=F("reviewer")) & ~Q(author=F("approver")) & ~Q(reviewer=F("approver")),
                name="people_version_three_people",
            ),
            models.CheckConstraint(
                condition=Q(effective_from__isnull=False) | ~Q(state=DocumentState.EFFECTIVE.value),
                name="people_version_effective_is_dated",
            ),
        ]


class Signature(Projection):
    """An electronic signature over the digest of one record.

    PII: printed_name (staff).
    """

    signer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="signatures")
    printed_name = models.CharField(max_length=200)
    meaning = models.CharField(max_length=24, choices=_choices(Meaning))
    signed_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    auth = models.CharField(max_length=16)
    record_kind = models.CharField(max_length=64)
    record_id = models.CharField(max_length=128)
    record_digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record_kind", "record_id", "record_digest", "signer", "meaning"],
                name="people_signature_once",
            ),
            _is_one_of("meaning", Meaning, "people_signature_meaning_known"),
            models.CheckConstraint(
                condition=Q(auth__in=["password", "badge_pin"]), name="people_signature_two_components"
            ),
            models.CheckConstraint(
                condition=Q(record_digest__regex="^[0-9a-f]{64}$") & ~Q(printed_name=""),
                name="people_signature_complete",
            ),
        ]


class WorkItem(Projection):
    """Something that waits for someone: a role at a site, or one user, with a due time.

    PII: none.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="work_items")
    role = models.CharField(max_length=16, choices=_choices(Role))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="work_items")
    subject_kind = models.CharField(max_length=32)
    subject_key = models.CharField(max_length=128)
    cause = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=_choices(WorkState))
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            _is_one_of("role", Role, "people_work_role_known"),
            _is_one_of("state", WorkState, "people_work_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["site", "role", "due_at"], condition=Q(state="open"), name="people_work_open_idx"
            ),
            models.Index(fields=["subject_kind", "subject_key"], name="people_work_subject_idx"),
        ]


class Notice(Projection):
    """Word to everyone with a role at a site, or to one of its people; sending it is an effect.

    PII: none.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="notices")
    role = models.CharField(max_length=16, choices=_choices(Role))
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=64)
    params = models.JSONField()
    subject_kind = models.CharField(max_length=32)
    subject_key = models.CharField(max_length=128)
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [_is_one_of("role", Role, "people_notice_role_known")]
        indexes = [models.Index(fields=["site", "role", "sent_at"], name="people_notice_site_idx")]
