"""Fields as all rooms have them: days that a record can be about, and words that stand where a field points."""

import ast
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.conf import settings
from django.template.loader import render_to_string

from audit.forms.asking import read_question
from coi.forms.scans import parse_scan
from coi.forms.weights import WeightForm, parse_weighing
from cpv.forms.sent import parse_asked, parse_rows
from fmea.forms.actions_sent import parse_move, parse_plan
from ledger.rules.errors import Invalid
from people.forms.days import DayField, SiteTimeField, TimeField
from people.rules.days import can_be_told, day_in
from qc.forms.answers import parse_result

ROOMS = ("people", "coi", "qc", "cpv", "fmea", "audit")
OURS = "people/forms/days.py"
PLAIN = {"DateField", "DateTimeField", "SplitDateTimeField", "DateInput", "DateTimeInput"}
FAR = ["0001-01-01", "1899-12-31", "3000-01-01", "9999-12-31"]
ID = str(UUID(int=1))
Read = Callable[[str], Any]


def plain_fields(tree: ast.Module) -> set[int]:
    """The lines on which a file makes days or times of Django's own form fields."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.forms"):
            found |= {node.lineno for name in node.names if name.name in PLAIN}
        if isinstance(node, ast.Attribute) and node.attr in PLAIN:
            found |= {node.lineno} if ast.unparse(node.value).split(".")[-1] == "forms" else set()
    return found


def test_days_and_times_of_forms_are_bounded() -> None:
    root = Path(settings.BASE_DIR)
    found = {
        f"{path.relative_to(root)}:{line}"
        for room in ROOMS
        for path in sorted((root / room).rglob("*.py"))
        if "migrations" not in path.parts and str(path.relative_to(root)) != OURS
        for line in plain_fields(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert not found, f"take DayField, TimeField or SiteTimeField of {OURS}: {sorted(found)}"


@pytest.mark.parametrize(
    "text",
    ["forms.DateField()", "django.forms.DateTimeField()", "from django.forms.fields import DateField"],
)
def test_a_plain_field_is_found(text: str) -> None:
    assert plain_fields(ast.parse(f"one = 1\n{text}")) == {2}


@pytest.mark.parametrize("day", FAR)
@pytest.mark.parametrize(
    ("field", "hour"),
    [
        pytest.param(DayField(), "", id="day"),
        pytest.param(TimeField(), "T23:59", id="end of a day"),
        pytest.param(TimeField(), "T00:00", id="beginning of a day"),
        pytest.param(SiteTimeField("", "Europe/Amsterdam"), "T00:00", id="in the east"),
        pytest.param(SiteTimeField("", "America/New_York"), "T23:59", id="in the west"),
    ],
)
def test_a_field_refuses_what_no_record_can_be_about(field: forms.Field, hour: str, day: str) -> None:
    with pytest.raises(forms.ValidationError, match=r"between 1900 and 2999|is the year right"):
        field.clean(f"{day}{hour}")


def test_a_field_takes_the_days_of_records() -> None:
    assert DayField().clean("2999-12-31") == date(2999, 12, 31)
    assert TimeField().clean("1900-01-01T00:00") == datetime(1900, 1, 1, tzinfo=UTC)
    taken = SiteTimeField("", "Europe/Amsterdam").clean("2026-03-29T12:00")
    assert taken is not None
    assert taken.isoformat() == "2026-03-29T12:00:00+02:00"


def test_a_weighing_begins_with_now_as_the_site_has_it() -> None:
    now = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    form = WeightForm(zone="Europe/Amsterdam", now=now)
    assert form["measured_at"].value() == datetime.fromisoformat("2026-03-03T00:30")
    assert list(form.fields) == ["request_id", "kg", "measured_at", "source"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1900-01-01", date(1900, 1, 1)),
        ("2026-02-30", None),
        ("20260203", None),
        (20260203, None),
        (None, None),
    ]
    + [(day, None) for day in FAR],
)
def test_a_day_that_is_written(text: object, day: date | None) -> None:
    assert day_in(text) == day


def test_a_moment_is_judged_by_its_day() -> None:
    assert can_be_told(datetime(2999, 12, 31, 23, 59, tzinfo=UTC))
    assert not can_be_told(datetime(3000, 1, 1, tzinfo=UTC))


SENT: Mapping[str, tuple[str, Read]] = {
    "a weight": ("measured_at", lambda at: parse_weighing({"request_id": ID, "measured_at": at})),
    "a result": ("tested_at", lambda at: parse_result({"request_id": ID, "tested_at": at})),
    "a late scan": (
        "performed_at",
        lambda at: parse_scan(
            {"scan_id": ID, "badge": "B", "late": {"performed_at": at, "reason": "network", "paper": "1"}},
            "t",
        ),
    ),
    "a number of another program": (
        "made_at",
        lambda at: parse_rows({"request_id": ID, "plan": "P", "site": "S", "rows": [{"made_at": at}]}),
    ),
    "since when signals": ("since", lambda at: parse_asked({"since": at})),
    "an action": ("due", lambda at: parse_plan({"request_id": ID, "due": at[:10]})),
    "a step of an action": ("done_on", lambda at: parse_move({"request_id": ID, "done_on": at[:10]})),
    "a report": ("moment", lambda at: read_question({"kind": "trail", "moment": at})),
}


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-05:00"])
@pytest.mark.parametrize("what", SENT)
def test_a_program_is_told_which_time_is_impossible(what: str, at: str) -> None:
    name, read = SENT[what]
    with pytest.raises(Invalid) as error:
        read(at)
    detail = error.value.detail
    wrong = {row["field"]: row["code"] for row in detail["rows"]} if "rows" in detail else detail["fields"]
    [code] = [code for path, code in wrong.items() if path.split(".")[-1] == name]
    assert code in {"not_a_moment", "not_a_day", "not_a_time"}


class Refused(forms.Form):
    """A field of every look, each with help, each wrong."""

    line = forms.CharField(help_text="A line.")
    tick = forms.BooleanField(help_text="A tick.")
    one = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect, help_text="One.")
    some = forms.MultipleChoiceField(
        choices=[("a", "A")], widget=forms.CheckboxSelectMultiple, help_text="Some."
    )


class Rated(forms.Form):
    """Ratings that were refused."""

    severity = forms.ChoiceField(choices=[("1", "1")], widget=forms.RadioSelect, help_text="How bad it is.")
    why = forms.CharField()
    is_meant = forms.BooleanField()

    @property
    def scales(self) -> list[forms.BoundField]:
        """The fields of ratings."""
        return [self["severity"]]


@pytest.mark.parametrize(
    ("template", "form", "pointing"),
    [
        ("people/_form_fields.html", Refused, 2),
        ("qc/_fields.html", Refused, 4),
        ("coi/_printer_fields.html", Refused, 4),
        ("fmea/_ratings.html", Rated, 3),
    ],
)
@pytest.mark.parametrize("data", [None, {}], ids=["as it opens", "refused"])
def test_what_a_field_points_at_is_in_the_page(
    template: str, form: type[forms.Form], pointing: int, data: Mapping[str, str] | None
) -> None:
    page = render_to_string(template, {"form": form(data)})
    told = [ids.split() for ids in re.findall(r'aria-describedby="([^"]*)"', page)]
    pointed = {id for ids in told for id in ids}
    assert pointed <= set(re.findall(r' id="([^"]*)"', page))
    if data is not None:
        assert len([ids for ids in told if ids[-1].endswith("_error")]) == pointing


def test_words_about_a_field_are_drawn_where_it_points() -> None:
    """Django names `<id>_error` as soon as a field is wrong: errors that are drawn by hand had no such id."""
    by_hand = re.compile(r"\{% for error in (?:field|text|edge|cell)\.errors %\}<span")
    folder = Path(settings.BASE_DIR) / "templates"
    drawn = [str(it.relative_to(folder)) for it in folder.rglob("*.html") if by_hand.search(it.read_text())]
    assert drawn == ["people/_field_errors.html"]
