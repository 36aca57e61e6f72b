"""Units as people read them, on paper and on pages."""

import pytest

from coi.rules.units import unit, with_unit


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("10*6/kg", "×10⁶/kg"),
        ("10*12", "×10¹²"),
        ("Cel", "°C"),
        ("{copies}/{cell}", "copies/cell"),
        ("[EU]/mL", "EU/mL"),
        ("d", "days"),
        ("pg/mL", "pg/mL"),
        ("1", ""),
        ("", ""),
        ("{beads}/mL", "beads/mL"),
    ],
)
def test_units_as_people_read_them(code: str, said: str) -> None:
    assert unit(code) == said


@pytest.mark.parametrize(("code", "said"), [("Cel", "4.6 °C"), ("", "4.6"), ("1", "4.6")])
def test_a_number_has_its_unit_behind_it(code: str, said: str) -> None:
    assert with_unit("4.6", code) == said
