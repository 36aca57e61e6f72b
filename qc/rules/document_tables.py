"""The content of an issued document as tables, for a spreadsheet: one sheet for each list, the unit in its own column.

A reported value is a number only where it is one and nothing else: "<0.5" and "not detected" stay text, and so does
whatever a spreadsheet would not keep to the last digit.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Cell = str | int | Decimal | None
# What a spreadsheet could take for a formula where a text begins so: it has to be marked as text.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# A spreadsheet counts in binary floating point: fifteen digits survive it.
_MOST_DIGITS = 15
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)


@dataclass(frozen=True)
class Table:
    """One sheet: its name (at most 31 characters), its columns, its rows."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def tables(content: Mapping[str, Any], digest: str) -> tuple[Table, ...]:
    """Every table of a content, in the order of the print; `digest` is that of its canonical bytes."""
    made = [_document(content, digest)]
    for name, key, columns in _LISTS:
        if key in content:
            made.append(_list(name, content[key], columns))
    if "results" in content:
        made.insert(2, _results("Results", content["results"]))
    elif content["dose"]:
        made.insert(2, _results("Dose", content["dose"]))
    return tuple(made)


def number_in(text: str) -> Decimal | None:
    """The number that a reported text is; None for a bound, a word, or what would lose digits."""
    if not _NUMBER.fullmatch(text) or sum(mark.isdigit() for mark in text) > _MOST_DIGITS:
        return None
    return Decimal(text)


# Sheet, key of the list, and its columns with where each comes from.
_Columns = tuple[tuple[str, str], ...]
_LISTS: tuple[tuple[str, str, _Columns], ...] = (
    (
        "Bags",
        "bags",
        (
            *(("Container", "code"), ("Kind", "kind"), ("Label", "label")),
            *(("Made", "made"), ("Use before", "expires"), ("Status", "status")),
        ),
    ),
    (
        "Deviations",
        "deviations",
        (
            *(("Deviation", "code"), ("Grade", "grade"), ("State", "state"), ("Trigger", "trigger")),
            *(("Opened", "opened_at"), ("Cause", "cause"), ("Outcome", "outcome")),
        ),
    ),
    (
        "Investigations",
        "investigations",
        (("Investigation", "code"), ("Criterion", "criterion"), ("State", "state"), ("Outcome", "outcome")),
    ),
    (
        "Steps",
        "steps",
        (
            *(("At", "at"), ("Step", "step"), ("Site", "site"), ("Performer", "performer")),
            *(("Witness", "witness"), ("Containers", "containers"), ("Values", "values")),
            *(("Stock", "stock"), ("Changed since entry", "is_changed")),
        ),
    ),
    (
        "Hand-overs",
        "handovers",
        (
            *(("At", "at"), ("Container", "container"), ("Giver", "giver"), ("Giver's site", "giver_site")),
            *(("Receiver", "receiver"), ("Receiver's site", "receiver_site")),
        ),
    ),
    (
        "Holds",
        "holds",
        (
            *(("Container", "container"), ("Reason", "reason"), ("Placed", "placed")),
            *(("Released", "released"), ("Deviation", "deviation")),
        ),
    ),
    (
        "Labels",
        "labels",
        (
            *(("Kind", "kind"), ("Issued", "issued"), ("Used", "used"), ("Spoiled", "spoiled")),
            *(("Destroyed", "destroyed"), ("Retained", "retained"), ("Lost", "lost")),
            *(("Never printed", "withdrawn"), ("To be applied", "waiting"), ("Open", "open")),
        ),
    ),
    ("Stock used", "stock", (("Item", "item"), ("Steps", "steps"))),
    (
        "Signatures",
        "signatures",
        (
            *(("Name", "name"), ("Meaning", "meaning_words"), ("Signed", "signed"), ("State", "state")),
            ("Digest of the record", "digest"),
        ),
    ),
)

