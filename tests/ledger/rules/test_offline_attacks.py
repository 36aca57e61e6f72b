"""The verifier against whoever runs the log, or made up a bundle: it is neither fooled nor silenced nor worn out."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.rules import bundles, canonical, notes
from ledger.rules.bundles import Selects, Stream
from ledger.rules.canonical import instant
from ledger.rules.merkle import leaf_hash, root_of
from ledger.rules.offline import verify
from tests.ledger.rules.bundle_given import (
    AT,
    KEY,
    NEIGHBOUR,
    ORDER,
    ORIGIN,
    OTHER,
    SMALL,
    WHOLE,
    WITNESS,
    Log,
    Small,
    check,
    run_script,
    vkey,
    witness_key,
    wrong,
)


def with_manifest(files: Mapping[str, bytes], manifest: bytes, making: bytes = SMALL.making) -> bytes:
    """The archive of these files, whatever their names are."""
    last = [("manifest.json", manifest), ("made.json", making)]
    return verify.packed([*sorted(files.items()), *last])


# -- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("URS-OPEN-01")
def test_the_bundle_cannot_bring_a_key_of_the_log_along_as_that_of_a_witness() -> None:
    forged = Small(Log(takeover=(0, OTHER)))
    statements = forged.log.statements(is_emergency=True)
    keys = {"log": [vkey(KEY)], "statements": statements, "witnesses": [vkey(OTHER)]}
    forged.files["keys.json"] = bundles.line(keys)
    assert "the keys: this cannot be read" in wrong(forged.packed(), vkey(KEY))


def test_a_key_of_another_kind_is_refused_at_both_options() -> None:
    for found in (check(WHOLE, witness_key(WITNESS)), check(WHOLE, vkey(), witnesses=[vkey(OTHER)])):
        assert "is not the verifier key of a" in dict(found.wrong)["the keys"]


def test_a_key_of_another_log_cannot_hand_over() -> None:
    small = Small(Log(takeover=(0, OTHER)))
    stranger = vkey(WITNESS, "elsewhere.example/ledger")
    statements = small.log.statements(is_emergency=True, old=stranger)
    small.files["keys.json"] = bundles.line(
        {"log": [stranger, vkey(OTHER)], "statements": statements, "witnesses": []}
    )
    assert "the statement of key 2 does not state that a key of a log takes over" in wrong(small.packed())


@pytest.mark.parametrize("size", ["+0", "0_0", " 0", "-0", "٠"])
def test_a_statement_is_read_as_strictly_as_it_is_written(size: str) -> None:
    small = Small(Log(takeover=(0, OTHER)))
    (statement,) = small.log.statements(after=size)
    small.files["keys.json"] = small.keys([statement])
    assert "does not state that a key of a log takes over" in wrong(small.packed())


def test_a_witness_that_signed_none_of_it_leaves_the_question_open() -> None:
    found = check(WHOLE, vkey(), witnesses=[witness_key(WITNESS)])
    assert found.exit_code() == 2
    assert found.unchecked == ["The witness witness.example/w1 signed no checkpoint that is here."]


def test_a_file_of_keys_that_holds_none_is_not_taken_for_no_question(tmp_path: Path) -> None:
    (tmp_path / "bundle.zip").write_bytes(WHOLE)
    (tmp_path / "empty.vkey").write_text("\n")
    for option in ("--key", "--witness"):
        done = run_script("bundle.zip", option, "empty.vkey", folder=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert "holds no key" in done.stderr


@pytest.mark.parametrize("name", ["elsewhere.example/ledger", ORIGIN])
def test_a_checkpoint_of_another_log_is_none_of_this_one(name: str) -> None:
    """Also where our own key signed it, under its own name."""
    root = root_of(SMALL.log.leaves[:4])
    text = notes.CheckpointBody("elsewhere.example/ledger", 4, root, instant(AT)).text()
    elsewhere = f"{text}\n{notes.signature_line(text, name=name, key=KEY)}"
    small = Small()
    chain = [json.loads(line) for line in small.files["checkpoints.jsonl"].splitlines()]
    chain[1]["note"] = elsewhere
    small.files["checkpoints.jsonl"] = bundles.lines(chain)
    said = "no key of elsewhere.example/ledger that counts here has signed it"
    assert f"checkpoint 2 of checkpoints.jsonl: {said}" in wrong(small.packed(), vkey())
    kept = check(WHOLE, vkey(), kept=[elsewhere])
    assert kept.wrong == [("the checkpoint that you kept", said)]


def test_a_chain_that_goes_back_or_is_empty_proves_nothing() -> None:
    small = Small()
    chain = [one.as_plain() for one in small.log.chain([1, 4, small.size])]
    small.files["checkpoints.jsonl"] = bundles.lines([chain[1], chain[0], chain[2]])
    assert "no proof leads from a larger tree to a smaller" in wrong(small.packed(), vkey())
    small = Small()
    small.files["checkpoints.jsonl"] = b""
    found = check(small.packed(), vkey())
    assert found.exit_code() == 1
    assert not any("checkpoint" in line or "log of" in line for line in found.proved)


# -- what a bundle says of itself -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../escape.txt", "/etc/passwd", "a/../../b", "C:\\x", "a//b", "", "x\x1b[2J", "é"]
)
def test_a_name_that_would_leave_the_folder_or_cannot_be_read_is_refused(name: str) -> None:
    files = {**SMALL.files, name: b""}
    said = wrong(with_manifest(files, bundles.manifest(files)))
    assert "the archive: " in said
    assert "is no name of a file in a bundle" in said


@pytest.mark.parametrize("gone", [*sorted(SMALL.files), "manifest.json", "made.json"])
def test_a_file_that_is_gone_is_named_and_ends_nothing(gone: str) -> None:
    files = [(name, data) for name, data in verify.unpacked(WHOLE) if name != gone]
    found = check(verify.packed(files), vkey())
    assert found.exit_code() == 1
    assert any(gone in f"{where}: {what}" for where, what in found.wrong)


def test_a_file_that_is_listed_twice_is_named() -> None:
    manifest = json.loads(bundles.manifest(SMALL.files))
    manifest["files"].insert(0, {**manifest["files"][0], "sha256": "00" * 32})
    said = wrong(with_manifest(SMALL.files, bundles.line(manifest)))
    assert "manifest.json: it lists a file twice" in said


def about(*streams: Stream) -> bytes:
    selects = Selects((("order", "CHA1"),), streams)
    return bundles.line({"format": bundles.FORMAT, "selects": selects.as_plain()})


def test_a_stream_of_which_much_is_claimed_does_not_wear_it_out() -> None:
    said = wrong(SMALL.packed(about__json=about(Stream("journey:CHA1", 1, 10**15))))
    assert "claimed whole from 1 to 1000000000000000; not there, or not once: [5]" in said


def test_a_stream_of_which_nothing_is_claimed_is_no_claim() -> None:
    said = wrong(SMALL.packed(about__json=about(Stream("journey:CHA1", 1, 4), Stream("audit", 3, 2))))
    assert "stream audit: claimed whole from 3 to 2; not there" in said


@pytest.mark.requirement("URS-OPEN-01")
def test_a_stream_that_forked_is_named() -> None:
    log = Log()
    log.append("coi:order:enrolled", {}, ORDER)
    log.seqs.clear()
    small = Small(log)
    lines = [small.line(place) for place in (0, *small.own)]
    small.files["entries.jsonl"] = bundles.lines(lines)
    assert "claimed whole from 1 to 4; not there, or not once: [1]" in wrong(small.packed(), vkey())


def test_a_body_in_which_a_name_stands_twice_is_not_read() -> None:
    small = Small()
    header, _ = small.log.entries[0]
    body = b'{"changes":[],"facts":{"size":1},"facts":{"size":2}}'
    old = json.loads(header)
    log = Log()
    log.entries = [(canonical({**old, "body": sha256(body).hexdigest()}), body)]
    log.seqs["journey:CHA1"] = 0
    forged = Small(log)
    forged.files["entries.jsonl"] = bundles.lines(forged.line(place) for place in (0, *forged.own))
    assert "entry 1 (coi:order:enrolled, number 1 of journey:CHA1): it is not written canonically" in wrong(
        forged.packed(), vkey()
    )


@pytest.mark.parametrize("leaf", [9.0, "9", True])
def test_the_place_of_a_leaf_is_a_number_and_nothing_else(leaf: object) -> None:
    making = json.loads(SMALL.making)
    assert making["entry"]["leaf"] == 9
    making["entry"]["leaf"] = leaf
    data = (verify.canonical(making) + "\n").encode()
    assert "it is not proved to be in the tree of 10 entries" in wrong(
        with_manifest(SMALL.files, bundles.manifest(SMALL.files), data)
    )


@pytest.mark.parametrize(
    "text", ['{"a":NaN}\n', '{"a":1,"a":1}\n', '{"a":1e5}\n', '{"a":' + "9" * 5000 + "}\n"]
)
def test_json_that_says_one_thing_in_several_ways_is_refused(text: str) -> None:
    making = text.encode()
    assert "made.json: this cannot be read" in wrong(
        with_manifest(SMALL.files, bundles.manifest(SMALL.files), making)
    )


def test_no_proof_at_all_proves_nothing_but_a_tree_of_one() -> None:
    one = leaf_hash(b"x")
    assert verify.root_by(one, 0, 1, []) == one
    for index, size, proof in ((0, 1, [one]), (0, 2, []), (1, 1, []), (-1, 1, []), (0, 0, []), (2, 2, [one])):
        with pytest.raises(ValueError, match=r"."):
            verify.root_by(one, index, size, proof)
    for old, new in ((0, 1), (2, 1), (1, 2)):
        with pytest.raises(ValueError, match=r"."):
            verify.roots_by(old, new, [], one)


# -- what it prints ---------------------------------------------------------------------------------------------------


def test_what_a_bundle_says_cannot_write_over_what_the_verifier_says(tmp_path: Path) -> None:
    small = Small()
    small.log.append("coi:scan:accepted", {}, NEIGHBOUR)
    small.files["about.json"] = about(Stream("x\x1b[2J\r\nEVERYTHING HOLDS\x9b\u202e", 1, 1))
    found = check(small.packed())
    assert found.exit_code() == 1
    text = verify.report(found)
    assert not set(text) & set("\x1b\r\x9b\u202e")
    assert "stream x\\x1b[2J\\r\\nEVERYTHING HOLDS\\x9b\\u202e" in text
    (tmp_path / "bundle.zip").write_bytes(small.packed())
    done = run_script("bundle.zip", "--json", folder=tmp_path)
    assert done.stdout.isascii()
    assert done.returncode == 1


def test_it_speaks_on_a_terminal_that_knows_few_letters(tmp_path: Path) -> None:
    small = Small()
    small.files["about.json"] = about(Stream("journey:ČHA1", 1, 1))
    (tmp_path / "bundle.zip").write_bytes(small.packed())
    done = run_script("bundle.zip", folder=tmp_path, encoding="cp1252")
    assert (done.returncode, done.stderr) == (1, "")
    assert "stream journey:\\u010cHA1" in done.stdout
