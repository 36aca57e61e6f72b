"""The shapes of sheets in the API, for its description. `fmea.forms` reads requests and makes answers."""

from rest_framework import serializers

from fmea.rules.cells import Table
from fmea.rules.editing import Clash

_OPS = [(it, it) for it in ("type", "set", "insert", "remove", "move", "paste")]
_TABLES = [(it.value, it.value) for it in Table]
_CELL = "The table, the code of the item, the column; an empty column is the whole item."


class WorksheetOperationSerializer(serializers.Serializer[None]):
    """One thing to be done; which fields belong to it follows from `op`."""

    op = serializers.ChoiceField(choices=_OPS)
    table = serializers.ChoiceField(choices=_TABLES)
    item = serializers.CharField(
        required=False, allow_blank=True, max_length=32, help_text="Its code; empty in the header."
    )
    column = serializers.JSONField(
        required=False, help_text="A column such as `severity.rating`; of `paste` a place in `columns`."
    )
    text = serializers.CharField(required=False, help_text="As typed, or a block as spreadsheets copy it.")
    value = serializers.JSONField(required=False, help_text="Of `set`; null empties the cell.")
    values = serializers.JSONField(required=False, help_text="Of `insert`: what the item begins with.")
    after = serializers.CharField(
        required=False, allow_null=True, help_text="The code to stand behind; null for the first place."
    )
    items = serializers.ListField(required=False, child=serializers.CharField(max_length=32))
    columns = serializers.ListField(required=False, child=serializers.CharField(max_length=40))
    row = serializers.IntegerField(required=False, help_text="Of `paste`: a place in `items`, from 0.")
    new_codes = serializers.ListField(required=False, child=serializers.CharField(max_length=32))


class WorksheetEditSerializer(serializers.Serializer[None]):
    """What is to be done, by somebody who has seen the sheet as it was at a revision."""

    request_id = serializers.UUIDField(help_text="Made by the client. The same id again does nothing more.")
    page = serializers.CharField(
        max_length=40, help_text="Made by the client: one for each copy it works on."
    )
    base = serializers.IntegerField(help_text="The revision that was seen when this was written.")
    operations = WorksheetOperationSerializer(many=True)


class WorksheetConflictSerializer(serializers.Serializer[None]):
    """What was not done, since somebody else was there first."""

    why = serializers.ChoiceField(choices=[(it.value, it.value) for it in Clash])
    cell = serializers.ListField(child=serializers.CharField(allow_blank=True), help_text=_CELL)
    mine = serializers.JSONField(allow_null=True)
    theirs = serializers.JSONField(allow_null=True)
    who = serializers.CharField(allow_blank=True)
    operation = WorksheetOperationSerializer(
        help_text="Ask this again with the new revision to have it nevertheless."
    )


class WorksheetEditedSerializer(serializers.Serializer[None]):
    """What came of an edit."""

    revision = serializers.IntegerField()
    done = serializers.IntegerField(help_text="How many operations changed anything.")
    items = serializers.JSONField(
        help_text="What was touched, by table and code, as it stands now; null: gone."
    )
    conflicts = WorksheetConflictSerializer(many=True)
    undo = WorksheetOperationSerializer(many=True, help_text="What undoes it, for this revision.")
    order = serializers.JSONField(
        required=False, help_text="The codes of each table, where they may have moved."
    )


class WorksheetMaySerializer(serializers.Serializer[None]):
    """Whether one may write now; where not, why."""

    edit = serializers.BooleanField()
    why = serializers.CharField(allow_blank=True)
    link = serializers.CharField(allow_blank=True, help_text="The version that is being signed.")
    is_resting = serializers.BooleanField()


class WorksheetSerializer(serializers.Serializer[None]):
    """A worksheet as it stands."""

    code = serializers.CharField()
    revision = serializers.IntegerField()
    may = WorksheetMaySerializer()
    header = serializers.JSONField()
    order = serializers.JSONField(help_text="The codes of the steps and of the rows, in order.")
    items = serializers.JSONField(help_text="Steps and rows by their codes.")
    letters = serializers.CharField(
        allow_blank=True, help_text="The action priority of S, O and D stands at 100 (S-1) + 10 (O-1) + D-1."
    )
    next = serializers.JSONField(help_text="For each table a number that no code of it ends with.")


class WorksheetNewsSerializer(serializers.Serializer[None]):
    """A cell that somebody else changed."""

    cell = serializers.ListField(child=serializers.CharField(allow_blank=True), help_text=_CELL)
    value = serializers.JSONField(allow_null=True)
    who = serializers.CharField()


class WorksheetChangesSerializer(serializers.Serializer[None]):
    """What others changed since a revision."""

    revision = serializers.IntegerField()
    is_resting = serializers.BooleanField(
        help_text="A version is being signed: nothing is written until then."
    )
    news = WorksheetNewsSerializer(many=True)
    order = serializers.JSONField(required=False)
