"""What the services of this room do alike: what an entry is about, what a broken constraint means."""

from functools import partial

from fmea.rules.worksheet import KIND
from fmea.selectors.sheets import SheetView, sheet
from ledger.rules import Subject as LedgerSubject
from ledger.rules.errors import NotFound
from people.services.recording import writing as writing_with
from qc.services.recording import Topic

SHEET, ITEM = "fmea.sheet", "fmea.sheetitem"

# What a broken constraint means to the one who asked. Anything else is a fault of ours and goes on.
writing = partial(
    writing_with,
    {
        "fmea_sheet_code_key": "worksheet_code_used",
        "fmea_action_once": "action_code_used",
        "fmea_round_one_at_a_time": "round_begun_already",
        "fmea_blind_score_once": "score_given_already",
        "people_signature_once": "signed_already",
    },
)


def known_sheet(code: str, *, is_locked: bool = False) -> SheetView:
    """The sheet, or NotFound; `is_locked`: nobody else changes it until the transaction ends."""
    found = sheet(code, is_locked=is_locked)
    if found is None:
        raise NotFound("worksheet_unknown")
    return found


def topic_of_sheet(code: str, *more: LedgerSubject) -> Topic:
    """Where entries about a worksheet stand."""
    own = (LedgerSubject("worksheet", code), LedgerSubject("document", f"{KIND}:{code}"))
    return Topic(f"worksheet:{code}", {"worksheet": code}, (*own, *more))


def topic_of_row(code: str, row: str) -> Topic:
    """Of one row of a worksheet."""
    own = topic_of_sheet(code, LedgerSubject("worksheet_row", f"{code}:{row}"))
    return Topic(own.stream, {**own.named, "row": row}, own.subjects)
