"""Finding the one journey by whatever identifier somebody has: one statement, exact, through indexes.

No case is folded and nothing is almost right. Journeys that are not the viewer's to see are not found. Identifiers of
persons are looked for at those sites alone where the viewer may know who the patient is.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from coi.rules.aliases import PERSONAL, AliasKind, key_of
from coi.rules.identifiers import Identifier, IdentifierKind, parts, read, read_keyed
from coi.rules.stock import supplier_lot
from coi.selectors.known import look_up_key, secret_index_key
from coi.selectors.visible import hidden_by_time, sites_of
from people.rules.authority import Person
from people.rules.rights import Right

MAX_TEXT = 4096
MOST = 50


@dataclass(frozen=True)
class Match:
    """A journey that was found, and as what: `din`, `label`, a kind of alias ..."""

    coi_id: str
    product: str
    treating_site: str
    is_open: bool
    kinds: tuple[str, ...]

    @property
    def is_personal(self) -> bool:
        """Whether an identifier of the patient alone found it: that it did is recorded."""
        return bool(self.kinds) and set(self.kinds) <= PERSONAL


@dataclass(frozen=True)
class Found:
    """What came of a look-up: none, one, or several journeys to choose from.

    `read_as`: the kinds of identifier that the text was read as; empty for a text of no known form.
    `asked_at`: the sites at which identifiers of persons were looked for.
    """

    matches: tuple[Match, ...]
    read_as: tuple[str, ...] = ()
    asked_at: tuple[str, ...] = ()

    @property
    def one(self) -> Match | None:
        """The journey, when there is exactly one."""
        return self.matches[0] if len(self.matches) == 1 else None


# (kind, key): each a look-up in an index. Keys of persons carry the site that gave them.
_BY_KEY = """
  SELECT 'coi' AS kind, o.id AS order_id FROM coi_order o WHERE o.coi_id = ANY(%(coi)s::text[])
   UNION ALL
  SELECT 'din', c.order_id FROM coi_collection c WHERE c.din = ANY(%(din)s::text[])
   UNION ALL
  SELECT 'label', l.order_id FROM coi_labelcopy l WHERE l.code = ANY(%(label)s::text[])
   UNION ALL
  SELECT 'container', c.order_id FROM coi_container c WHERE c.code = ANY(%(text)s::text[])
   UNION ALL
  SELECT 'batch', b.order_id FROM coi_batch b WHERE b.code = ANY(%(text)s::text[])
   UNION ALL
  SELECT a.kind, o.id
    FROM unnest(%(alias_kinds)s::text[], %(alias_keys)s::text[]) AS g (kind, key)
    JOIN coi_alias a ON a.kind = g.kind AND a.value_key = g.key AND a.retired_at IS NULL
    JOIN coi_order o ON o.id = a.order_id
   UNION ALL
  SELECT a.kind, a.order_id
    FROM unnest(%(band_sites)s::text[], %(band_keys)s::text[]) AS g (site, key)
    JOIN coi_alias a ON a.kind = 'wristband' AND a.value_key = g.key AND a.issuer_id = g.site AND a.retired_at IS NULL
   UNION ALL
  SELECT n.kind, o.id
    FROM (SELECT a.kind, a.patient_id
            FROM unnest(%(number_kinds)s::text[], %(number_sites)s::text[], %(number_keys)s::text[])
                 AS g (kind, site, key)
            JOIN coi_alias a
              ON a.kind = g.kind AND a.value_key = g.key AND a.issuer_id = g.site AND a.retired_at IS NULL
           UNION ALL
          SELECT 'mrn', p.id
            FROM unnest(%(number_kinds)s::text[], %(number_sites)s::text[], %(number_keys)s::text[])
                 AS g (kind, site, key)
            JOIN coi_patient p ON g.kind = 'mrn' AND p.treating_site_id = g.site AND p.mrn_index = g.key) AS n
    JOIN coi_patient named ON named.id = n.patient_id
    JOIN coi_patient p ON p.id = COALESCE(named.merged_into_id, named.id)
                       OR p.merged_into_id = COALESCE(named.merged_into_id, named.id)
    JOIN coi_order o ON o.patient_id = p.id
