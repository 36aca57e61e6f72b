"""Signals of control charts, noted on batches as information."""

from django.db import models

from qc.models.base import choices, is_one_of
from qc.rules.noted_signals import NotedState


class NotedSignal(models.Model):
    """A signal of a control chart about one batch, under the signal's own id, in the state that was told last.

    PII: none.
    """

    id = models.UUIDField(primary_key=True)
    batch = models.ForeignKey("coi.Batch", models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=40, blank=True, default="")
    parameter = models.CharField(max_length=200)
    by = models.CharField(max_length=40, blank=True, default="")
    side = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=12, choices=choices(NotedState))
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [is_one_of("state", NotedState, "qc_noted_signal_state_known")]

    def __str__(self) -> str:
        return f"qc.notedsignal:{self.pk}"
