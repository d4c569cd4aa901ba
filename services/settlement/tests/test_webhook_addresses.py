"""Which addresses a webhook may have, and which machines are called: whoever names one makes the platform call it."""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from services.settlement.tests.conftest import NOW
from services.settlement.tests.receiving import Receiver, receiving

from kernel.security.signing_keys import SigningKey
from kernel.values.refusals import Refused
from settlement.webhooks.commands.sending import Sender
from settlement.webhooks.domain.address import check_literal, may_speak_to, parts_of

OWN: Final = SigningKey("onestop/settlement", b"s" * 32)
HERE: Final = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


async def test_a_name_that_leads_inside_is_not_called(receiver: Receiver) -> None:
    sender = Sender(OWN, (), plain=True)
    try:
        assert await sender.send(receiver.url, b"{}", "1-1", NOW) == "ADDRESS_REFUSED"
        assert await sender.send("http://nowhere.invalid/hook", b"{}", "1-1", NOW) == "NOT_REACHED"
        assert receiver.came == []
    finally:
        await sender.close()


async def test_the_certificate_must_be_of_the_name_and_of_somebody_trusted(tmp_path: Path) -> None:
    secured, trusted = _certified(tmp_path, "localhost")
    foreign, _ = _certified(tmp_path, "other.example.cn")
    async with receiving(secured) as good, receiving(foreign) as bad:
        for authority, url, outcome in (
            (str(trusted), good.url, None),
            (None, good.url, "TLS_REFUSED"),
            (str(tmp_path / "other.example.cn.pem"), bad.url, "TLS_REFUSED"),
        ):
            sender = Sender(OWN, HERE, trusted=authority)
            try:
                assert await sender.send(url, b"{}", "1-1", NOW) == outcome
            finally:
                await sender.close()
        assert (len(good.came), len(bad.came)) == (1, 0)


def _certified(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, private)
    return context, certificate


@pytest.mark.parametrize(
    "url",
    [
        "http://his.example.cn/hook",
        "https:///hook",
        "https://user:secret@his.example.cn/hook",
        "https://his.example.cn/hook#part",
        "https://his.example.cn:99999/hook",
        "https://his.example.cn\\@10.0.0.1/hook",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://169.254.169.254/latest",
        "https://his..example.cn/hook",
        "https://.example.cn/hook",
        f"https://{'h' * 64}.example.cn/hook",
        f"https://{'his.' * 64}cn/hook",
        "https://-his.example.cn/hook",
        "https://his.example.cn%00/hook",
        "https://his.example.cn/ho\x7fok",
    ],
)
def test_such_an_address_is_no_webhook(url: str) -> None:
    with pytest.raises(Refused, match="address cannot be used"):
        check_literal(parts_of(url), ())


@pytest.mark.parametrize(
    "url",
    ["https://his.example.cn/hook", "https://his_1.example.cn.:8443", "https://xn--fiqs8s.cn/", "https://8.8.8.8/h"],
)
def test_such_an_address_may_be_one(url: str) -> None:
    check_literal(parts_of(url), ())


@pytest.mark.parametrize(
    ("machine", "allowed"),
    [
        ("8.8.8.8", True),
        ("10.20.3.4", True),
        ("10.21.3.4", False),
        ("::ffff:10.21.3.4", False),
        ("64:ff9b::a15:304", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("fe80::1", False),
    ],
)
def test_which_machines_may_be_spoken_to(machine: str, allowed: bool) -> None:
    assert may_speak_to(ip_address(machine), [ip_network("10.20.0.0/16")]) is allowed
