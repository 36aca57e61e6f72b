"""The verifier that goes into each bundle: it takes what is whole, and names whatever is not."""

import ast
import json
import random
import sys
import zipfile
from base64 import b64encode
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest

from ledger.rules import bundles, canonical, notes
from ledger.rules.notes import public_bytes
from ledger.rules.offline import verify
from tests.ledger.rules.bundle_given import (
    AT,
    FILE,
    KEY,
    NEIGHBOUR,
    ORDER,
    ORIGIN,
    OTHER,
    RECORD,
    SMALL,
    WHOLE,
    WITNESS,
    Log,
    Small,
    check,
    run_script,
    vkey,
    wrong,
)
from tests.ledger.rules.proofs_given import consistency_proof


def test_what_is_whole_is_proved() -> None:
    found = check(WHOLE, vkey())
    assert found.wrong == found.unchecked == []
    assert found.exit_code() == 0
    assert not any("WHO SIGNED" in line for line in found.unproven)
    proved = "\n".join(found.proved)
    assert "4 entries are, as shown, in the tree under the checkpoint of 9 entries" in proved
    assert "Stream journey:CHA1 is whole from number 1 to 4" in proved
    assert "3 checkpoints, up to 9 entries, are signed" in proved
    assert "1 files of evidence" in proved
    assert "over the very bytes of records that are here: 1." in proved


def test_a_bundle_that_brings_its_own_key_is_told_so_loudly() -> None:
    found = check(WHOLE)
    assert found.exit_code() == 0
    assert found.unproven[0].startswith("WHO SIGNED")
    assert vkey() in found.unproven[0]
    assert "no key of hospital.example/ledger that counts here" in wrong(WHOLE, vkey(OTHER))


