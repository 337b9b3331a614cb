#!/usr/bin/env python3
"""Verify a package of production records on a computer that has never seen the product.

    python3 verify.py PACKAGE.zip [--key FINGERPRINT] [--seals EXPORT] [--json]    (a folder of unpacked files works too)
    python3 verify.py --seals EXPORT [--key FINGERPRINT]                           (exported seals alone)

Python 3.8 or newer, standard library only, one file. It checks: the ZIP archive byte by byte; every file against the
manifest (SHA-256, size); the manifest's Ed25519 signature (RFC 8032); signed contents against the hashes in dhr.json;
ledger entries against signed seals (Merkle paths as in RFC 6962); in the archive of a period every row against the
seals, recomputed; seals against the exported ones (a file of JSON
lines, or the folder of them): one chain without a gap up to the newest, so that nothing was taken back afterwards.

Trust comes from a key fingerprint that you got elsewhere (--key), and from a copy of this file that you got elsewhere.
Exit codes: 0 intact and signed by a key you named; 3 intact, signer unconfirmed (no --key was given); 4 intact, but not
signed by the key you named; 1 damaged; 2 the package cannot be read.

A note for maintainers: this file is on purpose longer than others and imports nothing of the product. It ships alone.
"""

from __future__ import annotations

import argparse
import collections
import functools
import hashlib
import json
import os
import re
import struct
import sys
import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:  # names for annotations only: never run, so they ask no more than Python 3.8
    from collections.abc import Iterable, Iterator
    from typing import Any

    Point = tuple[int, int, int, int]
    Contents = dict[str, bytes | None]
    Rows = dict[tuple[str, int], dict[str, str | None]]

SCHEMA = "arteria-package/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
DHR, LEDGER = "dhr.json", "proof/ledger.json"
ARCHIVE, SEALS, FORMATS = "archive.json", "proof/seals.jsonl", "proof/formats.json"
EXIT_CONFIRMED, EXIT_DAMAGED, EXIT_UNREADABLE, EXIT_UNCONFIRMED, EXIT_OTHER_SIGNER = 0, 1, 2, 3, 4
MAX_SIZE = 2**31 - 1

TEXTS = {
    "damaged": ("contents differ from the manifest", "内容与清单不符"),
    "missing": ("listed in the manifest, but missing", "清单中有,但缺失"),
    "extra": ("not listed in the manifest", "不在清单中"),
    "duplicate": ("stands more than once in the archive", "在压缩包中出现多次"),
    "unsafe": ("its name points outside the package", "文件名指向包外"),
    "manifest": ("the manifest cannot be read: {why}", "清单无法读取:{why}"),
    "signature": ("does not bear its signer's signature", "与签名者的签名不符"),
    "header": ("its header in the ZIP archive was changed, at byte {at}", "压缩包中该文件的头部被改动,位于字节 {at}"),
    "directory": (
        "its record in the ZIP directory was changed, at byte {at}",
        "压缩目录中该文件的记录被改动,位于字节 {at}",
    ),
    "end": ("the end record of the ZIP directory was changed, at byte {at}", "压缩目录的结束记录被改动,位于字节 {at}"),
    "no-end": ("the ZIP directory is missing or cut off", "压缩目录缺失或被截断"),
    "before": ("{count} bytes stand before the archive", "压缩包之前有 {count} 个字节"),
    "after": ("{count} bytes stand after the archive", "压缩包之后有 {count} 个字节"),
    "between": (
        "{count} bytes that belong to no listed file, at byte {at}",
        "{count} 个字节不属于任何文件,位于字节 {at}",
    ),
    "repacked": ("the ZIP archive is not the one that was issued (packed again?)", "压缩包不是原件(重新打包?)"),
    "header-differs": ("its header differs from the ZIP directory", "文件头部与压缩目录不一致"),
    "crc": ("its checksum in the ZIP archive is wrong", "压缩包中的校验和错误"),
    "unpack": ("cannot be unpacked", "无法解压"),
    "signed-content": ("is not the content that was signed under this hash", "不是以此哈希签署的内容"),
    "not-json": ("is not valid JSON: {why}", "不是有效的 JSON:{why}"),
    "seal": ("seal {number}: {why}", "封印 {number}:{why}"),
    "proof": ("{row}: not included in seal {number}", "{row}:未包含在封印 {number} 中"),
    "trail": ("{row}: dhr.json tells it differently from the sealed ledger", "{row}:dhr.json 与已封印的台账不一致"),
    "no-seal": ("seal {number} is not among the exported seals", "导出的封印中没有封印 {number}"),
    "other-seal": (
        "seal {number} is not the one that was exported: the records were rewritten",
        "封印 {number} 与导出的不同:记录被改写",
    ),
    "gap": ("seals {start} to {end} are missing", "缺少封印 {start} 至 {end}"),
    "export-line": ("line {line} cannot be read: {why}", "第 {line} 行无法读取:{why}"),
    "statement": ("line {line}: the statement about a key does not hold", "第 {line} 行:密钥声明不成立"),
    "lost-key": ("seal {number} bears a key that was lost before", "封印 {number} 使用了此前已声明丢失的密钥"),
    "not-here": (
        "the rows of {table} under seal {number} are not in the archive",
        "归档中没有封印 {number} 下 {table} 的行",
    ),
    "rows": ("these are not the rows that seal {number} covers", "不是封印 {number} 所覆盖的行"),
    "more-rows": ("{count} rows that no seal of the archive covers", "有 {count} 行不受归档中任何封印覆盖"),
    "format": ("the columns of {table} are not those that seal {number} names", "{table} 的列与封印 {number} 所述不符"),
    "other-range": (
        "it says seals {start} to {end}, which are not those in it",
        "称含封印 {start} 至 {end},与实际不符",
    ),
    "wrong-key": ("signed by {found}, which is not a key you named", "由 {found} 签署,不是您指定的密钥"),
}
VERDICTS = {
    "confirmed": ("INTACT, signer confirmed", "完整,签名者已确认"),
    "unconfirmed": (
        "INTACT, signer unconfirmed: compare the key's fingerprint with one you got elsewhere, or give it with --key",
        "完整,签名者未确认:请用其他途径获得的指纹核对,或用 --key 指定",
    ),
    "other-signer": (
        "INTACT, but NOT signed by the key you named",
        "完整,但并非由您指定的密钥签署",
    ),
    "damaged": ("DAMAGED: this is not what was signed", "已损坏:与签署的内容不符"),
}


