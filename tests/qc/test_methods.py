"""A criterion may ask for a version of its method: results come of that one or of a later one."""

from dataclasses import replace

import pytest

from ledger.rules.errors import Invalid
from qc import selectors

CRITERION = "APPEARANCE"


@pytest.mark.parametrize(("wanted", "is_enough"), [(None, True), (1, True), (2, False)])
def test_a_result_comes_of_the_version_of_the_method_that_is_asked_for(lab, monkeypatch, wanted, is_enough):
    """The demonstration has the first version of each method in effect."""
    honest = selectors.specification_by_id

    def asking(id):
        found = honest(id)
        asked = [replace(it, method_version=wanted) if it.code == CRITERION else it for it in found.criteria]
        return replace(found, criteria=tuple(asked))

    monkeypatch.setattr(selectors, "specification_by_id", asking)
    if is_enough:
        assert lab.record(CRITERION).method_version == 1
        return
    with pytest.raises(Invalid) as error:
        lab.record(CRITERION)
    assert error.value.detail["fields"] == {"criterion": "method_not_effective"}
