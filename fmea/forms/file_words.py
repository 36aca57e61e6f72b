"""What is wrong with a file of a worksheet, in words, at its cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fmea.forms.document_words import FAULTS
from fmea.forms.error_words import field_text
from fmea.rules.layout_lines import CellFault

FILE_FAULTS: Mapping[str, Promise] = {
    "not_a_workbook": _("This is no spreadsheet file (XLSX)."),
    "file_too_large": _("The file is larger than {most_mb} MB."),
    "file_too_old": _("This is a file of an old spreadsheet (XLS). Save it as XLSX."),
    "file_encrypted": _("The file is protected by a password. Save it without one."),
    "file_has_macros": _("The file has macros. Save it as XLSX without them."),
    "file_packed_too_tight": _("The file unpacks to far more than it is, as files do that mean harm."),
    "file_unpacks_too_large": _("Unpacked, the file is larger than {most_mb} MB."),
    "file_declares_entities": _("The file declares what no spreadsheet needs, as files do that mean harm."),
    "too_many_sheets": _("There are more than {most} sheets."),
    "too_many_lines": _("There are more than {most} lines."),
    "too_many_columns": _("There are more than {most} columns."),
    "no_worksheet": _("There is no sheet called “Worksheet”."),
    "no_headings": _("No line has the headings of the layout. Download the sheet to see them."),
    "unknown_heading": _("No column is called “{given}”."),
    "heading_twice": _("Two columns are called “{given}”."),
    "no_heading_above": _("There is no heading above this."),
    "formula": _("This is a formula. Write down what it comes to."),
    "error_in_cell": _("The spreadsheet could not reckon this cell."),
    "cut_off": _("This is as long as a cell can be: its end may be missing."),
    "not_a_choice": _("“{given}” is none of these: {choices}."),
    "not_a_rating": _("“{given}” is no whole number from 1 to 10."),
    "not_a_text": _("“{given}” is no text."),
    "not_decimal_text": _("“{given}” is no decimal number."),
    "not_evidence": _("“{given}” is not written as kind, colon, code."),
    "row_missing": _("An action stands with the row that it is about."),
    "said_otherwise_before": _("This was said otherwise in {first}."),
    "step_called_otherwise": _("This step is called “{given}” elsewhere."),
    "one_value_alone": _("One value stands here, and no more."),
    "priorities_incomplete": _("The table of priorities is not whole."),
    "not_taken": _("This is not taken from a file; it stays as it is."),
    "out_of_range": _("This is out of range: {low} to {high}."),
}


@dataclass(frozen=True)
class FaultShown:
    """One line of the list: where, and what is wrong."""

    sheet: str
    address: str
    heading: str
    text: str


def fault_shown(it: CellFault) -> FaultShown:
    """A fault in words."""
    return FaultShown(it.sheet, it.address, it.heading, fault_text(it.code, it.params))


def fault_text(code: str, params: Mapping[str, Any]) -> str:
    """The sentence of a code, filled in."""
    said = {
        key: ", ".join(map(str, it)) if isinstance(it, list | tuple) else it for key, it in params.items()
    }
    sentence = FILE_FAULTS.get(code) or FAULTS.get(code) or field_text(code)
    return str(sentence).format_map(_Given(said))


class _Given(dict[str, Any]):
    """What is not given is left out of a sentence."""

    def __missing__(self, key: str) -> str:
        return "…"