def test_other_libraries_read_the_archive() -> None:
    with zipfile.ZipFile(BytesIO(WHOLE)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[-2:] == ["manifest.json", "made.json"]
        assert archive.read("report.html") == SMALL.files["report.html"]
    assert verify.packed(verify.unpacked(WHOLE)) == WHOLE


def places() -> list[int]:
    """Each byte of the first and the last kB, and a thousand by chance."""
    ends = [*range(1024), *range(len(WHOLE) - 1024, len(WHOLE))]
    return [*ends, *random.Random(9162).sample(range(len(WHOLE)), 1000)]


@pytest.mark.requirement("URS-OPEN-01")
def test_no_byte_can_be_changed() -> None:
    """Bits flipped and bytes replaced, each alone: never a pass, never a crash, always said where."""
    chance, unseen = random.Random(6962), []
    for place in places():
        old = WHOLE[place]
        new = (
            old ^ (1 << chance.randrange(8))
            if chance.random() < 0.5
            else (old + chance.randrange(1, 256)) % 256
        )
        found = check(WHOLE[:place] + bytes([new]) + WHOLE[place + 1 :])
        if found.exit_code() != 1 or not all(where and what for where, what in found.wrong):
            unseen.append((place, old, new))
    assert len(places()) > 3000
    assert not unseen


def test_nothing_is_cut_off_or_added() -> None:
    chance = random.Random(1)
    for size in [0, 1, 4, 100, len(WHOLE) - 22, len(WHOLE) - 1, *chance.sample(range(len(WHOLE)), 60)]:
        assert wrong(WHOLE[:size])
    for more in (b"\x00", b"PK\x05\x06", b"a comment", WHOLE):
        assert "the archive: from byte" in wrong(WHOLE + more)
        assert wrong(more + WHOLE)


# -- what somebody does who rewrites the manifest and packs the archive anew ------------------------------------------


def test_a_changed_report_is_named() -> None:
    said = wrong(SMALL.packed(report__html=b"<!doctype html><title>CHA2</title>"))
    assert said == "manifest.json: its SHA-256 is not the one recorded when the bundle was made"


@pytest.mark.requirement("URS-OPEN-01")
def test_a_removed_entry_is_named_by_its_number() -> None:
    lines = [SMALL.line(place) for place in SMALL.own if place != SMALL.own[1]]
    said = wrong(SMALL.packed(entries__jsonl=bundles.lines(lines)))
    assert "stream journey:CHA1: claimed whole from 1 to 4; not there, or not once: [2]" in said


def test_an_entry_of_another_journey_is_named() -> None:
    lines = [SMALL.line(place) for place in sorted([*SMALL.own, 1])]
    said = wrong(SMALL.packed(entries__jsonl=bundles.lines(lines)))
    assert (
        "(coi:scan:accepted, number 1 of journey:CHA2): it does not concern what the bundle is about" in said
    )


def test_an_entry_is_there_once_and_in_its_place() -> None:
    lines = [SMALL.line(place) for place in (*SMALL.own, SMALL.own[0])]
    assert "not each once in the order" in wrong(SMALL.packed(entries__jsonl=bundles.lines(lines)))


@pytest.mark.parametrize(
    ("part", "old", "new", "said"),
    [
        ("body", "first", "last!", "its body is not the one"),
        ("header", "CITY-01", "CITY-02", "it is not proved to be in the tree of 9 entries"),
        ("header", '"seq":1', '"seq": 1', "it is not written canonically"),
        ("leaf", 0, 1, "it is not proved to be in the tree"),
        ("proof", None, [], "it is not proved to be in the tree"),
    ],
)
def test_a_changed_entry_is_named(part: str, old: object, new: object, said: str) -> None:
    lines = [dict(SMALL.line(place)) for place in SMALL.own]
    lines[0][part] = lines[0][part].replace(old, new) if isinstance(old, str) else new
    found = wrong(SMALL.packed(entries__jsonl=bundles.lines(lines)))
    assert "entry 1 (coi:order:enrolled, number 1 of journey:CHA1): " + said in found


def test_swapped_files_are_named() -> None:
    name = f"evidence/{sha256(FILE).hexdigest()}"
    files = verify.unpacked(WHOLE)
    swapped = {**dict(files), name: RECORD, "report.html": FILE}
    said = wrong(verify.packed([(key, swapped[key]) for key, _ in files]))
    assert f"{name}: it is not the file that the manifest lists" in said
    assert "report.html: it is not the file that the manifest lists" in said
    assert f"{name}: no entry here recorded a file of these bytes under this name" in said


def test_files_that_nobody_listed_or_that_are_gone_are_named() -> None:
    files = verify.unpacked(WHOLE)
    more = verify.packed(sorted([*files[:-2], ("more.txt", b"")]) + files[-2:])
    assert "more.txt: it is in the archive, and the manifest does not list it" in wrong(more)
    less = verify.packed([one for one in files if one[0] != "README.txt"])
    assert "README.txt: the manifest lists it, and it is not in the archive" in wrong(less)
    twice = verify.packed([files[0], *files])
    assert "its files are not each once in the order of their names" in wrong(twice)


def test_evidence_that_no_entry_recorded_is_named() -> None:
    strange = b"made up"
    name = f"evidence/{sha256(strange).hexdigest()}"
    said = wrong(SMALL.packed(**{name: strange}))
    assert f"{name}: no entry here recorded a file of these bytes under this name" in said


def test_evidence_that_is_not_there_is_told() -> None:
    small = Small()
    del small.files[f"evidence/{sha256(FILE).hexdigest()}"]
    found = check(small.packed(), vkey())
    assert found.exit_code() == 0
    assert any("recorded and not here" in line for line in found.unproven)


def test_a_signature_holds_for_its_record_and_no_other() -> None:
    other = canonical({"batch": "B-2", "passes": True})
    name = f"records/{sha256(other).hexdigest()}"
    moved = bundles.line({"entry": str(UUID(int=7)), "record": name})
    said = wrong(SMALL.packed(signatures__jsonl=moved, **{name: other}))
    assert (
        f"over batch B-1, entry 7 (people:signature:made, number 3 of journey:CHA1): INVALID: {name}" in said
    )
    moved = bundles.line({"entry": str(UUID(int=9)), "record": ""})
    said = wrong(SMALL.packed(signatures__jsonl=moved))
    assert f"signature {UUID(int=9)}: INVALID: no entry here is this signature" in said
    assert "INVALID: None is not the record" in said


def test_a_record_that_is_not_shown_is_told() -> None:
    small = Small()
    small.files["signatures.jsonl"] = bundles.line({"entry": str(UUID(int=7)), "record": ""})
    found = check(small.packed(), vkey())
    assert found.exit_code() == 0
    assert any("What 1 of the signatures were made over" in line for line in found.unproven)


def test_a_manifest_of_another_form_is_refused() -> None:
    files = dict(verify.unpacked(WHOLE))
    manifest = json.loads(files["manifest.json"])
    manifest["format"] = "veintrace-bundle/2"
    said = wrong(bundles.archive(SMALL.files, manifest=bundles.line(manifest), making=SMALL.making))
    assert "is not of the format veintrace-bundle/1" in said
    manifest["format"] = bundles.FORMAT
    spaced = json.dumps(manifest).encode() + b"\n"
    said = wrong(bundles.archive(SMALL.files, manifest=spaced, making=SMALL.making))
    assert "manifest.json: this cannot be read: it is not canonical JSON" in said


# -- checkpoints ------------------------------------------------------------------------------------------------------


def test_a_checkpoint_that_was_kept_is_compared() -> None:
    found = check(WHOLE, vkey(), kept=[SMALL.log.note(4)])
    assert (found.exit_code(), found.proved[-1]) == (0, "The log agrees with your checkpoint of 4 entries.")
    found = check(WHOLE, vkey(), kept=[SMALL.log.note(10)])
    assert (found.exit_code(), found.proved[-1]) == (0, "The log agrees with your checkpoint of 10 entries.")
    found = check(WHOLE, vkey(), kept=[SMALL.log.note(5)])
    assert found.exit_code() == 2
    assert "ask for a bundle with this checkpoint" in found.unchecked[0]
    rewritten = Log()
    for _ in range(4):
        rewritten.append("coi:scan:accepted", {}, NEIGHBOUR)
    found = check(WHOLE, vkey(), kept=[rewritten.note(4)])
    assert found.wrong == [("your checkpoint of 4 entries", "the bundle's log has another root there")]
    none = check(WHOLE, vkey(), kept=["no checkpoint\n"])
    assert (none.exit_code(), none.wrong) == (
        1,
        [
            (
                "the checkpoint that you kept",
                "this cannot be read: the checkpoint that you kept is not a signed checkpoint",
            )
        ],
    )


def test_a_history_that_was_rewritten_between_checkpoints_is_named() -> None:
    small, other = Small(), Log()
    for _ in range(4):
        other.append("coi:scan:accepted", {}, NEIGHBOUR)
    chain = [json.loads(line) for line in small.files["checkpoints.jsonl"].splitlines()]
    chain[1]["note"] = other.note(4)
    small.files["checkpoints.jsonl"] = bundles.lines(chain)
    said = wrong(small.packed(), vkey())
    assert "checkpoint of 4 entries: it is not proved to continue the checkpoint of 1 entries" in said
    assert "checkpoint of 9 entries: it is not proved to continue the checkpoint of 4 entries" in said


def test_another_log_cannot_lend_its_signature() -> None:
    forged = Small(Log(key=OTHER))
    forged.files["report.html"] = b"forged"
    assert (
        check(forged.packed()).exit_code() == 0
    )  # it agrees with itself, and says that this shows no origin
    assert "no key of hospital.example/ledger that counts here has signed it" in wrong(
        forged.packed(), vkey()
    )


def cosigned(note: str, *, name: str = "witness.example/w1") -> tuple[str, str]:
    """A checkpoint with a witness's signature (C2SP tlog-cosignature), and the key of the witness."""
    text, seconds = note.split("\n\n", maxsplit=1)[0] + "\n", int(AT.timestamp())
    key = b"\x04" + public_bytes(WITNESS.public_key())
    number = sha256(name.encode() + b"\n" + key).digest()[:4]
    signature = WITNESS.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
    line = b64encode(number + seconds.to_bytes(8, "big") + signature).decode()
    return f"{note}\N{EM DASH} {name} {line}\n", f"{name}+{number.hex()}+{b64encode(key).decode()}"


def test_witnesses_are_counted_by_their_keys() -> None:
    small = Small()
    chain = [json.loads(line) for line in small.files["checkpoints.jsonl"].splitlines()]
    chain[1]["note"], key = cosigned(chain[1]["note"])
    small.files["checkpoints.jsonl"] = bundles.lines(chain)
    found = check(small.packed(), vkey(), witnesses=[key])
    assert found.exit_code() == 0
    assert (
        "The log witness witness.example/w1 signed 1 of these checkpoints, the last of 4 entries."
        in found.proved
    )
    found = check(small.packed(), vkey())
    assert found.exit_code() == 0
    assert "Who the stranger witness.example/w1 is" in found.unproven[0]
    chain[1]["note"] = chain[1]["note"].replace("signed-at 2026", "signed-at 2027")
    small = Small()
    small.files["checkpoints.jsonl"] = bundles.lines(chain)
    assert "the signature of witness.example/w1 does not hold" in "\n".join(
        what for _, what in check(small.packed(), vkey(), witnesses=[key]).wrong
    )


def test_the_last_checkpoint_bears_no_signature_that_nobody_can_check() -> None:
    small = Small()
    making = json.loads(small.making)
    making["checkpoint"], _ = cosigned(making["checkpoint"])
    manifest = bundles.manifest(small.files)
    said = wrong(bundles.archive(small.files, manifest=manifest, making=bundles.line(making)), vkey())
    assert "made.json: it holds more than" in said


def test_the_proof_is_of_this_manifest_and_of_the_making_of_a_bundle() -> None:
    small = Small()
    manifest = bundles.digest(bundles.manifest(small.files))
    place = small.log.append("coi:scan:accepted", {"manifest": manifest}, ORDER, "audit")
    size = len(small.log.entries)
    proof = consistency_proof(small.size, small.log.leaves)
    making = bundles.making(made=small.log.proven(place, size), note=small.log.note(size), consistency=proof)
    data = bundles.archive(small.files, manifest=bundles.manifest(small.files), making=making)
    assert "manifest.json: its SHA-256 is not the one recorded" in wrong(data, vkey())


@pytest.mark.parametrize("key", ["", "a+b", "hospital.example/ledger+00000000+AQ==", vkey()[:-4] + "AAA="])
def test_a_key_that_is_none_is_said(key: str) -> None:
    assert "the keys: this cannot be read" in wrong(WHOLE, key)


def test_the_note_of_the_product_and_of_the_verifier_are_one_format() -> None:
    stated = notes.verify(SMALL.log.note(9), origin=ORIGIN, key=KEY.public_key())
    size, root, signers = check(WHOLE, vkey()).note(SMALL.log.note(9), "it")
    assert (size, root, signers) == (stated.size, stated.root, [f"log {ORIGIN}"])


# -- the script -------------------------------------------------------------------------------------------------------


def test_the_script_runs_alone(tmp_path: Path) -> None:
    (tmp_path / "bundle.zip").write_bytes(WHOLE)
    (tmp_path / "key.vkey").write_text(vkey() + "\n")
    (tmp_path / "kept.note").write_text(SMALL.log.note(5))
    done = run_script("bundle.zip", "--key", "key.vkey", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("EVERYTHING HOLDS\n\nProved\n  - The archive of ")
    assert "Not proved, and not to be proved by a bundle" in done.stdout
    done = run_script("bundle.zip", "--key", vkey(), "--checkpoint", "kept.note", "--json", folder=tmp_path)
    told = json.loads(done.stdout)
    assert (done.returncode, told["exit_code"], len(told["unchecked"])) == (2, 2, 1)
    (tmp_path / "bundle.zip").write_bytes(WHOLE[:-1])
    done = run_script("bundle.zip", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("SOMETHING IS WRONG\n\nWRONG\n  - the archive: from byte ")
    done = run_script("nothing.zip", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nothing.zip" in done.stderr


def test_the_script_is_one_short_file_for_python_3_9() -> None:
    source = bundles.verifier().decode()
    tree = ast.parse(source, feature_version=(3, 9))
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    outside = {name.partition(".")[0] for name in names} - sys.stdlib_module_names
    assert outside == {"cryptography"}
    assert len(source.splitlines()) <= 462  # an auditor reads it in one sitting
