"""Where webhooks may go: a table of addresses, and a name that changes its answer."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from accounts.webhooks.addresses import EndpointRefused, checked_url
from accounts.webhooks.posting import Poster
from kernel.clock import utc_now
from tests.receiver import receiving

PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - it is to be refused
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",  # metadata of a Chinese cloud
    "169.254.169.254",  # metadata of most clouds
    "169.254.0.23",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:93.184.215.14",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["93.184.215.14", "8.8.8.8", "223.5.5.5", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]


class Answers:
    """A resolver that answers differently each time, and counts how often it was asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        return self.answers.pop(0)


def post(url: str, **options: object):
    return Poster(seconds_max=2, **options).post(url, body=b"{}", headers={})


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_into_a_private_network_is_not_called(address: str) -> None:
    answer = post("https://hooks.example.org/", resolve=Answers([address]))

    assert (answer.failure, answer.status) == ("address_refused", None)


@pytest.mark.parametrize("address", PRIVATE)
def test_one_private_address_among_public_ones_is_enough(address: str) -> None:
    answer = post("https://hooks.example.org/", resolve=Answers([*PUBLIC, address]))

    assert answer.failure == "address_refused"


@pytest.mark.parametrize("address", [one for one in PRIVATE if "%" not in one])
def test_an_endpoint_with_a_private_address_in_its_url_is_refused(address: str) -> None:
    host = f"[{address}]" if ":" in address else address

    with pytest.raises(EndpointRefused):
        checked_url(f"https://{host}/hook")
    assert post(f"https://{host}/hook").failure == "address_refused"


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "localhost."]
)
def test_other_ways_to_write_this_machine_lead_nowhere(host: str) -> None:
    # the system's own resolver knows all of these as this machine, or not at all
    answer = post(f"https://{host}/hook")

    assert answer.failure in {"address_refused", "name_not_resolved"}


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_called(address: str) -> None:
    host = f"[{address}]" if ":" in address else address

    assert checked_url(f" https://{host}/hook ") == f"https://{host}/hook"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.org",
        "http://hooks.example.org/",
        "ftp://hooks.example.org/",
        "file:///etc/passwd",
        "https:///hook",
        "https://user@hooks.example.org/",
        "https://user:password@hooks.example.org/",
        "https://hooks.example.org/#part",
        "https://hooks.example.org:0/",
        "https://hooks.example.org:99999/",
        "https://hooks.example.org/a b",
        "https://hooks.example.org/\r\nx-header: 1",
        "https://钩子.example.org/",
        "https://[::1/",
        "https://hooks.example.org/" + "a" * 500,
    ],
)
def test_what_is_no_public_https_address_is_refused(url: str) -> None:
    with pytest.raises(EndpointRefused):
        checked_url(url)


@pytest.mark.parametrize("answers", [[], ["no address"]])
def test_a_name_without_addresses_is_told(answers: list[str]) -> None:
    assert post("https://hooks.example.org/", resolve=Answers(answers)).failure == (
        "name_not_resolved"
    )


def test_loopback_is_open_to_developers_only(settings) -> None:
    settings.WEBHOOK_LOOPBACK = True
    assert checked_url("http://127.0.0.1:9/hook") == "http://127.0.0.1:9/hook"
    # and nothing else with it
    for address in PRIVATE:
        if not ipaddress.ip_address(address.partition("%")[0]).is_loopback:
            answer = post("https://hooks.example.org/", resolve=Answers([address]))
            assert answer.failure == "address_refused"


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the server's and the client's side of a certificate for hooks.example.org."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example.org")])
    now = utc_now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("hooks.example.org")]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


def test_the_connection_goes_to_the_checked_address_and_the_name_is_held(
    certificate, settings
) -> None:
    settings.WEBHOOK_LOOPBACK = True
    server, client = certificate
    with receiving(tls=server) as receiver:
        # given a name that leads elsewhere the second time it is asked for
        rebinding = Answers(["127.0.0.1"], ["169.254.169.254"])
        # when it is called
        answer = post(
            f"https://hooks.example.org:{receiver.port}/hook", resolve=rebinding, tls=client
        )
        # then it was asked for once, and the certificate of the name was shown
        assert (answer.failure, answer.status) == ("", 200)
        assert rebinding.asked == [("hooks.example.org", receiver.port)]
        assert receiver.heard[0].headers["host"] == f"hooks.example.org:{receiver.port}"
        # while under another name the same server is not believed
        other = post(
            f"https://other.example.org:{receiver.port}/hook",
            resolve=Answers(["127.0.0.1"]),
            tls=client,
        )
        assert other.failure == "tls"
        # nor under its address, nor without its authority
        assert post(receiver.url, tls=client).failure == "tls"
        unknown = post(
            f"https://hooks.example.org:{receiver.port}/hook", resolve=Answers(["127.0.0.1"])
        )
        assert unknown.failure == "tls"
        assert len(receiver.heard) == 1
