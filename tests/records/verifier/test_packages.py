"""Packages: what is written verifies, and whatever is changed is found and named."""

import ast
import io
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command

from foundation.core.canonical import canonical_json, content_hash
from foundation.core.errors import NotValid
from foundation.records import keys
from foundation.records.leaves import leaf_hash, merkle_path, merkle_root
from foundation.records.verifier import package, verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
FINGERPRINT = keys.fingerprint(keys.public_bytes(KEY))
MOMENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SIGNED = {"schema": "dhr-release/1", "record": "DHR-000001", "units": ["BL-0001"]}
SIGNED_FILE = f"signed/{content_hash(SIGNED)}.json"
PROOF = "proof/ledger.json"
ROWS = [f"{number}\tshopfloor.step.recorded\tdone\tLi Na\treason {number}" for number in range(1, 6)]
COLUMNS = ["id", "verb", "outcome", "actor_name", "reason"]


def seal(number=1, rows=ROWS, key=KEY, previous="0" * 64):
    root = merkle_root([leaf_hash(row.encode()) for row in rows]).hex()
    public = keys.public_bytes(key)
    content = {
        "schema": "seal/1",
        "number": number,
        "tables": {"records_ledgerentry": {"format": 7, "count": len(rows), "root": root}},
        "previous": previous,
        "key": keys.fingerprint(public),
    }
    raw = canonical_json(content)
    return {"content": content, "hash": verify.sha256(raw), "signature": key.sign(raw).hex(), "key": public.hex()}


def proof(rows=ROWS, seals=None):
    hashes = [leaf_hash(row.encode()) for row in rows]
    entries = [
        {
            "table": "records_ledgerentry",
            "row": index + 1,
            "columns": COLUMNS,
            "line": row,
            "index": index,
            "path": merkle_path(hashes, index),
            "seal": 1,
        }
        for index, row in enumerate(rows)
    ]
    return {"schema": "ledger-proof/1", "seals": seals or [seal(rows=rows)], "entries": entries, "unsealed": []}


def dhr(**changes):
    told = {"ledger_entry": 2, "verb": "shopfloor.step.recorded", "outcome": "done", "actor": "Li Na"}
    signature = {"printed_name": "Wang Fang", "meaning": "released", "content_hash": content_hash(SIGNED)}
    return {"schema": "dhr/1", "signatures": [signature], "audit_trail": [told], **changes}


def files(changes=()):
    found = {
        "dhr.json": canonical_json(dhr()),
        SIGNED_FILE: canonical_json(SIGNED),
        PROOF: canonical_json(proof()),
        "attachments/blower.csv": b"t,p2\n0.05,1.78\n",
        **dict(changes),
    }
    return {name: content for name, content in found.items() if content is not None}


def write(path, contents=None, key=KEY, **options):
    options = {"include_verifier": False, "title": "DHR-000001", "created_at": MOMENT, **options}
    package.write_package(path, contents or files(), signing_key=key, **options)
    return path


def problems(report):
    return [(kind, file) for kind, file, _values in report.problems]


@pytest.fixture
def archive(tmp_path):
    return write(tmp_path / "package.zip")


@pytest.mark.requirement("BEY-01")
def test_a_written_package_is_intact_and_its_signer_is_confirmed_by_the_fingerprint(archive):
    report = verify.verify_path(str(archive), [FINGERPRINT.upper()])
    assert (report.verdict, report.exit_code, report.problems) == ("confirmed", 0, [])
    assert (report.files, report.signed_contents, report.sealed_entries, report.seals) == (5, 1, 5, 1)
    assert (report.title, report.created_at, report.fingerprint) == ("DHR-000001", "2026-03-01T12:00:00Z", FINGERPRINT)


def test_without_a_fingerprint_the_signer_is_unconfirmed(archive):
    report = verify.verify_path(str(archive))
    assert (report.verdict, report.exit_code) == ("unconfirmed", 3)


def test_another_key_is_not_the_signer_that_was_named(archive):
    report = verify.verify_path(str(archive), ["ab" * 32])
    assert (report.verdict, report.exit_code) == ("other-signer", 4)
    assert problems(report) == [("wrong-key", "manifest.sig")]


def test_damage_is_said_whoever_signed(tmp_path, archive):
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "flipped.zip").write_bytes(data)
    report = verify.verify_path(str(tmp_path / "flipped.zip"), ["ab" * 32])
    assert (report.verdict, report.exit_code) == ("damaged", 1)


def test_a_package_forged_with_another_key_is_only_intact_without_the_fingerprint(tmp_path):
    forged = write(tmp_path / "forged.zip", files({PROOF: None}), key=OTHER)
    assert verify.verify_path(str(forged)).verdict == "unconfirmed"
    assert problems(verify.verify_path(str(forged), [FINGERPRINT])) == [("wrong-key", "manifest.sig")]


def test_seals_of_another_key_are_named(tmp_path):
    path = write(tmp_path / "p.zip", files({PROOF: canonical_json(proof(seals=[seal(key=OTHER)]))}))
    assert problems(verify.verify_path(str(path), [FINGERPRINT])) == [("wrong-key", PROOF)]