"""
FIND = f"""/* prepared: find_journey */
SELECT o.coi_id, pr.name, o.treating_site_id, o.closed_at IS NULL, array_agg(DISTINCT f.kind ORDER BY f.kind)
  FROM ({_BY_KEY}) AS f
  JOIN coi_order o ON o.id = f.order_id
  JOIN coi_product pr ON pr.id = o.product_id
 WHERE o.treating_site_id = ANY(%(sites)s::text[]) OR o.collection_site_id = ANY(%(sites)s::text[])
    OR o.courier_site_id = ANY(%(sites)s::text[]) OR o.manufacturing_site_id = ANY(%(sites)s::text[])
 GROUP BY o.coi_id, pr.name, o.treating_site_id, o.closed_at IS NULL, o.ordered_at
 ORDER BY o.ordered_at DESC, o.coi_id LIMIT {MOST}
"""  # noqa: S608  (our own text)


def find(viewer: Person, text: str, now: datetime) -> Found:
    """Every journey that goes by exactly this text (one statement, or none; one more for who audits a certain time)."""
    sites = sites_of(viewer, now)
    knowing = sorted(viewer.sites_of(Right.FIND_BY_IDENTITY, now))
    read_as, params = look_up(text, knowing)
    if not sites or not any(params.values()):
        return Found((), read_as)
    with connection.cursor() as cursor:
        cursor.execute(FIND, {**params, "sites": sorted(sites)})
        rows = cursor.fetchall()
    hidden = hidden_by_time(viewer, now, [row[0] for row in rows])
    matches = tuple(
        Match(coi_id, product, site, is_open, tuple(kinds))
        for coi_id, product, site, is_open, kinds in rows
        if coi_id not in hidden
    )
    is_personal = bool(params["band_keys"] or params["number_keys"])
    return Found(matches, read_as, tuple(knowing) if is_personal else ())


def look_up(text: str, knowing: Collection[str]) -> tuple[tuple[str, ...], dict[str, list[str]]]:
    """What the text is read as, and the keys to look for. `knowing`: sites where persons may be looked for."""
    params: dict[str, list[str]] = {name: [] for name in _NAMES}
    is_text = not any("\ud800" <= character <= "\udfff" for character in text)
    if not text.strip() or len(text) > MAX_TEXT or "\x00" in text or not is_text:
        return (), params
    identifiers = tuple(_read(text))
    for identifier in identifiers:
        _of_identifier(identifier, knowing, params)
    if not identifiers:
        _of_text(text, knowing, params)
    return tuple(dict.fromkeys(str(identifier.kind) for identifier in identifiers)), params


_NAMES = (
    *("coi", "din", "label", "text", "alias_kinds", "alias_keys"),
    *("band_sites", "band_keys", "number_kinds", "number_sites", "number_keys"),
)


def _read(text: str) -> Iterator[Identifier]:
    """What a scanner or somebody with a keyboard wrote: as a barcode, else with its check character."""
    found = read(text.encode("utf-8", "surrogatepass"))
    if not isinstance(found, Identifier):
        found = read_keyed(text)
    if isinstance(found, Identifier):
        yield from parts(found)


def _of_identifier(identifier: Identifier, knowing: Collection[str], params: dict[str, list[str]]) -> None:
    kind, value = identifier.kind, identifier.value
    if kind is IdentifierKind.COI:
        params["coi"].append(value)
        _alias(AliasKind.COID, value, params)
    elif kind is IdentifierKind.DIN:
        params["din"].append(value)
        _alias(AliasKind.DIN, value, params)
    elif kind is IdentifierKind.LABEL:
        params["label"].append(value)
    elif kind in (IdentifierKind.WRISTBAND, IdentifierKind.PATIENT):
        key = look_up_key(identifier)
        params["band_sites"] += list(knowing)
        params["band_keys"] += [key] * len(knowing)
    elif (lot := supplier_lot(identifier)) is not None:
        params["text"].append(lot[1])
        _alias(AliasKind.LOT, lot[1], params)


def _of_text(text: str, knowing: Collection[str], params: dict[str, list[str]]) -> None:
    """A text of no known form: a number that people speak, or another party's."""
    params["coi"].append(text)
    params["din"].append(text)
    params["text"].append(text)
    for kind in AliasKind:
        if kind not in PERSONAL:
            _alias(kind, text, params)
    for kind in _NUMBERS:
        for site in knowing:
            params["number_kinds"].append(str(kind))
            params["number_sites"].append(site)
            params["number_keys"].append(key_of(secret_index_key(), kind, site, text))


_NUMBERS: Sequence[AliasKind] = (AliasKind.MRN, AliasKind.SUBJECT)


def _alias(kind: AliasKind, value: str, params: dict[str, list[str]]) -> None:
    params["alias_kinds"].append(str(kind))
    params["alias_keys"].append(value)
