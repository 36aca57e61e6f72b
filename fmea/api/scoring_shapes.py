"""The shapes of scoring and of residual risks, for the description of the API."""

from rest_framework import serializers

from fmea.rules.scales import HIGHEST, LOWEST
from fmea.rules.team import TeamRefusal
from fmea.rules.worksheet import Decision
from fmea.selectors.scoring import Standing

DECISIONS = [(it.value, it.value) for it in Decision]


class AskedSerializer(serializers.Serializer[None]):
    """A request."""

    request_id = serializers.UUIDField(help_text="Made by the client. The same id again does nothing more.")


class RoundToBeginSerializer(AskedSerializer):
    """A row, and who scores it."""

    row = serializers.CharField(max_length=32)
    team = serializers.ListField(
        child=serializers.IntegerField(), help_text="Ids of users: at least two, with a role at the site."
    )


class GivenRatingsSerializer(serializers.Serializer[None]):
    """Ratings by scale; what is left out is not rated."""

    severity = serializers.IntegerField(required=False, min_value=LOWEST, max_value=HIGHEST)
    occurrence = serializers.IntegerField(required=False, min_value=LOWEST, max_value=HIGHEST)
    detection = serializers.IntegerField(required=False, min_value=LOWEST, max_value=HIGHEST)


class RatedSerializer(AskedSerializer):
    """Ratings, and why."""

    ratings = GivenRatingsSerializer()
    why = serializers.CharField(required=False, max_length=2000)


class ConsensusAnswerSerializer(AskedSerializer):
    """A signature under what was agreed on."""

    dissent = serializers.CharField(
        required=False, max_length=2000, help_text="Why one does not agree; left out by whoever does."
    )
    seen = serializers.CharField(max_length=64, help_text="`consensus.seen` of the round that was read.")
    password = serializers.CharField(write_only=True)
    username = serializers.CharField(
        write_only=True,
        required=False,
        max_length=32,
        help_text="Needed for the first signature, and when one signed last more than 15 minutes ago.",
    )


class TeamMemberSerializer(serializers.Serializer[None]):
    """One of a team."""

    person = serializers.IntegerField()
    name = serializers.CharField()
    has_scored = serializers.BooleanField()


class ScoreGivenSerializer(serializers.Serializer[None]):
    """What one person gave."""

    person = serializers.IntegerField()
    name = serializers.CharField()
    ratings = GivenRatingsSerializer()
    why = serializers.CharField()


class ScaleSpreadSerializer(serializers.Serializer[None]):
    """How far apart ratings on one scale lie."""

    low = serializers.IntegerField()
    high = serializers.IntegerField()
    median = serializers.FloatField()
    is_far_apart = serializers.BooleanField()


class SpreadSerializer(serializers.Serializer[None]):
    """The spread by scale; empty while the round is blind."""

    severity = ScaleSpreadSerializer(required=False)
    occurrence = ScaleSpreadSerializer(required=False)
    detection = ScaleSpreadSerializer(required=False)


class DissentSerializer(serializers.Serializer[None]):
    """Somebody who does not agree."""

    name = serializers.CharField()
    why = serializers.CharField()


class ConsensusSerializer(serializers.Serializer[None]):
    """What the team agreed on. `outside`: the scales on which nobody had given such a rating."""

    ratings = GivenRatingsSerializer()
    why = serializers.CharField()
    outside = serializers.ListField(child=serializers.CharField())
    signed = serializers.ListField(child=serializers.CharField())
    dissent = DissentSerializer(many=True)
    seen = serializers.CharField(help_text="The SHA-256 that signatures are made over.")


class RoundSerializer(serializers.Serializer[None]):
    """A round of scoring. `scores`: one's own alone until the round is opened, then everybody's."""

    id = serializers.UUIDField()
    worksheet = serializers.CharField()
    row = serializers.CharField()
    state = serializers.ChoiceField(choices=[(it.value, it.value) for it in Standing])
    begun_at = serializers.DateTimeField()
    over_at = serializers.DateTimeField(allow_null=True)
    team = TeamMemberSerializer(many=True)
    waits_for = serializers.ListField(child=serializers.CharField())
    scores = ScoreGivenSerializer(many=True)
    spread = SpreadSerializer()
    consensus = ConsensusSerializer(allow_null=True)


class RoundsSerializer(serializers.Serializer[None]):
    """All rounds of a worksheet, the latest first."""

    rounds = RoundSerializer(many=True)


class TeamRefusalSerializer(serializers.Serializer[None]):
    """One reason why nothing was done."""

    code = serializers.ChoiceField(choices=[(it.value, it.value) for it in TeamRefusal])
    text = serializers.CharField()


class RoundSteppedSerializer(serializers.Serializer[None]):
    """What came of a step. A refusal is an answer too, and is recorded."""

    outcome = serializers.ChoiceField(choices=[("accepted", "accepted"), ("refused", "refused")])
    refusals = TeamRefusalSerializer(many=True)
    round = RoundSerializer()


class RowRatingsSerializer(serializers.Serializer[None]):
    """The ratings of a row; null where there is none yet."""

    severity = serializers.IntegerField(allow_null=True)
    occurrence = serializers.IntegerField(allow_null=True)
    detection = serializers.IntegerField(allow_null=True)


class ResidualDecidedSerializer(serializers.Serializer[None]):
    """A signed decision. `is_current`: the row is still what was signed."""

    decision = serializers.ChoiceField(choices=DECISIONS)
    why = serializers.CharField()
    by = serializers.CharField()
    decided_at = serializers.DateTimeField()
    signature = serializers.UUIDField()
    is_current = serializers.BooleanField()


class ResidualSerializer(serializers.Serializer[None]):
    """A row on which somebody has to decide."""

    row = serializers.CharField()
    mode = serializers.CharField()
    ratings = RowRatingsSerializer()
    seen = serializers.CharField(help_text="The SHA-256 of the row as it stands: send it back to sign it.")
    decided = ResidualDecidedSerializer(allow_null=True)


class ResidualsSerializer(serializers.Serializer[None]):
    """All rows of severity 9 or 10."""

    residuals = ResidualSerializer(many=True)


class ResidualToDecideSerializer(AskedSerializer):
    """What becomes of the risk that is left in a row."""

    decision = serializers.ChoiceField(choices=DECISIONS)
    why = serializers.CharField(max_length=2000)
    seen = serializers.CharField(max_length=64)
    password = serializers.CharField(write_only=True)
    username = serializers.CharField(
        write_only=True,
        required=False,
        max_length=32,
        help_text="Needed for the first signature, and when one signed last more than 15 minutes ago.",
    )
