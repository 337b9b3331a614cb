"""Where a webhook may go: not into this plant's own network, unless the settings list it (server-side request forgery)."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote, urlsplit

import idna
from django.conf import settings
from django.utils.translation import gettext as _

from foundation.core.errors import NotValid

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
# Routable, and still somebody's inside: the platform service of a cloud; a translator into the network behind it.
ALSO_INSIDE = (ip_network("168.63.129.16/32"), ip_network("64:ff9b:1::/48"))
NAT64 = ip_network("64:ff9b::/96")
PORTS = {"https": 443, "http": 80}
NOT_IN_A_URL = re.compile(r"[\s\\\x00-\x1f\x7f]")


class Forbidden(Exception):
    """This address is not connected to. The text is for the person who set the endpoint up."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked URL. ``host`` is ASCII: a look-alike name shows as what it is (``xn--…``)."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def target_of(url: str) -> Target:
    """Read a URL as it will be used. NotValid: not https, with credentials or a fragment, no host, a forbidden literal.

    http only for a host that ``ARTERIA_WEBHOOK_HTTP_HOSTS`` lists.
    """
    if NOT_IN_A_URL.search(url):
        raise _bad(_("An address has no spaces, backslashes or control characters."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _bad(_("This is not an address.")) from None
    host = _ascii_host(parts.hostname or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in settings.WEBHOOK_HTTP_HOSTS):
        raise _bad(_("Webhooks go over HTTPS. Plain HTTP is for hosts that the settings list."))
    if parts.username is not None or parts.password is not None:
        raise _bad(_("An address carries no user name and no password: receivers check the signature."))
    if "#" in url or port == 0:
        raise _bad(_("This is not an address."))
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    target = Target(parts.scheme, host, port or PORTS[parts.scheme], f"{path}?{query}" if query else path)
    _refuse_forbidden_literal(target)
    return target


def addresses_of(target: Target) -> list[str]:
    """Resolve now, and hand out only what may be connected to. Forbidden when any of the addresses is inside.

    The connection is then made to one of these, not to the name: a name that answers otherwise a moment later (DNS
    rebinding) changes nothing.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:
        raise OSError(_("The name %(host)s cannot be resolved.") % {"host": target.host}) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if is_inside(address):
            raise Forbidden(_inside(target.host, address))
    return addresses


def is_inside(text: str) -> bool:
    """Private, loopback, link-local (cloud metadata), shared, multicast or reserved, also within IPv6; and not listed."""
    address = ip_address(text.split("%")[0])
    if any(_in(one, settings.WEBHOOK_ALLOWED_NETWORKS) for one in (address, *_embedded(address)[:1])):
        return False
    return any(not one.is_global or one.is_multicast or _in(one, ALSO_INSIDE) for one in (address, *_embedded(address)))


def _embedded(address: Address) -> list[Address]:
    """IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return []
    teredo = address.teredo[1] if address.teredo else None
    nat64 = IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None
    return [one for one in (address.ipv4_mapped, address.sixtofour, teredo, nat64) if one is not None]


def _in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _ascii_host(host: str) -> str:
    """Lower case and ASCII; IP addresses as they are. NotValid for what is no name."""
    host = host.rstrip(".")
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    try:
        return idna.encode(host, uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        raise _bad(_("This is no name of a host.")) from None


def _refuse_forbidden_literal(target: Target) -> None:
    """What is inside by its very text is refused at once; names are looked up when something is sent."""
    try:
        inside = is_inside(target.host)
    except ValueError:
        return
    if inside:
        raise _bad(_inside(target.host, target.host))


def _inside(host: str, address: str) -> str:
    return _(
        "%(host)s is %(address)s, inside the network. ARTERIA_WEBHOOK_ALLOWED_NETWORKS lists where webhooks may go."
    ) % {"host": host, "address": address}


def _bad(reason: str) -> NotValid:
    return NotValid(reason, code="address", field="url")
