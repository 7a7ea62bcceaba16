"""Which addresses a webhook may be sent to: public ones, of a name that was resolved once.

Whoever names an endpoint could otherwise make this house ask its own database, a metadata
service or a neighbour. A name is resolved once, all its addresses must be public, and the
connection goes to one that was checked: a name that answers differently the next time gains
nothing.
"""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from kernel.errors import DomainError

Resolve = Callable[[str, int], Sequence[str]]
Address = IPv4Address | IPv6Address

URL_LENGTH_MAX: Final = 500
HTTPS_PORT: Final = 443
HTTP_PORT: Final = 80
# Addresses that Python calls global, and where something answers that is not the world outside.
_NEVER: Final = tuple(
    ip_network(block)
    for block in (
        "192.0.0.0/24",  # protocols, a cloud's metadata among them
        "168.63.129.16/32",  # a cloud's own metadata and DNS
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # protocols, Teredo among them
    )
)
# All that is routed in IPv6: what lies outside is local, mapped or not given out.
_ROUTED: Final = IPv6Network("2000::/3")
# IPv6 forms that carry an IPv4 address: the carried one is judged as well.
_CARRIERS: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


class EndpointRefused(DomainError):
    """The address of an endpoint is malformed, or not one that may be called."""

    code = "webhook_url_refused"


class AddressRefused(Exception):
    """The name leads into a network that webhooks do not reach, or nowhere."""

    def __init__(self, failure: str) -> None:
        """Keep the reason, as a delivery tells it."""
        super().__init__(failure)
        self.failure = failure


def checked_url(text: str) -> str:
    """Return the address of an endpoint as it is kept.

    Raises:
        EndpointRefused: not HTTPS, malformed, or with a private address in plain sight.
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = SplitResult("", "", "", "", ""), None, None
    _refuse_malformed(text, parts=parts, host=host, port=port)
    literal = _literal(host or "")
    if literal is not None and is_refused(literal):
        message = "This address lies in a network that webhooks do not reach: use a public one."
        raise EndpointRefused(message)
    return text


def _refuse_malformed(text: str, *, parts: SplitResult, host: str | None, port: int | None) -> None:
    schemes = {"https", "http"} if settings.WEBHOOK_LOOPBACK else {"https"}
    is_printable = text.isascii() and text.isprintable() and " " not in text
    if (
        parts.scheme not in schemes
        or not host
        or port == 0
        or parts.username is not None
        or parts.password is not None
        or parts.fragment
        or not is_printable
        or len(text) > URL_LENGTH_MAX
    ):
        message = (
            "Name an address such as https://example.org/suanji: HTTPS, without user name and "
            f"fragment, ASCII, at most {URL_LENGTH_MAX} characters."
        )
        raise EndpointRefused(message)


def port_of(parts: SplitResult) -> int:
    """Return the port that an address leads to."""
    return parts.port or (HTTPS_PORT if parts.scheme == "https" else HTTP_PORT)


def is_refused(address: Address) -> bool:
    """Say whether webhooks do not reach this address."""
    if settings.WEBHOOK_LOOPBACK and address.is_loopback:
        return False
    if isinstance(address, IPv6Address):
        carried = _carried(address)
        if carried is not None:
            # Nobody has an endpoint behind a mapped address; whoever names one tries something.
            return True
        if address not in _ROUTED:
            return True
    return (
        not address.is_global
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or any(address in block for block in _NEVER if block.version == address.version)
    )


def _carried(address: IPv6Address) -> IPv4Address | None:
    if any(address in carrier for carrier in _CARRIERS):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def checked_addresses(host: str, port: int, *, resolve: Resolve) -> list[str]:
    """Resolve a name, once, and return its addresses when webhooks may reach all of them.

    Raises:
        AddressRefused: one of them is private, or there is none.
    """
    try:
        found = [host] if _literal(host) is not None else list(resolve(host, port))
        addresses = [ip_address(text.partition("%")[0]) for text in found]
    except (OSError, UnicodeError, ValueError) as error:
        failure = "name_not_resolved"
        raise AddressRefused(failure) from error
    if not addresses:
        failure = "name_not_resolved"
        raise AddressRefused(failure)
    if any(is_refused(address) for address in addresses):
        failure = "address_refused"
        raise AddressRefused(failure)
    return [str(address) for address in dict.fromkeys(addresses)]


def system_addresses(host: str, port: int) -> list[str]:
    """Return the addresses of a name as the system resolves it.

    Raises:
        OSError: it does not.
    """
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(answer[4][0]) for answer in answers]


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