MEANINGS = {
    "confirmed": (
        "Nothing was changed, added or taken away since this was issued, and it was issued by the holder of the key you named.",
        "自签发以来没有任何内容被改动、增加或删除,且由您指定的密钥持有者签发。",
    ),
    "unconfirmed": (
        "Nothing was changed since this was issued. By whom it was issued is not known until the key is compared.",
        "自签发以来没有任何内容被改动。在核对密钥之前,无法确认由谁签发。",
    ),
    "other-signer": (
        "Nothing was changed since this was issued, but by the holder of another key. Compare the fingerprint you typed with the"
        " one you got from the company. If they are the same, do not rely on this: somebody else made it.",
        "自签发以来没有任何内容被改动,但由另一密钥的持有者签发。请核对您输入的指纹与从公司获得的是否一致。若一致,请勿依赖此文件:它由他人制作。",
    ),
    "damaged": (
        "Do not rely on it. The problems above say which part differs; ask the company for the original.",
        "请勿依赖此文件。上述问题指出了不符之处;请向公司索取原件。",
    ),
}


class UnreadableError(Exception):
    """There is nothing that could be verified."""


class Report:
    """What was found. ``problems`` are (kind, file, values); none of them means intact."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self.trusted = {"".join(c for c in key.lower() if c in "0123456789abcdef") for key in trusted}
        self.problems: list[tuple[str, str, dict[str, object]]] = []
        self.title = self.created_at = self.fingerprint = ""
        self.files = self.signed_contents = self.sealed_entries = self.seals = self.unproven = self.sealed_rows = 0
        self.notes: list[str] = []
        self.keys: set[str] = set()
        self.links: set[tuple[str, str]] = set()  # who trusts the one trusts the other
        self.lost: dict[str, int] = {}  # key → the last seal that is vouched for
        self.package_seals: dict[int, str] = {}
        self.exported_seals = self.exported_signatures = self.newest_seal = 0
        self.newest_made_at = self.newest_hash = ""

    def add(self, kind: str, file: str = "", **values: object) -> None:
        if (kind, file, values) not in self.problems:
            self.problems.append((kind, file, values))

    def named(self, file: str) -> bool:
        return any(found == file for _kind, found, _values in self.problems)

    def conclude(self) -> Report:
        if self.trusted:
            reached = set(self.trusted)
            for _link in self.links:
                reached |= {other for one, other in self.links if one in reached}
            for key in sorted(self.keys - reached):
                self.add("wrong-key", SIGNATURE if key == self.fingerprint else LEDGER, found=key)
        return self

    @property
    def verdict(self) -> str:
        if any(kind != "wrong-key" for kind, _file, _values in self.problems):
            return "damaged"
        if self.problems:
            return "other-signer"
        return "confirmed" if self.trusted else "unconfirmed"

    @property
    def exit_code(self) -> int:
        codes = {"confirmed": EXIT_CONFIRMED, "unconfirmed": EXIT_UNCONFIRMED, "other-signer": EXIT_OTHER_SIGNER}
        return codes.get(self.verdict, EXIT_DAMAGED)

    def as_json(self) -> dict[str, Any]:
        problems = [
            {"kind": kind, "file": file, "en": TEXTS[kind][0].format(**values), "zh": TEXTS[kind][1].format(**values)}
            for kind, file, values in self.problems
        ]
        facts = (
            "title",
            "created_at",
            "fingerprint",
            "files",
            "signed_contents",
            "sealed_entries",
            "seals",
            "sealed_rows",
            "unproven",
            "exported_seals",
            "newest_seal",
            "newest_hash",
            "newest_made_at",
        )
        found = {name: getattr(self, name) for name in facts}
        return dict(found, notes=self.notes, verdict=self.verdict, problems=problems)


# Ed25519 (RFC 8032, section 5.1), verification only. Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def _add(p: Point, q: Point) -> Point:
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _decode_point(data: bytes) -> Point | None:
    """A point from its 32 bytes (5.1.3); None when there is none, or when it is written in a second way."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_M1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE_BYTES = (4 * pow(5, P - 2, P) % P).to_bytes(32, "little")  # y = 4/5


