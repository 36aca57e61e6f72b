"""What a bundle says to people: a page of its entries in words, without any script, and how to check it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from audit.selectors.bundles import BundleView
from coi.selectors.visible import masker
from ledger import registry
from ledger.rules import Subject, TimeSource
from ledger.selectors import EntryView
from people.rules.authority import Person

_STYLE = (
    "body{font:15px/1.45 sans-serif;color:#111;background:#fff;margin:2rem auto;max-width:75rem;padding:0 1rem}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%;min-width:60rem}"
    "th,td{border:1px solid #999;padding:.35rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{background:#eee}td ul{margin:0;padding-left:1.1rem}code{font-size:.9em}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:0 .75rem;margin:.3rem 0 0}dt{color:#444}"
    "dd{margin:0;overflow-wrap:anywhere}"
    # a narrow window: each entry by itself, one thing beneath another
    "@media(max-width:45rem){thead{display:none}table,tbody,tr,td{display:block;min-width:0}"
    "tr{border:1px solid #999;margin-bottom:1rem}td{border:0}dl{grid-template-columns:1fr}dd{margin-left:1rem}}"
)
_NONE = "\N{EN DASH}"


def left_out() -> list[str]:
    """What a bundle does not hold, in sentences."""
    return [
        _(
            "Personal data: names, identifiers of hospitals, raw scans and free text about patients lie in a vault."
        ),
        _(
            "Files of evidence are as they were handed in or drawn; whoever handed one in may have written in it."
        ),
        _("Entries that concern other things, such as documents, training and settings of stations."),
        _(
            "On the page, the COI ids of journeys that the one who asked may not see, as after a mix-up: ••• stands in"
            " their place. The entries themselves hold them, for nothing can be taken out of what is proved."
        ),
    ]


def readme(view: BundleView, keys: Sequence[str]) -> bytes:
    """How to check the bundle, as text."""
    said = ", ".join(f"{name} {value}" for name, value in view.question.said().items())
    parts = [
        _("An auditor's bundle of Veintrace about: {about}").format(about=said),
        _(
            "Read report.html. Check everything, without a network, with Python 3.9 or newer and `cryptography`:"
        ),
        "    python3 verify.py bundle.zip --key key.vkey",
        _(
            "Take verify.py and the key from another source than this bundle, or compare them with one: ask whoever"
            " runs the servers. The key in the bundle is:"
        ),
        "\n".join(f"    {key}" for key in keys),
        _(
            "The folder report holds the report about it, where there is one, as PDF, spreadsheet, CSV and JSON."
        ),
        _("A checkpoint that you kept is compared with: --checkpoint kept.note"),
        _("Not in the bundle:"),
        "\n".join(f"- {line}" for line in left_out()),
    ]
    return ("\n\n".join(parts) + "\n").encode()


def page(
    view: BundleView,
    entries: Sequence[EntryView],
    subjects: Mapping[int, Sequence[Subject]],
    asker: Person,
    now: datetime,
) -> bytes:
    """Every entry in words, oldest first, with all its facts, as the one who asked may read them (one statement)."""
    said = ", ".join(f"{name} {value}" for name, value in view.question.said().items())
    title = _("Bundle: {about}").format(about=said)
    head = [_("Number"), _("When"), _("What happened"), _("Who"), _("Where"), _("Concerns")]
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    rows = "".join(_row(entry, subjects[entry.id]) for entry in entries)
    asked = _("Asked for by {name}, {at} UTC. {count} entries, all of them shown.").format(
        name=view.asked_by, at=f"{view.asked_at:%Y-%m-%d %H:%M}", count=len(entries)
    )
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>',
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1><p>{escape(asked)}</p>",
        f"<p>{escape(_('This page is proved by verify.py, together with the entries that it shows.'))}</p>",
        f"<h2>{escape(_('Not in the bundle'))}</h2>{_list(left_out())}<h2>{escape(_('Entries'))}</h2>",
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(_("Entries"))}">',
        f"<table><thead><tr>{heads}</tr></thead>",
        f"<tbody>{rows}</tbody></table></div></main></body></html>\n",
    ]
    text = "".join(parts)
    return masker(asker, now, [text])(text).encode()


def _list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"


def _row(entry: EntryView, subjects: Sequence[Subject]) -> str:
    presenter = registry.presenter(entry.event)
    words = presenter(entry) if presenter else ""
    at = entry.occurred_at.astimezone(ZoneInfo(entry.zone))
    is_simulated = entry.time_source == TimeSource.SIMULATED
    why = _("Reason: {reason}").format(reason=entry.reason) if entry.reason else ""
    what = f"<strong>{escape(words or entry.event)}</strong> <code>{escape(entry.event)}</code>"
    cells = [
        f"{entry.id}<br><code>{escape(entry.stream)} {entry.seq}</code>",
        f"{at:%Y-%m-%d %H:%M:%S} {escape(entry.zone)}"
        + (f" ({escape(_('simulated'))})" if is_simulated else ""),
        what + (f"<br>{escape(why)}" if why else "") + _facts(entry.facts),
        f"{escape(entry.actor_name)} ({escape(_plain(entry.actor_kind))}, {escape(_plain(entry.auth_method))})",
        escape(f"{entry.site} {entry.station}"),
        _list(f"{subject.kind} {subject.key}" for subject in subjects),
    ]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"


def _plain(name: str) -> str:
    """A name as programs write it, without what makes it one."""
    return name.removeprefix("is_").replace("_", " ")


def _facts(facts: Mapping[str, Any]) -> str:
    if not facts:
        return ""
    pairs = (f"<dt>{escape(_plain(name))}</dt><dd>{_value(value)}</dd>" for name, value in facts.items())
    return "<dl>" + "".join(pairs) + "</dl>"


def _value(value: Any) -> str:
    if value in (None, "", [], {}):
        return _NONE
    if isinstance(value, bool):
        return escape(_("yes") if value else _("no"))
    if isinstance(value, Mapping):
        return _facts(value)
    if not isinstance(value, list):
        return escape(str(value))
    parts = [_value(item) for item in value]
    if any(isinstance(item, Mapping | list) for item in value):
        return "<ul>" + "".join(f"<li>{part}</li>" for part in parts) + "</ul>"
    return ", ".join(parts)
