"""A report as tables for a spreadsheet: a summary, charts, limits, signals, and for each parameter all its numbers.

Each number stands with the record that it came from, the unit in a column of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from qc.rules.document_tables import Cell, Table, number_in

# What a sheet's name may not have, and how long it may be.
_BARRED, _LONGEST = str.maketrans(dict.fromkeys("[]:*?/\\", "_")), 31

Content = Mapping[str, Any]
_Row = tuple[Cell, ...]


def tables(content: Content, digest: str, digest_of_data: str) -> tuple[Table, ...]:
    """Every sheet. `digest`: that of the content; `digest_of_data`: of what it says, whoever drew it."""
    charts: Sequence[Content] = content["charts"]
    made = [
        Table("Summary", ("What", "Value", "Unit"), tuple(_summary(content, digest, digest_of_data))),
        Table("Charts", _CHARTS, tuple(_chart(it) for it in charts)),
        Table("Capability", _CAPABILITY, tuple(row for it in charts for row in _capability(it))),
        Table("Limits", _LIMITS, tuple(_limits(it, one) for it in charts for one in it["limits"])),
        Table("Signals", _SIGNALS, tuple(_signal(it, one) for it in charts for one in it["signals"])),
        Table("Left out", _LEFT_OUT, tuple(_left_out(it, one) for it in charts for one in it["excluded"])),
    ]
    taken = {table.name.lower() for table in made}
    by_parameter: dict[str, list[Content]] = {}
    for chart in charts:
        by_parameter.setdefault(chart["parameter"], []).append(chart)
    for code, own in by_parameter.items():
        rows = tuple(_point(it, one) for it in own for one in it["points"])
        made.append(Table(_free(code, taken), _POINTS, rows))
    return tuple(made)


def _free(code: str, taken: set[str]) -> str:
    """The name of a sheet: no two alike, whatever the case."""
    wanted = code.translate(_BARRED)[:_LONGEST]
    name, turn = wanted, 1
    while name.lower() in taken:
        turn += 1
        name = f"{wanted[: _LONGEST - 4]} {turn}"
    taken.add(name.lower())
    return name


def _number(text: str) -> Cell:
    found = number_in(text)
    return (text or None) if found is None else found


def _numbers(found: Content, names: Iterable[str]) -> _Row:
    return tuple(_number(found[name]) for name in names)


def _of(chart: Content) -> _Row:
    return (chart["parameter"], chart["title"], ", ".join(chart["stratum"]), chart["chart"])


_OF = ("Parameter", "Title", "Stratum", "Chart")
_STATISTICS = (
    *(("Mean", "mean"), ("Median", "median"), ("Standard deviation", "sd")),
    *(("Least", "least"), ("Most", "most")),
)
_SPEC = (("Specification: lower", "lower"), ("Specification: upper", "upper"), ("Target", "target"))


def _summary(content: Content, digest: str, digest_of_data: str) -> list[_Row]:
    digests = (
        ("Content of this report (SHA-256)", digest),
        ("Data of this report (SHA-256)", digest_of_data),
    )
    return [
        *_about(content),
        *((name, value, None) for name, value in digests),
        *_in_numbers(content["summary"]),
        *(row for one in content["summary"]["scans"] for row in _scans(one)),
    ]


def _about(content: Content) -> list[_Row]:
    plan, period = content["plan"], content["period"]
    point = content["checkpoint"] or {"size": None, "root": "", "signed": None}
    signed = point["signed"]
    return [
        ("Report", content["id"], None),
        ("Plan", f"{plan['code']}, version {plan['version']}", None),
        ("Plan: SHA-256", plan["digest"], None),
        ("Product", plan["product"], None),
        ("Site of the plan", f"{content['site']['name']} ({content['site']['code']})", None),
        ("Numbers from", ", ".join(content["sites"]), None),
        ("First day", period["first"], None),
        ("Last day", period["last"], None),
        ("Period is over", "yes" if period["is_over"] else "no", None),
        ("Asked for", content["drawn"]["at"]["shown"], None),
        ("Asked for by", content["drawn"]["by"], None),
        ("Software", content["software"], None),
        ("Ledger: entries", point["size"], None),
        ("Ledger: root", point["root"], None),
        ("Ledger: checkpoint signed", signed["shown"] if signed is not None else None, None),
    ]


def _in_numbers(summary: Content) -> list[_Row]:
    signals = summary["signals"]
    return [
        ("Batches begun", summary["batches"], "batches"),
        *((f"Batches {it['words']}", it["count"], "batches") for it in summary["dispositions"]),
        ("Parameters", summary["parameters"], None),
        ("Charts", summary["charts"], None),
        *((f"Charts: {it['words']}", it["count"], None) for it in summary["states"]),
        ("Results", summary["results"], "results"),
        ("Results left out", summary["excluded"], "results"),
        ("Limits that came into effect", summary["limits_signed"], None),
        *((f"Signals {name}", signals[name], "signals") for name in _COUNTS),
        *((f"Signals closed: {it['words']}", it["count"], "signals") for it in signals["decided"]),
        ("Deviations", ", ".join(signals["deviations"]), None),
        ("False signals to be expected", _number(summary["expected"]), "signals"),
        ("Signals seen", summary["seen"], "signals"),
    ]


def _scans(one: Content) -> list[_Row]:
    return [
        (f"Scans at {one['site']}", one["scans"], "scans"),
        (f"Refused scans at {one['site']}", one["refused"], "scans"),
        (f"Refused scans at {one['site']}, share", _number(one["percent"]), "%"),
    ]


_COUNTS = ("raised", "open", "overdue", "closed", "withdrawn", "vanished")

_CHARTS = (
    *_OF,
    *("Unit", "Source", "State", "Results", "Below quantification", "Without a number", "Left out"),
    *(title for title, _name in _STATISTICS),
    *(title for title, _name in _SPEC),
    *("Judged", "Signals seen", "False signals to be expected"),
    *("Lag-1 autocorrelation", "Normality: p (Shapiro-Wilk)", "Notes"),
)


def _chart(it: Content) -> _Row:
    numbers, found, false = it["numbers"], it["described"], it["false_signals"]
    return (
        *_of(it),
        *(it["unit_words"], it["source"], it["state_words"]),
        *(numbers["n"], numbers["below"], it["missing"], len(it["excluded"])),
        *_numbers(numbers, (name for _title, name in _STATISTICS)),
        *_numbers(it["bounds"], (name for _title, name in _SPEC)),
        *(false["judged"], false["seen"], _number(false["expected"])),
        *(_number(found["lag_1"]), _number(found["normality_p"]), " ".join(found["notes"])),
    )


_CAPABILITY = (
    *_OF,
    *(
        "First batch",
        "Last batch",
        "Results",
        "Scale",
        "Index",
        "Value",
        "Lower limit",
        "Upper limit",
        "Unit",
    ),
    *("Confidence", "Limits by"),
)


def _capability(it: Content) -> list[_Row]:
    found = it["described"]
    about = (*_of(it), found["since"], found["until"], found["numbers"]["n"], found["scale"])
    rows: list[_Row] = [
        (*about, one["name"], *_numbers(one, ("value", "low", "high")), None, "95 %", one["by"])
        for one in found["capability"]
    ]
    if found["rate"] is not None:
        numbers = _numbers(found["rate"], ("value", "low", "high"))
        rows.append((*about, "Out of specification, expected", *numbers, "% of batches", "95 %", None))
    if found["why"]:
        rows.append((*about, found["why"], None, None, None, None, None, None))
    return rows


_LIMITS = (
    *_OF,
    *(
        "Limits",
        "SHA-256",
        "In effect since",
        "Retired",
        "Status",
        "Lower",
        "Center",
        "Upper",
        "Unit",
        "Scale",
    ),
    *("Sigma on the scale", "Estimator", "From results", "First batch", "Last batch"),
    *("Baseline: SHA-256", "Left out", "Justification", "Signed"),
)


def _signer(one: Content) -> str:
    mark = "" if one["is_valid"] else "INVALID: "
    return f"{mark}{one['name']}, {one['meaning']}, {one['at']['shown']}"


def _limits(chart: Content, it: Content) -> _Row:
    source = it["source"]
    signed = "; ".join(_signer(one) for one in it["signed"])
    return (
        *_of(chart),
        *(f"{source['code']}, version {source['version']}", source["digest"], it["since"]["shown"]),
        *(it["until"]["shown"] if it["until"] is not None else None, it["status_words"]),
        *_numbers(it, ("lower", "center", "upper")),
        *(chart["unit_words"], it["scale"], _number(it["sigma"]), it["estimator"], it["n"]),
        *(it["first"], it["last"], it["baseline_sha256"], ", ".join(it["excluded"])),
        *(it["justification"], signed),
    )


_SIGNALS = (
    *_OF,
    *("Batch", "Begun", "Value", "Unit", "Rule", "Side", "Since batch", "Raised", "Due", "State", "Overdue"),
    *("Owner", "Decision", "Cause", "Deviation", "Closed", "Would signal no more since", "Source"),
)


def _signal(chart: Content, it: Content) -> _Row:
    def at(name: str) -> Cell:
        return it[name]["shown"] if it[name] is not None else None

    return (
        *_of(chart),
        *(it["subject"], it["begun"]["shown"], _number(it["value"]), chart["unit_words"]),
        *(it["rule"], it["side"], it["first"], at("raised"), at("due"), it["state_words"]),
        *("yes" if it["is_overdue"] else "no", it["owner"], it["decision_words"], it["cause"]),
        *(it["deviation"], at("closed"), at("vanished"), it["source"]),
    )


_LEFT_OUT = (*_OF, "Batch", "Begun", "Value", "Unit", "Left out by", "Left out", "Reason")


def _left_out(chart: Content, it: Content) -> _Row:
    at = it["at"]["shown"] if it["at"] is not None else None
    value = _number(it["value"])
    return (
        *(*_of(chart), it["subject"], it["begun"]["shown"], value),
        *(chart["unit_words"], it["by"], at, it["reason"]),
    )


_POINTS = (
    *("Stratum", "Chart", "Batch", "Site", "Begun", "Value", "Unit", "Below this value"),
    *("Held against", "Signals", "Left out because", "Source", "Version of the source"),
)


def _point(chart: Content, it: Content) -> _Row:
    return (
        *(", ".join(chart["stratum"]), chart["chart"], it["subject"], it["site"], it["begun"]["shown"]),
        *(_number(it["value"]), chart["unit_words"], "yes" if it["is_below"] else "no", it["limits"]),
        *(", ".join(it["signals_words"]), it["excluded"], it["source"], it["version"]),
    )
