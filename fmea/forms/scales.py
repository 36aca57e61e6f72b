"""The scales of a worksheet and its table of priorities, as forms; and what they come to as the document has it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fmea.forms.document_words import FAULTS
from fmea.forms.pages import RiskForm
from fmea.forms.words import PRIORITIES, SCALES, leading
from fmea.rules.priority import TABLE_2019, PriorityTable, Ratings, read_table
from fmea.rules.scales import HIGHEST, LOWEST, MOST_TEXT, Scale, ScaleKind, read_scale
from people.rules.documents import Problem

_RATINGS = range(LOWEST, HIGHEST + 1)


class _Versioned(RiskForm):
    """What has a code and a version; `base` is the revision of the sheet that was on the page."""

    base = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    code = forms.CharField(label=_("Code"), max_length=40)
    version = forms.CharField(label=_("Version"), max_length=40)
    source = forms.CharField(label=_("Source"), max_length=400, required=False)

    def header(self) -> dict[str, str]:
        """Code, version and source, as the document has them."""
        said = self.cleaned_data
        return {key: said[key] for key in ("code", "version", "source") if said[key]}

    def take_faults(self, faults: Sequence[Problem], places: Mapping[str, str]) -> None:
        """Show what is wrong at the field that a path of the document stands for, or above them all."""
        for it in faults:
            text = str(FAULTS.get(it.code, it.code)).format_map(it.params)
            name = places.get(it.path)
            self.add_error(name if name in self.fields else None, text)


class ScaleForm(_Versioned):
    """Ten ratings in words, and up to which rate each goes; severity has words alone."""

    def __init__(self, kind: ScaleKind, scale: Scale | None, base: int, data: Any = None) -> None:
        super().__init__(data, prefix=str(kind), initial={"base": base, **_initial(scale)})
        self.kind = kind
        if kind is ScaleKind.OCCURRENCE:
            self.fields["per"] = forms.CharField(
                label=_("One opportunity is"),
                max_length=80,
                required=False,
                help_text=_("Such as: one attempt at a step."),
            )
        for rating in _RATINGS:
            self.fields[f"text_{rating}"] = forms.CharField(
                label=_("Rating %(rating)s in words") % {"rating": rating},
                max_length=MOST_TEXT,
                required=False,
            )
            if kind is not ScaleKind.SEVERITY and rating < HIGHEST:
                self.fields[f"up_to_{rating}"] = forms.CharField(
                    label=_("Rating %(rating)s: up to") % {"rating": rating}, max_length=24, required=False
                )

    @property
    def title(self) -> Promise:
        """What the scale rates."""
        return SCALES[self.kind]

    @property
    def about(self) -> Iterator[forms.BoundField]:
        """The fields above the ratings."""
        return (self[name] for name in ("code", "version", "source", "per") if name in self.fields)

    @property
    def levels(self) -> list[tuple[int, forms.BoundField, forms.BoundField | None]]:
        """A rating with its words and its rate, the worst first."""
        return [
            (it, self[f"text_{it}"], self[f"up_to_{it}"] if f"up_to_{it}" in self.fields else None)
            for it in reversed(_RATINGS)
        ]

    def document(self) -> dict[str, Any]:
        """The scale as the document has it; only once the form is valid."""
        said = self.cleaned_data
        levels: list[dict[str, Any]] = [{"rating": it, "text": said[f"text_{it}"]} for it in _RATINGS]
        for level in levels:
            if edge := said.get(f"up_to_{level['rating']}"):
                level["up_to"] = edge
        more = {"per": said["per"]} if said.get("per") else {}
        return {**self.header(), **more, "levels": levels}

    def clean(self) -> dict[str, Any]:
        """What was written makes a scale."""
        super().clean()
        if not self.errors:
            faults: list[Problem] = []
            read_scale(self.document(), self.kind, "", faults)
            self.take_faults(faults, {f".levels[{it - 1}].up_to": f"up_to_{it}" for it in _RATINGS})
        return self.cleaned_data


def _initial(scale: Scale | None) -> dict[str, Any]:
    if scale is None:
        return {}
    known: dict[str, Any] = {
        "code": scale.code,
        "version": scale.version,
        "source": scale.source,
        "per": scale.per,
    }
    for level in scale.levels:
        known[f"text_{level.rating}"] = level.text
        known[f"up_to_{level.rating}"] = "" if level.up_to is None else format(level.up_to, "f")
    return known


class TableForm(_Versioned):
    """A letter for each meeting of three bands. The bands are those of the table that is there."""

    def __init__(self, table: PriorityTable, base: int, data: Any = None) -> None:
        first = {"code": table.code, "version": table.version, "source": table.source, "base": base}
        super().__init__(data, prefix="table", initial={**first, **_letters(table)})
        self.table = table
        self.fields["source"].required = True
        letters = [(str(it), leading(word)) for it, (_tone, word) in PRIORITIES.items()]
        for name, label in _names(table):
            self.fields[name] = forms.ChoiceField(label=label, choices=letters)

    @property
    def about(self) -> Iterator[forms.BoundField]:
        """The fields above the letters."""
        return (self[name] for name in ("code", "version", "source"))

    @property
    def detections(self) -> list[str]:
        """The bands of detection, the worst first."""
        return [_band(it) for it in self.table.detection]

    @property
    def rows(self) -> list[tuple[str, str, int, list[forms.BoundField]]]:
        """Severity, occurrence, how many rows its severity spans (0: the one above does), and the letters."""
        size, letters = len(self.table.occurrence), range(len(self.table.detection))
        return [
            (
                _band(s),
                _band(o),
                size if m == 0 else 0,
                [self[f"cell_{n}_{m}_{k}"] for k in letters],
            )
            for n, s in enumerate(self.table.severity)
            for m, o in enumerate(self.table.occurrence)
        ]

    def document(self) -> dict[str, Any]:
        """The table as the document has it; only once the form is valid."""
        it, said = self.table, self.cleaned_data
        axes = {"severity": it.severity, "occurrence": it.occurrence, "detection": it.detection}
        cells = [
            [
                "".join(said[f"cell_{n}_{m}_{k}"] for k in range(len(it.detection)))
                for m in range(len(it.occurrence))
            ]
            for n in range(len(it.severity))
        ]
        bands = {axis: [[band.low, band.high] for band in found] for axis, found in axes.items()}
        return {**self.header(), **bands, "cells": cells}

    def clean(self) -> dict[str, Any]:
        """No rating gets better by being worse."""
        super().clean()
        if not self.errors:
            faults: list[Problem] = []
            read_table(self.document(), "", faults)
            places = {f"cells[{n}][{m}]": f"cell_{n}_{m}_0" for n in range(10) for m in range(10)}
            self.take_faults(faults, places)
        return self.cleaned_data


def _names(table: PriorityTable) -> Iterator[tuple[str, str]]:
    for n, s in enumerate(table.severity):
        for m, o in enumerate(table.occurrence):
            for k, d in enumerate(table.detection):
                where = {"s": _band(s), "o": _band(o), "d": _band(d)}
                yield f"cell_{n}_{m}_{k}", _("Severity %(s)s, occurrence %(o)s, detection %(d)s") % where


def _letters(table: PriorityTable) -> dict[str, str]:
    return {
        f"cell_{n}_{m}_{k}": letter
        for n, rows in enumerate(table.cells)
        for m, letters in enumerate(rows)
        for k, letter in enumerate(letters)
    }


def _band(it: Ratings) -> str:
    return str(it.low) if it.low == it.high else f"{it.low} to {it.high}"


def is_shipped(table: PriorityTable) -> bool:
    """Whether this is the table that comes with the product, as it came."""
    return read_table(TABLE_2019, "", []) == table
