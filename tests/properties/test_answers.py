"""No answer holds an identifier that is still to be scanned: a whole journey, one barcode at a time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pytest

from coi.models import Container, LabelCopy
from config.demonstration.player import Answer, Player
from config.demonstration.site import Member
from tests import given
from tests.furnished import Journeys

BACKWARDS = ("identify", "patient_ready", "bedside", "infuse_start")


@dataclass
class OneByOne(Player):
    """Scans every barcode in a request of its own, and reads each answer for what it should not say."""

    read: int = 0

    def do(
        self,
        step: str,
        station: str,
        who: Member,
        codes: Sequence[str],
        *,
        witness: Member | None = None,
        witness_codes: Sequence[str] | None = None,
        values: Mapping[str, str] | None = None,
        witness_values: Mapping[str, str] | None = None,
        is_signed: bool = False,
    ) -> Answer:
        """As a Player does it, barcode by barcode."""
        about = {"station": station, "step": step, "is_signed": is_signed}
        answer = self._part(who, codes, values, None, **about)
        if witness is not None:
            again = codes if witness_codes is None else witness_codes
            answer = self._part(witness, again, witness_values, answer["check"], **about)
        assert answer["outcome"] == "accepted", (step, answer)
        return answer

    def _part(
        self,
        who: Member,
        codes: Sequence[str],
        values: Mapping[str, str] | None,
        check: str | None,
        *,
        station: str,
        step: str,
        is_signed: bool,
    ) -> Answer:
        # the order's own code last, so that there is something to keep silent about
        codes = codes[::-1] if step in BACKWARDS else codes
        answer: Answer = {"check": check}
        for number, code in enumerate(codes):
            is_last = number == len(codes) - 1
            answer = self.scan(
                station,
                who,
                code,
                step=step,
                check=answer["check"],
                values=values if is_last else None,
                pin=who.pin if is_last and is_signed else "",
            )
            self._read_closely(answer, code, codes[number + 1 :])
            if not is_last:
                assert (answer["outcome"], answer["next"]["need"]) == ("incomplete", "scan")
                assert answer["next"]["position"] == number + 1
        return answer

    def _read_closely(self, answer: Answer, scanned: str, left: Sequence[str]) -> None:
        """Neither what this person has still to scan, nor any label or wristband but the one in their hand."""
        self.read += 1
        text = json.dumps(answer)
        secrets = {code.removeprefix("&/") for code in left} | {self.wristband}
        secrets |= set(LabelCopy.objects.filter(order__coi_id=self.coi_id).values_list("code", flat=True))
        for secret in secrets - {scanned.removeprefix("&/")}:
            assert secret not in text, (answer, secret)


def test_nothing_still_to_be_scanned_is_ever_said(journeys: Journeys) -> None:
    fresh = journeys.fresh
    player = OneByOne(**{f.name: getattr(fresh, f.name) for f in fields(fresh)})
    given.until_end(player)
    assert player.read > 80
    assert {c.status for c in player.containers()} == {"closed", "consumed"}


def test_a_stop_tells_the_wrong_one_and_not_what_is_still_to_be_scanned(journeys: Journeys) -> None:
    """The order's code is to be scanned: a wrong wristband must not tell what it should have been."""
    p, other = journeys.fresh, journeys.neighbour
    collector = journeys.demo.member("Nora")
    check = p.scan("NCHAIR", collector, p.wristband, step="identify")["check"]
    answer = p.scan("NCHAIR", collector, other.order_code, check=check)
    assert answer["refusals"][0]["code"] == "identity_mismatch"
    assert answer["refusals"][0]["params"]["found"] == other.coi_id
    assert p.coi_id not in json.dumps(answer)


@pytest.mark.requirement("URS-SEQ-03")
def test_the_witness_learns_nothing_of_the_first_scans(journeys: Journeys) -> None:
    p = journeys.bedside
    nurse, second = journeys.demo.member("Ines"), journeys.demo.member("Ivan")
    label = p.label("product_bag")
    check = p.scan("NBED", nurse, p.wristband, label, step="bedside", pin=nurse.pin)["check"]
    answers: list[dict[str, Any]] = [
        p.scan("NBED", second, check=check),
        p.scan("NBED", second, p.wristband, check=check),
        p.scan("NBED", second, journeys.neighbour.label("product_bag"), check=check),
    ]
    bag = Container.objects.get(labelcopy__code=label)
    for answer in answers:
        text = json.dumps(answer)
        assert label not in text
        assert str(bag.id) not in text
        assert bag.code not in text
    assert answers[2]["refusals"][0]["code"] == "identity_mismatch"
