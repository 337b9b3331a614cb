"""Where a webhook may not go (SSRF): by its text, by what its name resolves to, by a redirect, by another certificate."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from foundation.core import clock, jobs
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.webhooks import addresses, services, transport
from foundation.webhooks.addresses import is_inside, target_of
from foundation.webhooks.models import Attempt
from tests.webhooks.conftest import KIND
from tests.webhooks.receiver import Receiver, receiving

pytestmark = pytest.mark.requirement("BEY-21", "SEC-04")
PUBLIC = "93.184.215.14"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("https://ERP.example", "https://erp.example/"),
        ("https://erp.example:443/a b".replace(" ", "%20"), "https://erp.example/a%20b"),
        ("https://erp.example:8443/x?y=1&z=ü", "https://erp.example:8443/x?y=1&z=%C3%BC"),
        ("https://аpple.example/", "https://xn--pple-43d.example/"),  # the first letter is Cyrillic
        ("https://例子.example/", "https://xn--fsqu00a.example/"),
        ("https://[2606:4700::1111]/", "https://[2606:4700::1111]/"),
        ("https://93.184.215.14/", "https://93.184.215.14/"),
    ],
)
def test_an_address_is_kept_as_it_is_used(given: str, used: str) -> None:
    assert target_of(given).url == used


@pytest.mark.parametrize(
    "given",
    [
        "", "erp.example", "http://erp.example/", "ftp://erp.example/", "file:///etc/passwd", "https://", "https:///x",
        "https://user@erp.example/", "https://user:word@erp.example/", "https://@erp.example/", "https://erp.example/#x",
        "https://erp.example:99999/", "https://erp.example:0/", "https://erp.example:x/", "https://erp.example/\r\nX: y",
        "https://erp.example\\@inside/", "https://erp .example/", "https://-erp.example/", "https://a..b/",
        "https://127.0.0.1/", "https://10.1.2.3/", "https://169.254.169.254/latest/meta-data/", "https://[::1]/",
        "https://[fd00:ec2::254]/", "https://[::ffff:10.0.0.1]/", "https://0.0.0.0/", "https://224.0.0.1/",
    ],
)  # fmt: skip
def test_what_webhooks_do_not_go_to_is_refused_at_once(given: str) -> None:
    with pytest.raises(NotValid) as refused:
        target_of(given)
    assert refused.value.field == "url"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "0.0.0.0",  # noqa: S104
        "224.0.0.251", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "168.63.129.16",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "2002:7f00:1::", "2002:a00:1::", "64:ff9b::a00:1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_inside_addresses_are_known_in_every_clothing(address: str) -> None:
    assert is_inside(address)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_not_inside(address: str) -> None:
    assert not is_inside(address)


def test_a_listed_network_is_allowed_and_its_neighbours_are_not(settings: Any) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = (ip_network("10.20.0.0/24"), ip_network("fd00:20::/64"))
    assert not is_inside("10.20.0.7")
    assert not is_inside("fd00:20::7")
    assert is_inside("10.20.1.7")
    assert is_inside("127.0.0.1")
    assert target_of("https://10.20.0.7/").host == "10.20.0.7"


def resolve_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """The name server says these, one after another. Returns what was asked."""
    asked: list[str] = []
    usual = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *args: Any, **more: Any) -> list[Any]:
        with suppress(ValueError):
            return [*usual(str(ip_address(host)), port, *args, **more)]
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(10 if ":" in one else 2, 1, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    "found", [["10.0.0.5"], ["169.254.169.254"], [PUBLIC, "127.0.0.1"], ["::1"], ["64:ff9b::7f00:1"]]
)
def test_a_name_that_leads_inside_is_not_connected_to(monkeypatch: pytest.MonkeyPatch, found: list[str]) -> None:
    resolve_to(monkeypatch, found)
    monkeypatch.setattr(transport.socket, "create_connection", lambda *_a, **_m: pytest.fail("connected"))
    reply = transport.post(target_of("https://erp.example/"), {}, b"{}")
    assert (reply.status, reply.address) == (None, "")
    assert "inside the network" in reply.problem


def test_a_name_that_answers_otherwise_a_moment_later_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: it is asked once, and the connection goes to the address that was checked."""
    asked = resolve_to(monkeypatch, [PUBLIC], ["127.0.0.1"])
    connected: list[Any] = []

    def create_connection(address: tuple[str, int], timeout: float) -> Any:
        connected.append(address)
        raise ConnectionRefusedError("not in a test")

    monkeypatch.setattr(transport.socket, "create_connection", create_connection)
    reply = transport.post(target_of("https://rebind.example/"), {}, b"{}")
    assert (asked, connected) == (["rebind.example"], [(PUBLIC, 443)])
    assert ip_address(connected[0][0]).is_global
    assert reply.problem == "No answer: not in a test"


@pytest.mark.django_db
def test_a_redirect_is_not_followed(owner: Actor, receiver: Receiver) -> None:
    with receiving() as inside:
        receiver.answers = [(307, {"Location": inside.url}, b"")]
        endpoint, _secret = services.create_endpoint(actor=owner, name="ERP", url=receiver.url, kinds=[KIND])
        services.send_ping(actor=owner, endpoint_id=endpoint.pk)
        jobs.run_waiting()
        assert inside.got == []
    attempt = Attempt.objects.get()
    assert (attempt.status, attempt.outcome) == (307, "retrying")
    assert attempt.problem == "It answered 307: a redirect, which is not followed."


@pytest.mark.django_db
def test_the_address_is_checked_again_when_it_is_used(owner: Actor, receiver: Receiver, settings: Any) -> None:
    endpoint, _secret = services.create_endpoint(actor=owner, name="ERP", url=receiver.url, kinds=[KIND])
    settings.WEBHOOK_ALLOWED_NETWORKS = ()
    services.send_ping(actor=owner, endpoint_id=endpoint.pk)
    jobs.run_waiting()
    assert receiver.got == []
    assert "inside the network" in Attempt.objects.get().problem


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate of its own authority, for this name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, secret = folder / "server.pem", folder / "server.key"
    path.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, secret)
    return context, path


@pytest.fixture
def told(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, bool], Any]:
    """Post over TLS to ``asked`` at a server whose certificate says ``said``; ``trusted``: its authority is listed."""

    def post(asked: str, said: str, trusted: bool) -> Any:
        context, path = certificate(tmp_path, said)
        settings.WEBHOOK_ALLOWED_NETWORKS = (ip_network("127.0.0.0/8"),)
        settings.WEBHOOK_CA_FILE = str(path) if trusted else ""
        with receiving(context, asked) as receiver:
            resolve_to(monkeypatch, ["127.0.0.1"])
            reply = transport.post(target_of(receiver.url), {"X": "y"}, b"{}")
        return reply, [message.headers["host"].split(":")[0] for message in receiver.got]

    return post


def test_https_is_verified_by_name_and_authority(told: Callable[[str, str, bool], Any]) -> None:
    reply, hosts = told("erp.example", "erp.example", True)
    assert (reply.status, reply.problem, hosts) == (200, "", ["erp.example"])


@pytest.mark.parametrize(("said", "trusted"), [("other.example", True), ("erp.example", False)])
def test_another_name_or_authority_is_not_told(told: Callable[[str, str, bool], Any], said: str, trusted: bool) -> None:
    reply, hosts = told("erp.example", said, trusted)
    assert (reply.status, hosts) == (None, [])
    assert reply.problem.startswith("Its certificate is not trusted")
