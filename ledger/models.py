"""The ledger's tables: what is appended to, what seals it, and what remains to be done.

Three layers guard them, each against another enemy. The triggers below stop mistakes in our own code. The
role of the web server and the worker, which may only SELECT and INSERT here, stops stolen credentials.
Checkpoints kept elsewhere expose a database owner who rewrites history. Entry rows are never locked: the
head of a stream is, in a table of its own.
"""

from __future__ import annotations

import uuid
from enum import StrEnum

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from ledger.rules import ActorKind, AuthMethod, TimeSource

INSTALLATION_ID = uuid.UUID("6c8f1c1e-7d10-5d3b-9a55-000000000001")
BODY_LIMIT = 8 * 1024 * 1024
REQUEST_CONSTRAINT = "ledger_entry_request_id_uniq"


def values_of(members: type[StrEnum]) -> list[tuple[str, str]]:
    """The values of an enum as choices: plain text, so that a migration names no class of ours."""
    return [(item.value, item.value) for item in members]


def append_only() -> list[pgtrigger.Trigger]:
    """The triggers of a table whose rows, once written, stay as they are."""
    return [
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name="no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows of % table', TG_TABLE_NAME;",
        ),
    ]


class Row(models.Model):
    """Base of the ledger's tables; a row calls itself by its key.

    PII: none.
    """

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.label_lower}:{self.pk}"


class Stream(Row):
    """The head of a stream: the last number given in it. Appending locks this row and no other.

    PII: none.
    """

    name = models.CharField(max_length=200, primary_key=True)
    last_seq = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(last_seq__gte=1), name="ledger_stream_last_seq_min"),
        ]