@pytest.mark.requirement("BEY-01")
def test_any_single_changed_byte_is_found_and_named_where_it_lies(tmp_path):
    path = write(tmp_path / "p.zip", {"dhr.json": b'{"schema":"dhr/1"}', "attachments/\u6d4b\u8bd5.csv": b"t,p2\n"})
    data = path.read_bytes()
    owners = _owners(data)
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << (place % 8)
        report = verify.verify_archive(bytes(changed), [FINGERPRINT])
        assert report.exit_code == 1, f"byte {place}"
        named = {file for _kind, file in problems(report)}
        assert owners[place] in named, f"byte {place} lies in {owners[place]!r}, named are {named}"


def _owners(data):
    """For each byte the file it belongs to, "" for the end record, by Python's own reader of ZIP files."""
    owners = [""] * len(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        position = archive.start_dir
        for entry in archive.infolist():
            length = len(entry.filename.encode())
            end = entry.header_offset + 30 + length + entry.file_size
            owners[entry.header_offset : end] = [entry.filename] * (end - entry.header_offset)
            owners[position : position + 46 + length] = [entry.filename] * (46 + length)
            position += 46 + length
    return owners


def test_the_archive_is_read_by_other_programs(archive):
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        assert opened.read("attachments/blower.csv") == b"t,p2\n0.05,1.78\n"
        assert opened.namelist()[:2] == ["manifest.json", "manifest.sig"]


def test_the_same_contents_give_the_same_bytes(tmp_path):
    first, second = write(tmp_path / "a.zip"), write(tmp_path / "b.zip")
    assert first.read_bytes() == second.read_bytes()


def test_missing_extra_duplicate_and_hidden_files_are_named(archive):
    data = archive.read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        entries = [(name, opened.read(name)) for name in opened.namelist()]
    without = [entry for entry in entries if entry[0] != "dhr.json"]
    assert ("missing", "dhr.json") in problems(verify.verify_archive(verify.pack(without)))
    assert ("extra", "note.txt") in problems(verify.verify_archive(verify.pack([*entries, ("note.txt", b"x")])))
    twice = verify.pack([*entries, ("dhr.json", b"{}")])
    assert ("duplicate", "dhr.json") in problems(verify.verify_archive(twice))
    assert ("between", "hidden.txt") in problems(verify.verify_archive(_with_hidden_entry(data)))


def _with_hidden_entry(data):
    """An entry in front of the directory that the directory does not list."""
    end = data.rindex(b"PK\5\6")
    directory = int.from_bytes(data[end + 16 : end + 20], "little")
    extra = verify.pack([("hidden.txt", b"secret")])
    entry = extra[: extra.index(b"PK\1\2")]
    moved = (directory + len(entry)).to_bytes(4, "little")
    return data[:directory] + entry + data[directory : end + 16] + moved + data[end + 20 :]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda data: b"prefix" + data, "before"),
        (lambda data: data + b"suffix", "after"),
        (lambda data: data[:-22], "no-end"),
        (lambda data: data[: len(data) // 2], "no-end"),
    ],
)
def test_what_stands_around_the_archive_and_what_is_cut_off_is_named(archive, change, kind):
    report = verify.verify_archive(change(archive.read_bytes()))
    assert report.exit_code == 1
    assert kind in [found for found, _file in problems(report)]


def test_an_archive_packed_again_is_not_the_one_that_was_issued(archive, tmp_path):
    again = tmp_path / "again.zip"
    with zipfile.ZipFile(archive) as opened, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as written:
        for name in opened.namelist():
            written.writestr(name, opened.read(name))
    assert problems(verify.verify_path(str(again), [FINGERPRINT])) == [("repacked", "")]


def test_a_bomb_is_not_unpacked(tmp_path):
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("manifest.json", b"0" * 50_000_000)
    lying = bytearray(bomb.read_bytes())
    for place in (22, lying.rindex(b"PK\1\2") + 24):
        lying[place : place + 4] = (10).to_bytes(4, "little")
    assert ("unpack", "manifest.json") in problems(verify.verify_archive(bytes(lying)))


def test_an_unpacked_folder_is_verified_too(archive, tmp_path):
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    assert verify.verify_path(str(folder), [FINGERPRINT]).verdict == "confirmed"
    (folder / "dhr.json").write_bytes(b"{}")
    (folder / "more.txt").write_bytes(b"")
    assert problems(verify.verify_path(str(folder), [FINGERPRINT])) == [("damaged", "dhr.json"), ("extra", "more.txt")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({SIGNED_FILE: b"{}"}, ("signed-content", SIGNED_FILE)),
        ({"dhr.json": b"{"}, ("not-json", "dhr.json")),
        ({"dhr.json": b'{"a":1,"a":2}'}, ("not-json", "dhr.json")),
        ({PROOF: b'{"entries":[{}]}'}, ("not-json", PROOF)),
    ],
)
def test_contents_that_do_not_hold_together_are_named_even_when_they_are_signed(tmp_path, changes, expected):
    path = write(tmp_path / "p.zip", files(changes))
    assert problems(verify.verify_path(str(path), [FINGERPRINT])) == [expected]