_RESULT_COLUMNS: _Columns = (
    *(("Verdict", "verdict_words"), ("Method", "method"), ("Method version", "method_version")),
    *(("Specification", "specification"), ("Tested", "tested"), ("Analyst", "analyst")),
    *(
        ("Looked over by", "reviewer"),
        ("Looked over", "reviewed"),
        ("Container", "container"),
        ("Run", "run"),
    ),
    *(("Replicates", "replicates"), ("Attempt", "attempt"), ("Kind of attempt", "attempt_kind")),
    *(("Version", "result_version"), ("Why not tested", "not_tested"), ("Reason of correction", "reason")),
    ("Reference", "reference"),
)


def _results(name: str, results: Iterable[Mapping[str, Any]]) -> Table:
    """One row a result, the one that counts first; what was reported otherwise follows it."""
    rows = []
    for one in results:
        about = (one["criterion"], one["title"], one["timing"], one["limits"])
        for found in (one, *one["others"]):
            counts = "yes" if found is one else "no"
            told = (counts, _value(found["value"]), one["unit"])
            rows.append((*about, *told, *(_cell(found[key]) for _title, key in _RESULT_COLUMNS)))
    columns = ("Criterion", "Title", "Timing", "Limits", "Counts", "Result", "Unit")
    return Table(name, (*columns, *(title for title, _key in _RESULT_COLUMNS)), tuple(rows))


def _value(text: str) -> Cell:
    number = number_in(text)
    return text if number is None else number


def _list(name: str, items: Iterable[Mapping[str, Any]], columns: _Columns) -> Table:
    rows = tuple(tuple(_cell(item[key]) for _title, key in columns) for item in items)
    return Table(name, tuple(title for title, _key in columns), rows)


def _cell(value: Any) -> Cell:
    """A value as a cell: yes and no, times as they are shown, lists in one text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return _said(value)
    return "; ".join(_said(item) for item in value)


def _said(item: Any) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    return str(item["shown"]) if "shown" in item else f"{item['name']}: {item['value']}"


def _document(content: Mapping[str, Any], digest: str) -> Table:
    standing, issued, record = content["standing"], content["issued"], content["record"]
    point = content["checkpoint"] or {"size": None, "root": "", "signed": None}
    facts: Sequence[tuple[str, Any]] = (
        ("Document", content["title"]),
        ("Version", content["version"]),
        ("Issued", issued["at"]),
        ("Issued by", issued["by"]),
        ("Reason of this version", issued["reason"]),
        ("Standing", standing["words"]),
        ("Watermark", standing["watermark"]),
        ("Dossier of the exceptional release", (content["exceptional"] or {}).get("dossier", "")),
        ("Pending", content["pending"]),
        ("Does not meet its limits", content["failing"]),
        ("Product", f"{content['product']['name']} ({content['product']['code']})"),
        ("COI id", content["coi_id"]),
        ("Batch", content["batch"]),
        ("Made at", f"{content['site']['name']} ({content['site']['code']})"),
        ("Manufactured", content["manufactured"]),
        ("Storage", content["storage"]),
        ("Handling", content["handling"]),
        ("Specification", _version(content["specification"])),
        ("Protocol", _version(content["protocol"])),
        ("Statement", f"{standing['statement']} {standing['site_statement']}".strip()),
        ("Record that was signed (SHA-256)", record["digest"]),
        ("Record changed since the decision", record["has_changed_since"]),
        ("Ledger: entries", point["size"]),
        ("Ledger: root", point["root"]),
        ("Ledger: checkpoint signed", point["signed"]),
        ("Content of this document (SHA-256)", digest),
    )
    rows = tuple((name, _cell(value)) for name, value in facts)
    return Table("Document", ("What", "Value"), rows + _changes(content))


def _changes(content: Mapping[str, Any]) -> tuple[tuple[Cell, ...], ...]:
    changed = content.get("changed")
    if changed is None:
        return ()
    return (
        ("Changed since the original entry", _cell(changed["is_changed"])),
        ("Results corrected", _cell(changed["results"])),
        ("Other entries corrected", changed["corrections"]),
    )


def _version(ref: Mapping[str, Any] | None) -> str:
    return "" if ref is None else f"{ref['code']}, version {ref['version']}"
