"""RFC 3161: an authority stamps the newest seal; one that is down or lies stops nothing and leaves no stamp."""

import base64
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from foundation.alerts.models import Alert
from foundation.core.actor import Actor
from foundation.records import stamps
from foundation.records.act import act
from foundation.records.models import Seal, SealStamp
from foundation.records.services.sealing_round import seal_export_and_stamp
from foundation.records.verification import verify
from foundation.records.verifier import verify as stranger

WORKER = Actor.system("worker")
MOMENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("committed_db", "sealing_key")


@pytest.fixture(scope="module")
def authority() -> DummyTimeStamper:
    """A time-stamping authority with a certificate of its own, made here."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test TSA")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(MOMENT - timedelta(days=1))
        .not_valid_after(MOMENT + timedelta(days=3650))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return DummyTimeStamper(
        asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        asn1_keys.PrivateKeyInfo.load(private),
        fixed_dt=MOMENT,
    )


@pytest.fixture
def serving(authority: DummyTimeStamper, settings: Any) -> Iterator[list[bytes]]:
    """The authority behind HTTP, on this machine; gives the requests that it got."""
    asked: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(body)
            answer = authority.request_tsa_response(tsp.TimeStampReq.load(body)).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.TSA_URL = f"http://127.0.0.1:{server.server_port}/"
    yield asked
    server.shutdown()
    thread.join()
    server.server_close()


def write() -> None:
    with act(actor=WORKER, verb="t.one.done"):
        pass


def test_the_newest_seal_is_stamped_once_and_the_stamp_verifies(
    serving: list[bytes], settings: Any, tmp_path: Path
) -> None:
    settings.SEAL_EXPORT_DIR = tmp_path / "seals"
    write()
    seal_export_and_stamp()
    seal_export_and_stamp()
    stamp = SealStamp.objects.get()
    assert (stamp.seal.number, stamp.stamped_at, stamp.authority) == (1, MOMENT, settings.TSA_URL)
    assert len(serving) == 1
    assert Seal.objects.count() == 1  # a stamp is no act: it makes no new seal
    assert stamps.check_token(bytes(stamp.token), stamp.seal.hash) == ("", MOMENT)
    assert verify().intact
    lines = next((tmp_path / "seals").glob("*.jsonl")).read_text().splitlines()
    assert [line[:8] for line in lines] == ['{"seal":', '{"stamp"']
    assert stranger.verify_path("", [], str(tmp_path / "seals")).problems == []


def test_a_stranger_checks_an_exported_stamp_by_openssl(
    serving: list[bytes], authority: DummyTimeStamper, settings: Any, tmp_path: Path
) -> None:
    """As docs/operations/verify-a-package.md says it."""
    settings.SEAL_EXPORT_DIR = tmp_path / "seals"
    write()
    seal_export_and_stamp()
    lines = next((tmp_path / "seals").glob("*.jsonl")).read_text().splitlines()
    stamp = next(found["stamp"] for found in map(json.loads, lines) if "stamp" in found)
    token, roots = tmp_path / "stamp.der", tmp_path / "authority.pem"
    token.write_bytes(base64.b64decode(stamp["token"]))
    certificate = x509.load_der_x509_certificate(authority.tsa_cert.dump())
    roots.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def said(digest: str) -> int:
        command = ["openssl", "ts", "-verify", "-token_in", "-in", token, "-digest", digest, "-CAfile", roots]
        return subprocess.run(command, capture_output=True, check=False).returncode

    assert said(stamp["hash"]) == 0
    assert said("00" * 32) == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE records_sealstamp SET token = substr(token, 1, octet_length(token) - 1) || decode('00', 'hex')",
        "UPDATE records_sealstamp SET stamped_at = stamped_at - interval '1 year'",
        "UPDATE records_sealstamp SET token = 'x'",
        "UPDATE records_sealstamp SET seal_id = (SELECT max(id) FROM records_seal)",
    ],
)
def test_a_stamp_that_was_tampered_with_is_named(
    serving: list[bytes], as_owner: Callable[..., None], settings: Any, change: str
) -> None:
    write()
    seal_export_and_stamp()
    settings.TSA_URL = ""
    write()
    seal_export_and_stamp()
    as_owner(change)
    stamp = SealStamp.objects.get()
    assert {(f.kind, f.table, f.row) for f in verify().findings} == {
        ("seal-stamp-wrong", "records_sealstamp", stamp.pk)
    }


def test_an_authority_that_is_down_stops_nothing(settings: Any, tmp_path: Path) -> None:
    settings.TSA_URL = "http://127.0.0.1:9/"
    settings.SEAL_EXPORT_DIR = tmp_path / "seals"
    write()
    made = seal_export_and_stamp()
    assert (len(made), SealStamp.objects.count()) == (1, 0)
    assert len(list((tmp_path / "seals").iterdir())) == 1
    alert = Alert.objects.get()
    assert (alert.rule, alert.severity) == ("records.not_stamped", "information")


def test_an_answer_about_something_else_is_not_kept(authority: DummyTimeStamper, settings: Any) -> None:
    class Liar(DummyTimeStamper):
        async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> Any:
            return await super().async_timestamp(b"\0" * 32, md_algorithm)

    settings.TSA_URL = "http://liar.example/"
    write()
    seal_export_and_stamp_without_stamp(settings)
    with pytest.raises(ValueError, match="something else"):
        stamps.stamp_newest(Liar(authority.tsa_cert, authority.tsa_key, fixed_dt=MOMENT))
    assert SealStamp.objects.count() == 0


def seal_export_and_stamp_without_stamp(settings: Any) -> None:
    url, settings.TSA_URL = settings.TSA_URL, ""
    seal_export_and_stamp()
    settings.TSA_URL = url