def test_a_signature_without_its_content_is_noted(tmp_path):
    path = write(tmp_path / "p.zip", files({SIGNED_FILE: None}))
    report = verify.verify_path(str(path))
    assert (report.verdict, report.signed_contents) == ("unconfirmed", 0)
    assert report.notes == ["the signed content is not in this package: Wang Fang released"]


def _changed_proof(change):
    content = proof()
    change(content)
    return canonical_json(content)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda p: p["entries"][1].update(line=ROWS[1].replace("Li Na", "Li Bo")), "proof"),
        (lambda p: p["entries"][1].update(index=2), "proof"),
        (lambda p: p["entries"][1]["path"].pop(), "proof"),
        (lambda p: p["entries"][4].update(path=p["entries"][3]["path"]), "proof"),
        (lambda p: p["entries"][0].update(seal=9), "proof"),
        (lambda p: p["seals"][0]["content"].update(number=2), "seal"),
        (lambda p: p["seals"][0].update(signature="00" * 64), "seal"),
        (lambda p: p["seals"].append(seal(number=2, previous="11" * 32)), "seal"),
    ],
)
def test_a_ledger_proof_that_does_not_hold_is_named(tmp_path, change, kind):
    path = write(tmp_path / "p.zip", files({PROOF: _changed_proof(change)}))
    report = verify.verify_path(str(path), [FINGERPRINT])
    assert kind in [found for found, file in problems(report) if file == PROOF]


def test_an_audit_trail_that_tells_it_differently_from_the_ledger_is_named(tmp_path):
    told = {"ledger_entry": 2, "verb": "shopfloor.step.recorded", "outcome": "done", "actor": "Li Bo"}
    path = write(tmp_path / "p.zip", files({"dhr.json": canonical_json(dhr(audit_trail=[told]))}))
    assert problems(verify.verify_path(str(path))) == [("trail", PROOF)]


def test_an_audit_trail_entry_without_a_proof_is_counted(tmp_path):
    path = write(tmp_path / "p.zip", files({"dhr.json": canonical_json(dhr(audit_trail=[{"ledger_entry": 99}]))}))
    assert verify.verify_path(str(path)).unproven == 1


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 13])
def test_paths_lead_to_the_root_for_every_place_and_size(count):
    hashes = [leaf_hash(str(number).encode()) for number in range(count)]
    root = merkle_root(hashes).hex()
    for index in range(count):
        assert verify.root_of(hashes[index], index, count, merkle_path(hashes, index)) == root
        assert verify.root_of(hashes[index], index + 1, count, merkle_path(hashes, index)) != root


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a//b", "manifest.json", "README.txt", "a\\b", "c:d"])
def test_names_that_point_outside_or_are_taken_are_refused(tmp_path, name):
    with pytest.raises(NotValid):
        write(tmp_path / "p.zip", {name: b""})
    assert list(tmp_path.iterdir()) == []


def test_the_verifier_in_the_package_runs_alone_and_accepts_its_package(tmp_path):
    path = write(tmp_path / "p.zip", include_verifier=True)
    with zipfile.ZipFile(path) as opened:
        (tmp_path / "alone").mkdir()
        opened.extract("verify.py", tmp_path / "alone")
    command = [sys.executable, "-I", "-S", str(tmp_path / "alone" / "verify.py"), str(path), "--key", FINGERPRINT]
    done = subprocess.run(command, capture_output=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "INTACT, signer confirmed" in done.stdout.decode()
    assert "完整,签名者已确认" in done.stdout.decode()
    path.write_bytes(path.read_bytes().replace(b"0.05,1.78", b"0.05,1.79"))
    done = subprocess.run([*command, "--json"], capture_output=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert [found["file"] for found in json.loads(done.stdout)["problems"]] == ["attachments/blower.csv"]


def test_the_verifier_is_one_file_of_the_standard_library_that_python_3_8_can_read():
    source = Path(verify.__file__).read_text()
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names
    assert ".removeprefix(" not in source
    assert ".removesuffix(" not in source


def test_what_is_not_a_package_is_said_to_be_unreadable(tmp_path, capsys):
    (tmp_path / "x.zip").write_bytes(b"hello")
    assert verify.main([str(tmp_path / "x.zip")]) == 2
    assert verify.main([str(tmp_path / "absent.zip")]) == 2
    assert "not a ZIP archive" in capsys.readouterr().err


def test_the_command_uses_the_same_code(archive, capsys):
    call_command("verify_package", str(archive), "--key", FINGERPRINT)
    assert "INTACT, signer confirmed" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        call_command("verify_package", str(archive))
    assert ended.value.code == 3
    archive.write_bytes(archive.read_bytes()[:-1])
    with pytest.raises(CommandError):
        call_command("verify_package", str(archive), "--json")
