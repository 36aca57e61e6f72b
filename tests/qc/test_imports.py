"""Files of results: kept as they are, looked at row by row, recorded whole or not at all."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from config.demonstration.site import PLANT
from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from qc import services
from qc.rules.importing import ImportState
from qc.rules.imports import ImportKind
from tests.qc.given import Laboratory

HEADER = "sample,criterion,value,unit,replicate,tested_at,comment"


def sheet(lab: Laboratory, *rows: str) -> bytes:
    """A filled template; {tube} stands for the release sample."""
    lines = [HEADER, *(row.replace("{tube}", lab.tube) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode()


GOOD = ("{tube},VIABILITY,92.4,%,1,,", "{tube},CAR,26.0,%,1,,", "{tube},CD3,97.9,%,1,,")


def hand_in(lab: Laboratory, data: bytes, by: str = "Ana", **more):
    run = lab.run_for("VIABILITY")
    lab.player.wait(minutes=2)
    about = {"name": "flow.csv", "kind": ImportKind.CSV, "tested_at": lab.player.now, "run": run}
    handed = services.Handed(data=data, **about | more)
    return services.hand_in(handed=handed, site=PLANT, **lab.doing(by))


def look(lab: Laboratory, view) -> services.Looked:
    return services.look_at(view, lab.person("Ana"), lab.player.now)


def record(lab: Laboratory, view, **more):
    return services.record_import(**{"id": UUID(view.id)} | lab.doing("Ana") | more)


@pytest.mark.requirement("URS-DATA-01")
def test_a_file_is_kept_looked_at_and_recorded_whole(lab):
    data = sheet(lab, *GOOD)
    view = hand_in(lab, data)
    assert ledger.evidence_bytes(UUID(view.evidence)) == data
    looked = look(lab, view)
    assert looked.is_ready
    assert [(r.report.criterion, r.report.value, r.subject.code) for r in looked.results] == [
        ("VIABILITY", "92.4", lab.batch),
        ("CAR", "26.0", lab.batch),
        ("CD3", "97.9", lab.batch),
    ]
    assert lab.results == {}, "looking writes nothing"
    request = uuid4()
    done = record(lab, view, request_id=request)
    assert (done.state, done.recorded) == (ImportState.RECORDED, 3)
    assert record(lab, view, request_id=request) == done
    found = lab.results
    assert {code: it.value for code, it in found.items()} == {
        "VIABILITY": "92.4",
        "CAR": "26.0",
        "CD3": "97.9",
    }
    assert {it.source_file for it in found.values()} == {view.sha256}
    assert not any(it.is_reviewed for it in found.values())
    with pytest.raises(Conflict, match="file_recorded"):
        record(lab, view)
    with pytest.raises(Conflict, match="file_recorded"):
        services.discard_import(id=UUID(view.id), **lab.doing("Ana"))


@pytest.mark.requirement("URS-TRUE-02")
@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ((*GOOD[:2], "{tube},CD3,955,%,1,,"), "not_possible"),
        ((*GOOD[:2], "{tube},CD3,92.4,{copies}/{cell},1,,"), "wrong_unit"),
        ((*GOOD[:2], "{tube},CD3,,%,1,,"), "empty"),
        ((*GOOD[:2], "{tube},NONE,92.4,%,1,,"), "criterion_unknown"),
        ((*GOOD[:2], "NO-SUCH-TUBE,CD3,92.4,%,1,,"), "sample_unknown"),
        ((*GOOD[:2], GOOD[0]), "duplicate"),
        ((*GOOD[:2], "{tube},CD3,92.4"), "too_few_fields"),
        ((*GOOD[:2], "{tube},VCN,1.8,{copies}/{cell},1,,"), "run_of_another_method"),
        ((*GOOD[:2], "{tube},CAR,27.0,%,2,,"), "no_rule_for_replicates"),
    ],
)
def test_one_wrong_row_and_nothing_is_recorded(lab, rows, wrong):
    view = hand_in(lab, sheet(lab, *rows))
    looked = look(lab, view)
    codes = {str(fault.code) for fault in looked.preview.faults} | {it.code for it in looked.problems}
    assert any(wrong in code for code in codes), codes
    assert not looked.is_ready
    with pytest.raises(Invalid, match="file_not_clean"):
        record(lab, view)
    assert lab.results == {}
    assert lab.disposition == "in_process"


def test_half_a_file_is_no_file(lab):
    view = hand_in(lab, sheet(lab, *GOOD)[:-6])
    assert not look(lab, view).is_ready
    with pytest.raises(Invalid, match="file_not_clean"):
        record(lab, view)


def test_what_happened_since_counts(lab):
    view = hand_in(lab, sheet(lab, *GOOD))
    assert look(lab, view).is_ready
    lab.record("CAR", "30.0")
    assert [(it.row, it.code) for it in look(lab, view).problems] == [(3, "result_exists")]
    with pytest.raises(Invalid, match="file_not_clean"):
        record(lab, view)
    assert set(lab.results) == {"CAR"}
    gone = services.discard_import(id=UUID(view.id), **lab.doing("Ana"))
    assert gone.state is ImportState.DISCARDED
    with pytest.raises(Conflict, match="file_discarded"):
        record(lab, view)


def test_who_hands_in_what(lab):
    for who in ("Leo", "Bob", "Olga"):
        with pytest.raises(NotAllowed):
            hand_in(lab, sheet(lab, *GOOD), by=who)
    for more, error in (({"run": "R-26-99999"}, NotFound), ({"mapping": "NONE"}, NotFound)):
        with pytest.raises(error):
            hand_in(lab, sheet(lab, *GOOD), **more)
    for more in ({"name": " "}, {"name": "x" * 121}, {"data": b""}):
        with pytest.raises(Invalid):
            hand_in(lab, more.pop("data", sheet(lab, *GOOD)), **more)
    with pytest.raises(NotFound):
        services.record_import(id=uuid4(), **lab.doing("Ana"))


def test_a_file_is_handed_in_and_recorded_on_its_pages(lab, as_, time_machine):
    run = lab.run_for("VIABILITY")
    lab.player.wait(minutes=2)
    time_machine.move_to(lab.player.now, tick=False)
    ana, new = as_("Ana"), reverse("qc:hand_in", args=[PLANT])
    assert new in ana.get(reverse("qc:imports")).content.decode()
    assert ana.get(reverse("qc:import_template")).content.decode("utf-8-sig").startswith(HEADER)

    def send(data: bytes):
        local = lab.player.now + timedelta(hours=1)
        form = {"kind": "csv", "mapping": "", "run": run, "tested_at": f"{local:%Y-%m-%dT%H:%M}"}
        form |= {"request_id": str(uuid4()), "file": SimpleUploadedFile("flow.csv", data)}
        return ana.post(new, form, follow=True)

    wrong = send(sheet(lab, "{tube},VIABILITY,955,%,1,,"))
    shown = wrong.content.decode()
    assert "Nothing can be recorded" in shown
    assert "Row 2" in shown
    assert "Record all" not in shown
    good = send(sheet(lab, *GOOD))
    view = good.context["file"]
    assert "Record all 3 results" in good.content.decode()
    read = as_("Leo").get(reverse("qc:import", args=[view.id])).content.decode()
    assert "Nothing can be recorded" not in read, "who records nothing need not be trained"
    answer = ana.post(reverse("qc:record_import", args=[view.id]), {"request_id": str(uuid4())})
    assert (answer.status_code, answer["Location"]) == (302, reverse("qc:worklist"))
    assert set(lab.results) == {"VIABILITY", "CAR", "CD3"}
    kept = ana.get(reverse("qc:import", args=[view.id])).content.decode()
    assert "The file as it is: 3 rows" in kept
    assert "Nothing can be recorded" not in kept
    assert as_("Olga").get(reverse("qc:import", args=[view.id])).status_code == 404
    assert as_("Leo").get(new).status_code == 404
    again = ana.post(reverse("qc:discard_import", args=[view.id]), {"request_id": str(uuid4())})
    assert again.status_code == 409
