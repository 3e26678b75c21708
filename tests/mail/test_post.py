"""The way to the mail server: STARTTLS where asked, signing in, refusals in words."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from app.errors import SettingsError, UsageError
from app.kept_mail import mail_folder
from app.settings import Settings
from pipelines import mail as post
from pipelines.mail import Mail, Picture, compose, server
from pipelines.mailstore import list_mail, read_mail
from pipelines.ports import LOOPBACK, is_listening, port_of
from pipelines.program import environment

LETTER = Mail("report", "eva@example.test", "k", "Zahlen, größer", "Text: 1\n", '<p><img src="cid:a"></p>',
              (Picture("a", b"\x89PNG\r\n\x1a\n"),))  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


class Taken:
    def __init__(self) -> None:
        self.mails: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
    return key, cert


@pytest.fixture
def real_server(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, Taken]]:
    """A server that demands STARTTLS and a sign-in, with a certificate that this test trusts."""
    key, cert = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    trusting = ssl.create_default_context(cafile=str(cert))
    monkeypatch.setattr(post.ssl, "create_default_context", lambda: trusting)

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"plumbline", b"right")
        return AuthResult(success=known, handled=False)

    taken = Taken()
    controller = Controller(
        taken, hostname=LOOPBACK, port=free_port(), tls_context=context, require_starttls=True, authenticator=check,
        auth_required=True, ready_timeout=60,
    )  # fmt: skip
    controller.start()
    yield controller.port, taken
    controller.stop()


@pytest.fixture
def plain_server() -> Iterator[int]:
    controller = Controller(Taken(), hostname=LOOPBACK, port=free_port(), ready_timeout=60)
    controller.start()
    yield controller.port
    controller.stop()


def test_a_real_server_gets_it_encrypted_and_signed_in(
    real_server: tuple[int, Taken], make_settings: Callable[..., Settings]
) -> None:
    port, taken = real_server
    settings = make_settings(smtp_host=LOOPBACK, smtp_port=port, smtp_user="plumbline", smtp_password="right")
    with server(settings) as connection:
        connection.send_message(compose(LETTER, settings.mail_from))
    assert [mail.rcpt_tos for mail in taken.mails] == [["eva@example.test"]]


def test_a_wrong_password_is_an_error_that_does_not_show_it(
    real_server: tuple[int, Taken], make_settings: Callable[..., Settings]
) -> None:
    secrets = {"smtp_user": "plumbline", "smtp_password": "wrong-one"}
    settings = make_settings(smtp_host=LOOPBACK, smtp_port=real_server[0], **secrets)
    error = post._send(settings, LETTER)
    assert error is not None
    assert error.startswith("SMTPAuthenticationError")
    assert "wrong-one" not in error


def test_a_server_without_starttls_is_refused(plain_server: int, make_settings: Callable[..., Settings]) -> None:
    settings = make_settings(smtp_host=LOOPBACK, smtp_port=plain_server)
    with pytest.raises(SettingsError, match="offers no STARTTLS"), server(settings):
        pytest.fail("a connection without encryption was given")


def test_starttls_can_be_switched_off(plain_server: int, make_settings: Callable[..., Settings]) -> None:
    settings = make_settings(smtp_host=LOOPBACK, smtp_port=plain_server, smtp_starttls=False)
    assert post._send(settings, LETTER) is None


def test_without_sandbox_and_server_it_says_what_to_set(make_settings: Callable[..., Settings]) -> None:
    with pytest.raises(SettingsError, match="Set it to send mail"), server(make_settings(sandbox_scale="none")):
        pytest.fail("there is no server to connect to")


def test_a_subject_is_one_line_whatever_people_call_things() -> None:
    said = replace(LETTER, subject="MRR of a\r\nBcc: everybody\u202e " + "x" * 300)
    subject = compose(said, "Plumbline <plumbline@localhost>")["Subject"]
    assert subject.startswith("MRR of a  Bcc: everybody  x") and len(subject) == 201


def test_a_composed_mail_has_a_text_and_a_page_with_its_picture() -> None:
    message = compose(LETTER, "Plumbline <plumbline@localhost>")
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    assert isinstance(message, EmailMessage)
    assert message["Subject"] == "Zahlen, größer"
    assert [part["Content-ID"] for part in message.walk()][-1] == "<a>"


@pytest.mark.slow
def test_the_mailbox_keeps_what_it_is_sent_until_it_is_told_to_stop(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings()
    port = port_of(settings, "mailbox")
    child = subprocess.Popen([sys.executable, "-m", "pipelines.sandbox.mailbox"], env=environment(settings),
                             stderr=subprocess.PIPE, text=True)  # fmt: skip
    try:
        for _ in range(1800):
            if is_listening(port):
                break
            time.sleep(0.1)
        assert post._send(settings, LETTER) is None
    finally:
        child.terminate()
        _, log = child.communicate(timeout=180)
    assert child.returncode == 0
    assert "mailbox ready" in log
    assert [mail.subject for mail in list_mail(settings)] == ["Zahlen, größer"]
    opened = read_mail(settings, "last")
    assert opened.text == "Text: 1\n"
    assert opened.pictures["a"].read_bytes() == b"\x89PNG\r\n\x1a\n"
    assert 'src="a.png"' in opened.page.read_text()


def test_a_mail_that_is_not_there_is_said_so(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings()
    with pytest.raises(UsageError, match="There is no mail yet"):
        read_mail(settings, "last")
    mail_folder(settings).mkdir(parents=True)
    (mail_folder(settings) / "20261122T1.eml").write_text("Date: Sun, 22 Nov 2026 11:00:00 +0000\n\nx")
    with pytest.raises(UsageError, match="0 of 1 mails have the id 'zzz'"):
        read_mail(settings, "zzz")
