"""Which network address asks: in one place, for limits and for the log of decisions."""

from ipaddress import IPv6Address, ip_address

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address that the outermost trusted proxy saw, in one spelling; '' if unknown.

    Which proxies are trusted is ALLAUTH_TRUSTED_PROXY_COUNT, as for failed log-ins.
    """
    try:
        found = ip_address(get_adapter(request).get_client_ip(request))
    except (ValueError, PermissionDenied, ImproperlyConfigured):
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(found).partition("%")[0]