class Entry(Row):
    """One thing that happened. Never changed, never deleted; a correction is another entry.

    PII: the printed name of the actor, an employee; no patient's data.
    """

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField()
    stream = models.CharField(max_length=200)
    seq = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    performed_at = models.DateTimeField(null=True)
    time_source = models.CharField(max_length=10, choices=values_of(TimeSource))
    zone = models.CharField(max_length=64)
    site = models.CharField(max_length=64, blank=True)
    station = models.CharField(max_length=64, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=200, blank=True)
    actor_kind = models.CharField(max_length=10, choices=values_of(ActorKind))
    auth_method = models.CharField(max_length=12, choices=values_of(AuthMethod))
    event = models.CharField(max_length=100)
    schema = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    reason = models.TextField(blank=True)
    request_id = models.UUIDField()
    check_id = models.UUIDField(null=True)
    protocol_version = models.CharField(max_length=100, blank=True)
    software_version = models.CharField(max_length=50, blank=True)
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, to_field="uuid", related_name="+", db_index=False
    )
    leaf_hash = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["uuid"], name="ledger_entry_uuid_uniq"),
            models.UniqueConstraint(fields=["request_id"], name=REQUEST_CONSTRAINT),
            models.UniqueConstraint(fields=["stream", "seq"], name="ledger_entry_stream_seq_uniq"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="ledger_entry_seq_min"),
            models.CheckConstraint(condition=models.Q(schema__gte=1), name="ledger_entry_schema_min"),
            models.CheckConstraint(
                condition=models.Q(time_source__in=[item.value for item in TimeSource]),
                name="ledger_entry_time_source",
            ),
            models.CheckConstraint(
                condition=models.Q(actor_kind__in=[item.value for item in ActorKind]),
                name="ledger_entry_actor_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(auth_method__in=[item.value for item in AuthMethod]),
                name="ledger_entry_auth_method",
            ),
            models.CheckConstraint(
                condition=models.Q(event__regex=r"^[a-z_]+:[a-z_]+:[a-z_]+$"), name="ledger_entry_event_name"
            ),
            models.CheckConstraint(
                condition=models.Q(performed_at__isnull=True)
                | models.Q(performed_at__lte=models.F("occurred_at")),
                name="ledger_entry_performed_before",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("body"), BODY_LIMIT), name="ledger_entry_body_size"
            ),
        ]
        indexes = [
            models.Index(
                fields=["check_id"], condition=models.Q(check_id__isnull=False), name="ledger_entry_check"
            ),
            models.Index(
                fields=["corrects"], condition=models.Q(corrects__isnull=False), name="ledger_entry_corrects"
            ),
            BrinIndex(fields=["recorded_at"], name="ledger_entry_recorded"),
            # Rare events, such as grants and refusals, among a million entries: reports ask so, and each refusal.
            models.Index(fields=["event", "occurred_at"], name="ledger_entry_event"),
        ]
        triggers = [
            *append_only(),
            # The database's clock alone says when an entry was recorded: a given time is refused.
            pgtrigger.Trigger(
                name="recorded_now",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                IF NEW.recorded_at < transaction_timestamp() OR NEW.recorded_at > clock_timestamp() THEN
                    RAISE EXCEPTION 'ledger: recorded_at is the time of the database and cannot be given';
                END IF;
                RETURN NEW;
                """,
            ),
        ]


class EntrySubject(Row):
    """One subject that an entry concerns: a scan of two patients' bags concerns both journeys.

    PII: none; keys are the system's own ids.
    """

    pk = models.CompositePrimaryKey("entry_id", "kind", "key")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="subjects", db_index=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)

    class Meta:
        db_table = "ledger_subject"
        indexes = [models.Index(fields=["kind", "key", "entry"], name="ledger_subject_lookup")]
        triggers = append_only()


class Pending(Row):
    """An entry that waits for its place in the tree. The sealer alone deletes here.

    PII: none.
    """

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="+")


class Leaf(Row):
    """The place of an entry in the Merkle tree.

    PII: none.
    """

    index = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    hash = models.BinaryField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(index__gte=0), name="ledger_leaf_index_min")]
        triggers = append_only()


class TreeNode(Row):
    """The root of a full tile of the tree: level 1 over 256 leaves, level 2 over 65,536, and so on.

    So a proof for one entry reads a few hundred hashes, however many entries there are.
    PII: none.
    """

    pk = models.CompositePrimaryKey("level", "index")
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        db_table = "ledger_node"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level__gte=1, index__gte=0), name="ledger_node_place_min"
            )
        ]
        triggers = append_only()


class Checkpoint(Row):
    """A signed statement of how many entries there are and of the root of the tree over them.

    PII: none.
    """

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    peaks = models.BinaryField()
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gte=1), name="ledger_checkpoint_size_min")
        ]
        triggers = append_only()


class SigningKey(Row):
    """A key took over the signing of checkpoints: the signed statement, a projection. The first key has no row.

    PII: none.
    """

    id = models.UUIDField(primary_key=True)
    number = models.PositiveIntegerField()
    statement = models.TextField()

    class Meta:
        db_table = "ledger_signing_key"
        constraints = [
            models.UniqueConstraint(fields=["number"], name="ledger_signing_key_number_uniq"),
            models.CheckConstraint(condition=models.Q(number__gte=2), name="ledger_signing_key_number_min"),
        ]
        triggers = append_only()


class Cosignature(Row):
    """A log witness's signature over a checkpoint: the line that it answered with, and the time in it.

    PII: none.
    """

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="+", db_index=False)
    witness = models.CharField(max_length=300)
    line = models.TextField()
    cosigned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "witness"], name="ledger_cosignature_uniq"),
        ]
        triggers = append_only()


class Publication(Row):
    """How far a destination of checkpoints has got them: a mailbox, a web address, a log witness.

    PII: the address of a mailbox may name an employee; no patient's data.
    """

    destination = models.CharField(max_length=600, primary_key=True)
    size = models.BigIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    is_refused = models.BooleanField(default=False)
    last_error = models.TextField(blank=True)
    due_at = models.DateTimeField()


class Halt(Row):
    """The ledger was found broken, or a found break was resolved. The latest row says which holds now.

    PII: none.
    """

    found_at = models.DateTimeField()
    is_resolution = models.BooleanField(default=False)
    report = models.JSONField(default=list)
    reason = models.TextField(blank=True)

    class Meta:
        triggers = append_only()


class Effect(Row):
    """A side effect asked for by an entry: a row in the same transaction, done afterwards by the worker.

    PII: none; a payload names things by their ids.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["pending", "running", "done", "failed"]),
                name="ledger_effect_state",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["pending", "running"]),
                name="ledger_effect_due",
            ),
        ]


class Evidence(Row):
    """A file kept by its SHA-256. The row is a projection; the bytes lie in the evidence folder.

    PII: the file's bytes may hold personal data; the name given to it may not.
    """

    id = models.UUIDField(primary_key=True)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gte=1), name="ledger_evidence_size_min"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="ledger_evidence_sha256"
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="ledger_evidence_sha256_idx")]
        triggers = append_only()


class Installation(Row):
    """What this installation is. One row at most: none means an ordinary installation.

    PII: none.
    """

    id = models.UUIDField(primary_key=True)
    is_demonstration = models.BooleanField(default=False)
    marked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=INSTALLATION_ID), name="ledger_installation_single"),
        ]
