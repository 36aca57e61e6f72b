"""What the ledger is told at the start: every setting that decides who may do what, or what counts."""

import re
from base64 import b64encode
from pathlib import Path
from typing import Any

from django.conf import settings as configured

from config import deciding
from ledger.rules import notes
from ledger.rules.canonical import plain
from ledger.rules.destinations import log_witnesses

# Behind which proxy we stand decides about addresses of requests alone.
DECIDES_NOTHING = {"BEHIND_PROXY"}


def test_no_switch_number_or_role_of_the_settings_is_left_out() -> None:
    text = (Path(configured.BASE_DIR) / "config" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r"^([A-Z_]+) = .*?(?:switch|positive|days|roles)\(\"", text, re.MULTILINE))
    assert {"REQUIRE_SECOND_FACTOR", "IDLE_LOCK_MINUTES", "SECOND_FACTOR_ROLES"} <= read
    assert read - set(deciding.DECIDING) == DECIDES_NOTHING


def test_they_are_told_as_an_entry_can_hold_them_and_witnesses_by_their_public_keys(settings: Any) -> None:
    public = bytes(range(32))
    key = f"w.example/1+{notes.key_id('w.example/1', public, notes.COSIGNATURE).hex()}+"
    key += b64encode(notes.COSIGNATURE + public).decode()
    settings.LEDGER_WITNESSES = log_witnesses(f"{key} https://w.example")
    told = deciding.deciding_settings()
    assert plain(told) == told
    assert told["LEDGER_WITNESSES"] == [key]
    assert told["SECOND_FACTOR_ROLES"] == sorted(told["SECOND_FACTOR_ROLES"])
    assert not any("SECRET" in name or name.endswith("_KEY") for name in told)
