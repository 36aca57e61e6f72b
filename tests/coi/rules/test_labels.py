"""What a label says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from coi.rules import labels, labels_apart
from coi.rules.identifiers import Identifier, IdentifierKind, Meaning, moment_of, parts, read
from coi.rules.journey import OrderKind
from coi.rules.label_templates import LabelTemplate, Layout, LineName, SymbolName, WarningName, built_in
from coi.rules.labels import LabelFacts, Symbology, label_for, moment
from people.rules import codes
from tests.coi.rules.labelled import FACTS, MADE

BAG = replace(FACTS, is_demonstration=False)
COLLECTED = replace(BAG, kind="apheresis_bag", is_collection=True, batch="")
ISBT = replace(
    built_in("apheresis_bag"),
    symbols=(*built_in("apheresis_bag").symbols, SymbolName.PRODUCT_CODE, SymbolName.EXPIRY),
    product_code="A9999000",
)


def lines(facts: LabelFacts) -> dict[str, tuple[str, str]]:
    return {line.name: (line.value, line.under) for line in label_for(facts).lines}


def test_a_bag_says_whose_it_is_and_until_when():
    label = label_for(BAG)
    assert (label.identity, label.identity_check, label.count) == ("CHA999926000001", "*", "2 of 3")
    assert labels.AUTOLOGOUS in label.warnings
    said = lines(BAG)
    assert said["Use before"] == ("2027-07-01 10:30 CEST", "(2027-07-01 08:30 UTC)")
    assert said["Batch"] == ("B26000001", "")
    assert said["DIN"] == ("A9999 26 000007 [" + codes.check_char("A999926000007") + "]", "")


@pytest.mark.parametrize(
    ("facts", "content"),
    [
        pytest.param(BAG, "&/CHA999926000001", id="COI on what was made"),
        pytest.param(COLLECTED, "=A99992600000700", id="DIN on the collection"),
        pytest.param(replace(COLLECTED, copy_number=2), "=A99992600000705", id="a repeat says so"),
        pytest.param(replace(COLLECTED, din=""), "&/CHA999926000001", id="no DIN yet"),
    ],
)
def test_the_matrix_holds_the_identity(facts: LabelFacts, content: str):
    copy, matrix = label_for(facts).symbols[:2]
    assert (copy.symbology, copy.content) == (Symbology.CODE_128, BAG.copy_code)
    assert (matrix.symbology, matrix.content) == (Symbology.DATA_MATRIX, content)


def test_every_symbol_can_be_read_by_a_station():
    kinds = [
        read(symbol.content.encode()) for facts in (BAG, COLLECTED) for symbol in label_for(facts).symbols
    ]
    assert [found.kind for found in kinds if isinstance(found, Identifier)] == [
        IdentifierKind.LABEL,
        IdentifierKind.COI,
        IdentifierKind.LABEL,
        IdentifierKind.DIN,
        IdentifierKind.DIN,
    ]


def test_the_collection_has_a_quadrant_for_its_donation_number():
    label = label_for(COLLECTED)
    assert (label.layout, label.width_mm, label.height_mm) == (Layout.FOUR_QUADRANT, 100, 100)
    assert (label.din, label.din_check, label.din_flags) == (
        "A9999 26 000007",
        codes.check_char("A999926000007"),
        "00",
    )
    linear = label.symbols[2]
    assert (linear.symbology, linear.content) == (Symbology.CODE_128, "=A99992600000700")
    assert "DIN" not in lines(COLLECTED)
    assert (label_for(replace(COLLECTED, din="")).din, label_for(BAG).din) == ("", "")


def linear(facts: LabelFacts, name: SymbolName) -> str:
    symbol = label_for(facts, ISBT).named(name)
    assert symbol is not None
    assert symbol.symbology is Symbology.CODE_128
    return symbol.content


@pytest.mark.parametrize(
    ("number", "total", "content"),
    [(1, 1, "A9999000"), (1, 3, "A99990A0"), (2, 3, "A99990B0"), (26, 26, "A99990Z0")],
)
def test_bags_of_one_donation_differ_in_the_division_of_the_product(number: int, total: int, content: str):
    facts = replace(COLLECTED, number=number, total=total)
    assert linear(facts, SymbolName.PRODUCT_CODE) == f"=<{content}"
    symbol = label_for(facts, ISBT).named(SymbolName.PRODUCT_CODE)
    assert symbol is not None
    assert symbol.caption == content


def test_more_bags_than_there_are_divisions_have_no_label():
    with pytest.raises(ValueError, match="division"):
        label_for(replace(COLLECTED, number=27, total=27), ISBT)


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "America/Sao_Paulo", "Asia/Kolkata", "UTC"])
def test_the_symbol_of_the_expiry_is_the_time_beside_it(zone: str):
    facts = replace(COLLECTED, zone=zone)
    found = read(linear(facts, SymbolName.EXPIRY).encode())
    assert isinstance(found, Identifier)
    said = moment_of(found.elements[0], ZoneInfo(zone), today=MADE.date())
    assert said is not None
    assert (said.code, said.meaning, said.at) == ("005", Meaning.EXPIRY, facts.expires_at)
    shown = next(line for line in label_for(facts, ISBT).lines if line.name == labels.USE_BEFORE)
    assert shown.value.startswith(f"{said.at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}")


def test_an_expiry_in_the_hour_that_comes_twice_never_reads_later():
    later = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    facts = replace(COLLECTED, expires_at=later, zone="Europe/Berlin")
    assert linear(facts, SymbolName.EXPIRY) == "&>0262980230"
    found = read(b"&>0262980230")
    assert isinstance(found, Identifier)
    said = moment_of(found.elements[0], ZoneInfo("Europe/Berlin"), today=later.date())
    assert said is not None
    assert said.at == later - timedelta(hours=1)


def test_what_is_not_known_has_no_symbol():
    label = label_for(replace(COLLECTED, expires_at=None, din=""), ISBT)
    assert [symbol.name for symbol in label.symbols] == [
        SymbolName.COPY,
        SymbolName.IDENTITY,
        SymbolName.PRODUCT_CODE,
    ]


def test_on_a_vial_both_symbols_are_small():
    label = label_for(replace(BAG, kind="cryovial"))
    assert [symbol.symbology for symbol in label.symbols] == [Symbology.DATA_MATRIX] * 2
    assert [symbol.content for symbol in label.symbols] == [BAG.copy_code, "&/CHA999926000001"]
    assert label.warnings == ()
    assert label_for(replace(BAG, kind="cryovial", order_kind=OrderKind.VALIDATION)).warnings == (
        labels.NOT_FOR_PEOPLE,
    )


def test_a_message_names_the_journey_and_the_donation():
    template = replace(built_in("product_bag"), symbols=(SymbolName.COPY, SymbolName.MESSAGE))
    found = read(label_for(BAG, template).symbols[1].content.encode())
    assert isinstance(found, Identifier)
    assert [(part.kind, part.value) for part in parts(found)] == [
        (IdentifierKind.COI, BAG.coi_id),
        (IdentifierKind.DIN, BAG.din),
    ]
    assert label_for(replace(BAG, din=""), template).symbols[1].content == "&/CHA999926000001"


def test_a_wristband_is_of_a_demonstration_and_a_shipper_of_nobody():
    band = labels_apart.wristband_label(
        code=codes.make("W", "000001"), coi_id=BAG.coi_id, site="Plant", now=MADE
    )
    box = labels_apart.shipper_label(
        code=codes.make("H", "000001"), name="Dry shipper", site="Plant", is_demonstration=False, now=MADE
    )
    kinds = [read(symbol.content.encode()) for label in (band, box) for symbol in label.symbols]
    assert [found.kind for found in kinds if isinstance(found, Identifier)] == [
        IdentifierKind.WRISTBAND,
        IdentifierKind.COI,
        IdentifierKind.SHIPPER,
        IdentifierKind.SHIPPER,
    ]
    assert (band.mark, box.mark) == ("DEMO", "")
    assert BAG.coi_id not in str(box)


def test_only_a_demonstration_is_marked():
    assert label_for(BAG).mark == ""
    assert label_for(replace(BAG, is_demonstration=True)).mark == "DEMO"


@pytest.mark.parametrize("kind", [OrderKind.ENGINEERING, OrderKind.VALIDATION])
def test_what_is_not_for_a_patient_says_so(kind: OrderKind):
    assert label_for(replace(BAG, order_kind=kind)).warnings == (labels.NOT_FOR_PEOPLE,)


def test_every_kind_of_the_stock_and_an_unknown_one_has_a_label():
    for kind in [*labels.STOCK, "odd_vessel"]:
        assert label_for(replace(BAG, kind=kind)).heading
    assert label_for(replace(BAG, kind="odd_vessel")).heading == "ODD VESSEL"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/London", ("2026-07-01 09:30 BST", "(2026-07-01 08:30 UTC)")),
        ("America/New_York", ("2026-07-01 04:30 EDT", "(2026-07-01 08:30 UTC)")),
        ("America/Sao_Paulo", ("2026-07-01 05:30 UTC-0300", "(2026-07-01 08:30 UTC)")),
        ("UTC", ("2026-07-01 08:30 UTC", "")),
    ],
)
def test_times_are_local_and_in_utc(zone: str, said: tuple[str, str]):
    assert moment(MADE, zone) == said


def test_the_hour_that_comes_twice_is_told_apart():
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert moment(first, "Europe/Berlin")[0] == "2026-10-25 02:30 CEST"
    assert moment(second, "Europe/Berlin")[0] == "2026-10-25 02:30 CET"


def test_a_time_without_a_zone_is_no_time():
    with pytest.raises(ValueError, match="zone"):
        moment(datetime(2026, 1, 1), "UTC")  # noqa: DTZ001


def test_commands_are_those_that_a_station_obeys():
    cards = [labels.command_card(body) for body in labels.COMMANDS]
    assert [codes.parse(card.symbol.content).body for card in cards] == list(labels.COMMANDS)
    with pytest.raises(KeyError):
        labels.command_card("FORCE")


@hypothesis_given(st.integers(946_684_800, 4_102_444_800).map(lambda s: datetime.fromtimestamp(s, UTC)))
def test_the_utc_line_is_the_same_instant(at: datetime):
    _, under = moment(at, "Asia/Kolkata")
    assert datetime.strptime(under, "(%Y-%m-%d %H:%M UTC)").replace(tzinfo=UTC) == at.replace(
        second=0, microsecond=0
    )


def test_cells_of_two_donations_are_named_by_neither_in_a_symbol() -> None:
    """Naming one of two would be a lie: the symbol is the COI id, and the line names both."""
    template = LabelTemplate(
        "product_bag",
        Layout.BAG,
        100,
        60,
        (LineName.DIN, LineName.CONTAINER),
        (SymbolName.COPY, SymbolName.MESSAGE),
        (WarningName.AUTOLOGOUS,),
    )
    one, both = BAG, replace(BAG, other_dins=("A999926000009",))
    assert [label_for(facts, template).symbols[1].caption for facts in (one, both)] == ["COI + DIN", "COI"]
    (line,) = [line for line in label_for(both, template).lines if line.name == "DIN"]
    assert "A9999 26 000007" in line.value
    assert "A9999 26 000009" in line.value