@functools.lru_cache(maxsize=256)
def ed25519_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` over ``message`` is by the holder of ``public``: [s]B = R + [h]A (5.1.7)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    base, point, s = _decode_point(BASE_BYTES), _decode_point(public), int.from_bytes(signature[32:], "little")
    if base is None or point is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    minus = (P - point[0], point[1], point[2], P - point[3])
    both, result = _add(base, minus), (0, 1, 1, 0)
    for bit in range(max(s.bit_length(), h.bit_length()) - 1, -1, -1):
        result = _add(result, result)
        chosen = (s >> bit & 1, h >> bit & 1)
        if chosen != (0, 0):
            result = _add(result, {(1, 0): base, (0, 1): minus, (1, 1): both}[chosen])
    inverse = pow(result[2], P - 2, P)
    x, y = result[0] * inverse % P, result[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# The archive. A package has exactly one form: stored entries in manifest order, fixed times, nothing else. So every
# byte of it is known from the manifest and the contents, and a changed byte is found and named wherever it lies.


def _local_header(name: bytes, crc: int, size: int) -> bytes:
    return struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0x800, 0, 0, 0x21, crc, size, size, len(name), 0) + name


def _directory_record(name: bytes, crc: int, size: int, offset: int) -> bytes:
    fields = (b"PK\1\2", 0x314, 20, 0x800, 0, 0, 0x21, crc, size, size, len(name), 0, 0, 0, 0, 0o100644 << 16, offset)
    return struct.pack("<4s6H3I5H2I", *fields) + name


def _end_record(count: int, size: int, offset: int) -> bytes:
    return struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, offset, 0)


def pack(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The bytes of the archive of these (name, content) pairs. The writer of packages uses this same function."""
    parts, directory, offset = [], [], 0
    for name, content in files:
        raw, crc = name.encode(), zlib.crc32(content)
        header = _local_header(raw, crc, len(content))
        directory.append(_directory_record(raw, crc, len(content), offset))
        parts += [header, content]
        offset += len(header) + len(content)
    records = b"".join(directory)
    if offset + len(records) > MAX_SIZE or len(directory) > 65534:
        raise ValueError("A package holds at most 2 GiB and 65534 files")
    return b"".join([*parts, records, _end_record(len(directory), len(records), offset)])


def _difference(data: bytes, offset: int, expected: bytes) -> int | None:
    """Where ``data`` first differs from what should stand at ``offset``; None when it does not."""
    found = data[offset : offset + len(expected)]
    if found == expected:
        return None
    return offset + next((i for i, byte in enumerate(expected) if i >= len(found) or found[i] != byte), 0)


def _read_exact(report: Report, data: bytes, sizes: list[tuple[str, int]], hashes: dict[str, str]) -> Contents | None:
    """Contents by their places, which (name, size) pairs determine; None when the archive has another length."""
    heads = [30 + len(name.encode()) for name, _size in sizes]
    directory = sum(heads) + sum(size for _name, size in sizes)
    if len(data) != directory + sum(head + 16 for head in heads) + 22:
        return None
    contents: Contents = {}
    offset, record_at = 0, directory
    for name, size in sizes:
        raw = name.encode()
        contents[name] = content = data[offset + 30 + len(raw) : offset + 30 + len(raw) + size]
        crc = zlib.crc32(content)
        if sha256(content) != hashes.get(name, sha256(content)):
            crc = int.from_bytes(data[offset + 14 : offset + 18], "little")  # the content is what will be named
        record = _directory_record(raw, crc, size, offset)
        header = _local_header(raw, crc, size)
        for kind, place, expected in (("header", offset, header), ("directory", record_at, record)):
            at = _difference(data, place, expected)
            if at is not None:
                report.add(kind, name, at=at)
        offset += 30 + len(raw) + size
        record_at += len(record)
    at = _difference(data, record_at, _end_record(len(sizes), record_at - directory, directory))
    if at is not None:
        report.add("end", at=at)
    return contents


def _read_front(data: bytes) -> Contents:
    """Manifest and signature where they always stand: at the front."""
    found: Contents = {}
    offset = 0
    for name in (MANIFEST, SIGNATURE):
        start = offset + 30 + len(name)
        size = int.from_bytes(data[offset + 22 : offset + 26], "little")
        found[name] = data[start : start + size]
        offset = start + size
    return found


def _read_any(report: Report, data: bytes) -> Contents:
    """Contents of an archive that is not as it was issued, by its directory; says what is wrong with it on the way."""
    end = data.rfind(b"PK\5\6")
    if end < 0 or len(data) < end + 22:
        report.add("no-end")
        return _read_forward(data)
    size, offset, comment = struct.unpack("<2IH", data[end + 12 : end + 22])
    if len(data) > end + 22:
        report.add("after", count=len(data) - end - 22)
    contents: Contents = {}
    covered: list[tuple[int, int]] = []
    start = end - size
    shift = start - offset
    if start < 0 or shift < 0 or comment > len(data) - end - 22:
        report.add("no-end")
        return _read_forward(data)
    if shift:
        report.add("before", count=shift)
    position = start
    while data[position : position + 4] == b"PK\1\2" and position + 46 <= end:
        fields = struct.unpack("<4s6H3I5H2I", data[position : position + 46])
        lengths = fields[10:13]
        name = data[position + 46 : position + 46 + lengths[0]].decode("utf-8", "replace")
        covered.append(_read_entry(report, data, name, fields, shift, contents))
        position += 46 + sum(lengths)
    if position != end:
        report.add("between", count=end - position, at=position)
    _name_gaps(report, data, covered, shift, start)
    return contents


def _read_entry(
    report: Report, data: bytes, name: str, fields: tuple[Any, ...], shift: int, contents: Contents
) -> tuple[int, int]:
    """One entry, by its directory record; returns the (start, end) that it covers."""
    method, crc, packed, size, offset = fields[4], fields[7], fields[8], fields[9], fields[16] + shift
    header = data[offset : offset + 30]
    if len(header) < 30 or header[:4] != b"PK\3\4":
        report.add("header-differs", name)
        return (offset, offset)
    local = struct.unpack("<4s5H3I2H", header)
    start = offset + 30 + local[9] + local[10]
    same_name = data[offset + 30 : start - local[10]] == name.encode()
    if local[3] != method or local[6:9] != (crc, packed, size) or not same_name:
        report.add("header-differs", name)
    if name in contents:
        report.add("duplicate", name)
    if name.startswith("/") or "\\" in name or ".." in name.split("/"):
        report.add("unsafe", name)
    content = _unpack(data[start : start + packed], method, size)
    if content is None:
        report.add("unpack", name)
    elif zlib.crc32(content) != crc:
        report.add("crc", name)
    contents.setdefault(name, content)
    return (offset, start + packed)


def _unpack(packed: bytes, method: int, size: int) -> bytes | None:
    if method == 0:
        return packed
    try:
        inflater = zlib.decompressobj(-15)
        content = inflater.decompress(packed, size + 1) if method == 8 else None
    except zlib.error:
        return None
    return content if content is not None and len(content) == size and inflater.eof else None


def _name_gaps(report: Report, data: bytes, covered: list[tuple[int, int]], shift: int, directory: int) -> None:
    position = shift
    for start, end in [*sorted(covered), (directory, directory)]:
        if start != position:
            hidden = data[position + 30 : position + 30 + int.from_bytes(data[position + 26 : position + 28], "little")]
            is_entry = data[position : position + 4] == b"PK\3\4" and start > position
            file = hidden.decode("utf-8", "replace") if is_entry else ""
            report.add("between", file, count=abs(start - position), at=min(position, start))
        position = max(position, end)


def _read_forward(data: bytes) -> Contents:
    """Without a directory: the entries from the front, as far as they go."""
    contents: Contents = {}
    offset = 0
    while data[offset : offset + 4] == b"PK\3\4" and offset + 30 <= len(data):
        local = struct.unpack("<4s5H3I2H", data[offset : offset + 30])
        start = offset + 30 + local[9] + local[10]
        name = data[offset + 30 : offset + 30 + local[9]].decode("utf-8", "replace")
        contents.setdefault(name, _unpack(data[start : start + local[7]], local[3], local[8]))
        offset = start + local[7]
    if not contents:
        raise UnreadableError("This is not a ZIP archive / 这不是 ZIP 压缩包")
    return contents


# The manifest and what stands in it.


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def load_json(content: bytes) -> Any:
    return json.loads(content.decode("utf-8"), object_pairs_hook=_no_doubles)


def read_manifest(content: bytes) -> dict[str, Any]:
    """The manifest, checked for its shape. ValueError says what is wrong."""
    manifest = load_json(content)
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        raise ValueError("unknown schema")
    try:
        names = [file["path"] for file in manifest["files"]]
        public = bytes.fromhex(manifest["public_key"])
        sizes = all(isinstance(file["size"], int) for file in manifest["files"])
        hashes = all(re.fullmatch("[0-9a-f]{64}", file["sha256"]) for file in manifest["files"])
    except (KeyError, TypeError) as error:
        raise ValueError("incomplete") from error
    if (
        len(set(names)) != len(names)
        or not sizes
        or not hashes
        or len(public) != 32
        or {MANIFEST, SIGNATURE} & set(names)
    ):
        raise ValueError("inconsistent")
    return manifest


def _authentic(contents: Contents) -> dict[str, Any] | None:
    """The manifest when it reads well and bears its signature; None otherwise."""
    content, signature = contents.get(MANIFEST), contents.get(SIGNATURE)
    try:
        manifest = read_manifest(content or b"")
    except ValueError:
        return None
    right = ed25519_verify(bytes.fromhex(manifest["public_key"]), content or b"", signature or b"")
    return manifest if right else None


def _check_manifest(report: Report, contents: Contents) -> dict[str, Any] | None:
    """Find the manifest in the contents and check its signature; None when nothing can be read from it."""
    content = contents.get(MANIFEST)
    for name in (MANIFEST, SIGNATURE):
        if contents.get(name) is None and not report.named(name):
            report.add("missing", name)
    if content is None:
        return None
    try:
        manifest = read_manifest(content)
    except ValueError as error:
        report.add("manifest", MANIFEST, why=error)
        return None
    public = bytes.fromhex(manifest["public_key"])
    report.title, report.created_at = str(manifest.get("title", "")), str(manifest.get("created_at", ""))
    report.fingerprint = sha256(public)
    report.keys.add(report.fingerprint)
    if not ed25519_verify(public, content, contents.get(SIGNATURE) or b""):
        report.add("signature", SIGNATURE if report.named(SIGNATURE) else MANIFEST)
    return manifest


def _check_files(report: Report, manifest: dict[str, Any], contents: Contents) -> None:
    listed = {file["path"]: file for file in manifest["files"]}
    for name, file in listed.items():
        content = contents.get(name)
        if name not in contents:
            report.add("missing", name)
        elif content is None or len(content) != file["size"] or sha256(content) != file["sha256"]:
            report.add("damaged", name)
        else:
            report.files += 1
    for name in sorted(set(contents) - set(listed) - {MANIFEST, SIGNATURE}):
        report.add("extra", name)


# What the package says of itself: signed contents and the ledger.


def _json_file(report: Report, contents: Contents, name: str) -> dict[str, Any]:
    content = contents.get(name)
    if content is None:
        return {}
    try:
        found = load_json(content)
    except ValueError as error:
        report.add("not-json", name, why=error)
        return {}
    return found if isinstance(found, dict) else {}


def _check_signed_contents(report: Report, dhr: dict[str, Any], contents: Contents) -> None:
    """``signed/<hash>.json`` holds the canonical bytes that were signed; their SHA-256 is the file's name."""
    present = set()
    for name, content in contents.items():
        match = re.fullmatch(r"signed/([0-9a-f]{64})\.json", name)
        if match:
            present.add(match.group(1))
            if content is None or sha256(content) != match.group(1):
                report.add("signed-content", name)
    for signature in dhr.get("signatures", []):
        if signature.get("content_hash") in present:
            report.signed_contents += 1
        else:
            label = f"{signature.get('printed_name', '')} {signature.get('meaning', '')}"
            report.notes.append(f"the signed content is not in this package: {label}")


def leaf_hash(line: bytes) -> bytes:
    return hashlib.sha256(b"\0" + line).digest()


def root_of(leaf: bytes, index: int, count: int, path: Iterable[dict[str, str]]) -> str | None:
    """The Merkle root that an inclusion proof leads to (RFC 6962, 2.1.1); None when the path does not fit the place."""
    node, rest = leaf, list(path)
    while count > 1:
        sibling = index ^ 1
        if sibling < count:
            if not rest or rest[0]["side"] != ("left" if sibling < index else "right"):
                return None
            other = bytes.fromhex(rest.pop(0)["hash"])
            node = hashlib.sha256(b"\1" + (other + node if sibling < index else node + other)).digest()
        index, count = index // 2, (count + 1) // 2
    return None if rest or index else node.hex()


def _check_ledger(report: Report, dhr: dict[str, Any], proof: dict[str, Any]) -> None:
    """Entries and rows are those that seals committed to; seals are signed, and chained where neighbours are here."""
    seals = {}
    for seal in proof.get("seals", []):
        number = seal["content"]["number"]
        seals[number] = (_checked_seal(report, seal, number), seal["hash"])
        report.package_seals[number] = seal["hash"]
    for statement in proof.get("key_statements", []):
        if not _take_statement(report, statement):
            report.add("statement", LEDGER, line="-")
    for seal in proof.get("seals", []):
        if seal["content"]["number"] > report.lost.get(seal["content"]["key"], seal["content"]["number"]):
            report.add("lost-key", LEDGER, number=seal["content"]["number"])
    for number, (content, _hash) in seals.items():
        if content and number - 1 in seals and content.get("previous") != seals[number - 1][1]:
            report.add("seal", LEDGER, number=number, why="it does not follow the seal before it")
    report.seals = len(seals)
    lines: Rows = {}
    for entry in proof.get("entries", []):
        row = f"{entry['table']} {entry['row']}"
        content = seals.get(entry["seal"], (None, ""))[0] or {}
        sealed = content.get("tables", {}).get(entry["table"], {})
        root = root_of(leaf_hash(entry["line"].encode()), entry["index"], sealed.get("count", 0), entry["path"])
        if not sealed or root != sealed.get("root"):
            report.add("proof", LEDGER, row=row, number=entry["seal"])
        else:
            report.sealed_entries += 1
            lines[(entry["table"], entry["row"])] = dict(_columns(entry["columns"], entry["line"]))
    _check_trail(report, dhr, lines)
    if proof.get("unsealed"):
        report.notes.append(f"younger than the newest seal: acts {proof['unsealed']}")


def canonical_json(content: Any) -> bytes:
    """The one form in which contents are hashed and signed: UTF-8, keys sorted, no white space."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _checked_seal(report: Report, seal: dict[str, Any], number: int) -> dict[str, Any] | None:
    """The seal's content when its hash and signature hold, else None."""
    content: dict[str, Any] = seal["content"]
    raw, public = canonical_json(content), bytes.fromhex(seal["key"])
    report.keys.add(sha256(public))
    if sha256(raw) != seal["hash"] or content.get("key") != sha256(public):
        report.add("seal", LEDGER, number=number, why="its content does not give its hash")
        return None
    if not ed25519_verify(public, raw, bytes.fromhex(seal["signature"])):
        report.add("seal", LEDGER, number=number, why="its signature is wrong")
        return None
    return content


# Keys that followed each other.


def _take_statement(report: Report, statement: dict[str, Any]) -> bool:
    """Whether a statement about a key holds: signed by the new key, and by the old one unless that was lost."""
    content = statement["content"]
    raw, new, old = (
        canonical_json(content),
        bytes.fromhex(content["public_key"]),
        bytes.fromhex(content["previous_public_key"]),
    )
    if (content["key"], content["previous"]) != (sha256(new), sha256(old)):
        return False
    if not ed25519_verify(new, raw, bytes.fromhex(statement["signature"])):
        return False
    report.links.add((content["key"], content["previous"]))
    if content["kind"] == "lost":
        report.lost[content["previous"]] = content["last_seal"]["number"]
    if content["kind"] == "rotated":
        if not ed25519_verify(old, raw, bytes.fromhex(statement["previous_signature"])):
            return False
        report.links.add((content["previous"], content["key"]))
    return True


# Exported seals: JSON lines, each {"seal": …}, {"key_statement": …} or {"stamp": …}, in the order in which they were made.

SIGNATURES_CHECKED = 2_000  # of the newest; the chain of hashes leads from them to every older seal


class Exported:
    """The chain of exported seals. ``hashes`` is the chain as it stands; ``abandoned`` was given up by a restore, openly."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.hashes: dict[int, str] = {}
        self.ends: dict[int, int] = {}
        self.first = self.newest = 0
        self.abandoned: dict[tuple[int, str], str] = {}
        self.keep: dict[int, dict[str, Any]] | None = None  # of an archive: what each seal covers
        self._newest_of: dict[str, int] = {}
        self._unsigned: collections.deque[tuple[int, str, bytes, bytes]] = collections.deque(maxlen=SIGNATURES_CHECKED)
        self._key = ""

    def take(self, file: str, line: int, text: str) -> None:
        """One line of the export."""
        try:
            found = load_json(text.encode())
            if "seal" in found:
                self._take_seal(file, found["seal"])
            elif "key_statement" in found:
                self._take_statement(file, line, found["key_statement"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if text.rstrip().endswith("}"):
                self.report.add("export-line", file, line=line, why=error)
            else:
                self.report.notes.append(f"{file}: line {line} was cut off while it was written")

    def _take_statement(self, file: str, line: int, statement: dict[str, Any]) -> None:
        if not _take_statement(self.report, statement):
            self.report.add("statement", file, line=line)
        elif self._newest_of.get(statement["content"]["previous"], 0) > self.report.lost.get(
            statement["content"]["previous"], self.newest
        ):
            self.report.add("lost-key", file, number=self._newest_of[statement["content"]["previous"]])

    def _take_seal(self, file: str, seal: dict[str, Any]) -> None:
        content, named = seal["content"], seal["hash"]
        number, raw, public = content["number"], canonical_json(content), bytes.fromhex(seal["key"])
        if self.hashes.get(number) == named or (number, named) in self.abandoned:
            return  # exported a second time
        self.report.keys.add(sha256(public))
        if sha256(raw) != named or content["key"] != sha256(public):
            self.report.add("seal", file, number=number, why="its content does not give its hash")
        if number > self.report.lost.get(content["key"], number):
            self.report.add("lost-key", file, number=number)
        self._newest_of[content["key"]] = number
        self._place(file, content, number)
        if self._key != content["key"]:  # the signatures of each key are checked where it begins, and at the end
            self._check_signature(number, file, public, raw, bytes.fromhex(seal["signature"]))
            self._key = content["key"]
        else:
            self._unsigned.append((number, file, public + bytes.fromhex(seal["signature"]), raw))
        self.hashes[number], self.ends[number] = named, int(content["horizon_to"])
        if self.keep is not None:
            self.keep[number] = content["tables"]
        self.first, self.newest = self.first or number, number
        self.report.newest_made_at, self.report.newest_hash = str(content["made_at"]), named

    def _place(self, file: str, content: dict[str, Any], number: int) -> None:
        """Whether a seal follows the one before it: the next number, its hash, no gap between their horizons."""
        opening = content.get("opening")
        if opening and number <= self.newest:
            self._abandon(file, opening, number)
        if not self.newest and not self.hashes:
            if number > 1:
                self.report.notes.append(f"{file}: the export begins with seal {number}")
            return
        if number <= self.newest:
            self.report.add("other-seal", file, number=number)
        elif number > self.newest + 1:
            self.report.add("gap", file, start=self.newest + 1, end=number - 1)
        elif content["previous"] != self.hashes.get(number - 1, content["previous"]):
            self.report.add("seal", file, number=number, why="it does not follow the seal before it")
        elif int(content["horizon_from"]) != self.ends.get(number - 1, int(content["horizon_from"])):
            self.report.add("seal", file, number=number, why="a gap to the seal before it")

    def _abandon(self, file: str, opening: dict[str, Any], number: int) -> None:
        """A restore gave up the newest seals, and the first seal after it says which: the chain goes on before them."""
        told = (opening["last_seal"], opening["abandoned_to"], opening["abandoned_hash"])
        if told != (number - 1, self.newest, self.hashes.get(self.newest)):
            return
        for given_up in range(number, self.newest + 1):
            self.abandoned[(given_up, self.hashes.pop(given_up, ""))] = str(opening["reason"])
            self.ends.pop(given_up, None)
        self.report.notes.append(
            f"{file}: seals {number} to {self.newest} were abandoned by a restore of {opening['opened_at']}: {opening['reason']}"
        )
        self.newest = number - 1

    def _check_signature(self, number: int, file: str, public: bytes, raw: bytes, signature: bytes) -> None:
        self.report.exported_signatures += 1
        if not ed25519_verify(public, raw, signature):
            self.report.add("seal", file, number=number, why="its signature is wrong")

    def conclude(self) -> Exported:
        """Check the signatures of the newest seals, and compare the seals that the package holds with the exported ones."""
        for number, file, both, raw in self._unsigned:
            self._check_signature(number, file, both[:32], raw, both[32:])
        self.report.exported_seals, self.report.newest_seal = len(self.hashes), self.newest
        for number, named in sorted(self.report.package_seals.items()):
            if self.hashes.get(number) == named:
                continue
            if (number, named) in self.abandoned:
                self.report.notes.append(f"seal {number} of the package was abandoned by a restore")
            elif number in self.hashes:
                self.report.add("other-seal", LEDGER, number=number)
            elif number > self.newest:
                self.report.notes.append(f"seal {number} of the package is younger than the exported seals")
            else:
                self.report.add("no-seal", LEDGER, number=number)
        return self


def read_seals(report: Report, path: str) -> Exported:
    """Read and check an export: a file of JSON lines, or a folder of such files in the order of their names."""
    files = [path]
    if os.path.isdir(path):
        files = [os.path.join(path, name) for name in sorted(os.listdir(path)) if name.endswith(".jsonl")]
    exported = Exported(report)
    for file in files:
        with open(file, encoding="utf-8", errors="replace") as lines:
            for line, text in enumerate(lines, 1):
                if text.strip():
                    exported.take(os.path.basename(file), line, text)
    if not exported.hashes:
        raise UnreadableError("There are no exported seals here / 此处没有导出的封印")
    return exported.conclude()


# The archive of a period: all rows that consecutive seals cover. Their Merkle roots are computed again, seal by seal.


def merkle_root(level: list[bytes]) -> str:
    """The root over leaves (RFC 6962, 2.1); pairing level by level gives the same split."""
    while len(level) > 1:
        paired = [hashlib.sha256(b"\1" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - 1 :] if len(level) % 2 else paired
    return (level[0] if level else hashlib.sha256(b"").digest()).hex()


def _check_period(report: Report, contents: Contents) -> None:
    index = _json_file(report, contents, ARCHIVE)
    if index.get("kind") != "period":
        return
    chain = Exported(report)
    chain.keep = {}
    for line, text in enumerate((contents.get(SEALS) or b"").decode("utf-8", "replace").splitlines(), 1):
        chain.take(SEALS, line, text)
    chain.conclude()
    report.package_seals, report.seals = dict(chain.hashes), len(chain.hashes)
    report.exported_seals = report.exported_signatures = report.newest_seal = 0
    report.newest_made_at = report.newest_hash = ""
    told = (index.get("first_seal"), index.get("last_seal"))
    if told != (chain.first, chain.newest) or len(chain.hashes) != chain.newest - chain.first + 1:
        report.add("other-range", ARCHIVE, start=told[0], end=told[1])
    formats = _json_file(report, contents, FORMATS)
    tables = sorted({table for tables in chain.keep.values() for table in tables})
    for table in tables:
        _check_rows(report, contents, chain.keep, formats, table)
    for name in sorted(name for name in contents if name.startswith("rows/")):
        if name[len("rows/") :].rpartition(".")[0] not in tables:
            report.add("more-rows", name, count=(contents[name] or b"").count(b"\n"))


def _check_rows(
    report: Report, contents: Contents, seals: dict[int, dict[str, Any]], formats: dict[str, Any], table: str
) -> None:
    """One table: of its lines, in order, so many for each seal as the seal says."""
    name = f"rows/{table}.copy"
    withheld = name not in contents
    if withheld:
        name = f"rows/{table}.leaves"
    lines = (contents.get(name) or b"").split(b"\n")[:-1]
    position = 0
    for number in sorted(number for number, tables in seals.items() if table in tables):
        sealed = seals[number][table]
        taken = lines[position : position + sealed["count"]]
        position += len(taken)
        form = formats.get(sealed["columns"], {})
        if sha256(canonical_json([form.get("key"), form.get("columns")])) != sealed["columns"]:
            report.add("format", FORMATS, table=table, number=number)
        if len(taken) != sealed["count"]:
            report.add("not-here", name, table=table, number=number)
            return
        try:
            found = [bytes.fromhex(line.decode("ascii")) if withheld else leaf_hash(line) for line in taken]
        except ValueError:
            found = []
        if merkle_root(found) != sealed["root"]:
            report.add("rows", name, number=number)
        else:
            report.sealed_rows += len(taken)
    if position != len(lines):
        report.add("more-rows", name, count=len(lines) - position)


ESCAPES = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r", "\\b": "\b", "\\f": "\f", "\\v": "\v"}


def _columns(columns: list[str], line: str) -> Iterator[tuple[str, str | None]]:
    """(name, value) pairs of a row in PostgreSQL's COPY text; None for NULL."""
    values = line.split("\t")
    for position, column in enumerate(columns[: len(values)]):
        value = values[position]
        yield column, None if value == "\\N" else re.sub(r"\\[\\tnrbfv]", lambda found: ESCAPES[found.group()], value)


def _check_trail(report: Report, dhr: dict[str, Any], lines: Rows) -> None:
    """What dhr.json tells of a ledger entry is what the sealed entry says."""
    for told in dhr.get("audit_trail", []):
        row = lines.get(("records_ledgerentry", told.get("ledger_entry")))
        if row is None:
            report.unproven += 1
            continue
        for key, column in (("verb", "verb"), ("outcome", "outcome"), ("actor", "actor_name"), ("reason", "reason")):
            if key in told and told[key] != row.get(column):
                report.add("trail", LEDGER, row=f"records_ledgerentry {told['ledger_entry']}")


# From a path to a report.


def verify_archive(data: bytes, trusted: Iterable[str] = ()) -> Report:
    """Verify the bytes of a package."""
    report = Report(trusted)
    contents, manifest = _read_front(data), None
    manifest = _authentic(contents)
    if manifest is None:
        probe = Report(trusted)
        contents = _read_any(probe, data)
        manifest = _authentic(contents)
    exact = None
    if manifest:
        sizes = [(MANIFEST, len(contents[MANIFEST] or b"")), (SIGNATURE, 64)]
        sizes += [(file["path"], file["size"]) for file in manifest["files"]]
        exact = _read_exact(report, data, sizes, {file["path"]: file["sha256"] for file in manifest["files"]})
    if exact is None:
        contents = _read_any(report, data)
        if manifest and not report.problems:
            report.add("repacked")
    return _verify_contents(report, contents if exact is None else exact)


def verify_folder(path: str, trusted: Iterable[str] = ()) -> Report:
    """Verify an unpacked package. What is said of the archive itself cannot be said here."""
    contents: Contents = {}
    for folder, _folders, names in os.walk(path):
        for name in names:
            full = os.path.join(folder, name)
            with open(full, "rb") as file:
                contents[os.path.relpath(full, path).replace(os.sep, "/")] = file.read()
    return _verify_contents(Report(trusted), contents)


def _verify_contents(report: Report, contents: Contents) -> Report:
    manifest = _check_manifest(report, contents)
    if manifest:
        _check_files(report, manifest, contents)
    dhr, proof = _json_file(report, contents, DHR), _json_file(report, contents, LEDGER)
    _check_signed_contents(report, dhr, contents)
    try:
        _check_ledger(report, dhr, proof)
        _check_period(report, contents)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        report.add("not-json", LEDGER, why=repr(error))
    return report.conclude()


def verify_path(path: str, trusted: Iterable[str] = (), seals: str = "") -> Report:
    """Verify a ZIP file or a folder, and its seals against exported ones; without a package those alone."""
    try:
        if not path:
            report = Report(trusted)
            report.title = "Exported seals / 导出的封印"
        elif os.path.isdir(path):
            report = verify_folder(path, trusted)
        else:
            with open(path, "rb") as file:
                report = verify_archive(file.read(MAX_SIZE), trusted)
        if seals:
            read_seals(report, seals)
    except OSError as error:
        raise UnreadableError(str(error)) from error
    return report.conclude()


def lines_of(report: Report) -> Iterator[str]:
    """The report for people, in English and Chinese."""
    yield f"{report.title or '?'}  {report.created_at}".rstrip()
    if report.fingerprint:
        yield f"Signing key / 签名密钥: SHA-256 {report.fingerprint}"
    if report.fingerprint or not report.exported_seals:
        yield f"Files as listed / 与清单相符的文件: {report.files}"
        yield f"Signatures whose content is here and matches / 内容相符的签名: {report.signed_contents}"
        yield f"Ledger entries proven / 已证明的台账记录: {report.sealed_entries} (seals / 封印: {report.seals})"
    if report.sealed_rows:
        yield f"Rows under their seals / 与封印相符的行: {report.sealed_rows}"
    if report.exported_seals:
        yield f"Exported seals in one chain / 连成一链的导出封印: {report.exported_seals}"
        yield f"  newest / 最新: {report.newest_seal}, {report.newest_made_at}, {report.newest_hash}"
        yield f"  signatures checked / 已校验的签名: {report.exported_signatures}"
        yield f"  keys / 密钥: {', '.join(sorted(report.keys))}"
    if report.unproven:
        yield f"Audit trail entries told without a proof / 没有证明的审计记录: {report.unproven}"
    for note in report.notes:
        yield "Note / 说明: " + note
    for problem in report.as_json()["problems"]:
        file = problem["file"] or "ZIP"
        yield f"PROBLEM / 问题: {file}: {problem['en']} / {problem['zh']}"
    yield f"VERDICT: {VERDICTS[report.verdict][0]}"
    yield f"结论: {VERDICTS[report.verdict][1]}"
    yield f"  {MEANINGS[report.verdict][0]}"
    yield f"  {MEANINGS[report.verdict][1]}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify a package of production records. / 校验批生产记录包。")
    parser.add_argument("package", nargs="?", default="", help="the ZIP file, or the folder of the unpacked files")
    parser.add_argument(
        "--seals", default="", metavar="EXPORT", help="exported seals: a .jsonl file, or the folder of them"
    )
    parser.add_argument("--key", action="append", default=[], metavar="FINGERPRINT", help="SHA-256 of a key you trust")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args(arguments)
    if not options.package and not options.seals:
        parser.error("name a package, or exported seals with --seals")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        report = verify_path(options.package, options.key, options.seals)
    except UnreadableError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_UNREADABLE
    if options.json:
        sys.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=1, default=str) + "\n")
    else:
        sys.stdout.write("\n".join(lines_of(report)) + "\n")
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
