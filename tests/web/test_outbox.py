"""What is to be sent arrives at least once, under one id, and only where it may go."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import smtplib
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.mail import get_connection
from django.db import connection, transaction

from mizzle_web.journal import outbox
from mizzle_web.journal.actions import (
    SYSTEM,
    add_hook,
    forget_sent,
    record,
    remove_hook,
    replay,
    send,
    switch_hook,
    try_mail,
)
from mizzle_web.journal.models import Hook, Parcel, ParcelState
from mizzle_web.journal.outbox import CLAIM, WAITS, deliver_due
from mizzle_web.page.refused import Refused

pytestmark = pytest.mark.django_db


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what was posted to it, and answers as it was told to."""

    def do_POST(self):
        self.server.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.answers = [], []
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def allowed(receiver):
    return {receiver.server_address}


@pytest.fixture
def hook(receiver, at):
    """A hook that leads to the receiver, and its secret."""
    return add_hook(url=f"http://127.0.0.1:{receiver.server_address[1]}/hook?x=1", verbs=["member"], by=SYSTEM, at=at)


@pytest.fixture
def mailer():
    """A mail server that keeps what it is given."""
    return get_connection("django.core.mail.backends.locmem.EmailBackend")


def post(at, **more):
    content = {"subject": "Come in", "text": "https://larkmoor.example/in/abc"}
    return send(kind="mail", target="kim@larkmoor.example", content=content, at=at, **more)


def happens(at, n=1, verb="member.added"):
    for _ in range(n):
        record(by=SYSTEM, verb=verb, thing="member:1", at=at)


def test_what_happens_is_called_out_signed_and_with_its_id(receiver, allowed, hook, at):
    happens(at)
    parcel = Parcel.objects.get()
    assert deliver_due(at, allowed=allowed).n_sent == 1
    ((headers, body),) = receiver.got
    headers = {name.lower(): value for name, value in headers.items()}
    told = json.loads(body)
    assert (told["type"], told["data"]["thing"]) == ("member.added", "member:1")
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == (str(parcel.pk), str(int(at.timestamp())))
    key = base64.b64decode(hook[1].removeprefix("whsec_"))
    signed = f"{parcel.pk}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert Parcel.objects.get().state == ParcelState.SENT


def test_a_signature_is_that_of_the_published_scheme(at):
    """Checked against the test vector of the reference libraries of Standard Webhooks."""
    headers = outbox.signed(
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ident="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=at.fromtimestamp(1614265330, tz=at.tzinfo),
        body=b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_hook_hears_what_it_asked_for_and_nothing_else(hook, at):
    everything, _ = add_hook(url="https://larkmoor.example/all", verbs=[], by=SYSTEM, at=at)
    Parcel.objects.all().delete()
    for verb in ("member.added", "member", "membership.begun", "role.given"):
        happens(at, verb=verb)
    heard = [(parcel.target == str(everything.public_id), parcel.content["type"]) for parcel in Parcel.objects.all()]
    assert sorted(what for is_all, what in heard if is_all) == [
        "member",
        "member.added",
        "membership.begun",
        "role.given",
    ]
    assert sorted(what for is_all, what in heard if not is_all) == ["member", "member.added"]


def test_a_house_without_hooks_never_looks_for_them(hook, at, django_assert_num_queries):
    switch_hook(hook=hook[0].public_id, is_active=False, version=1, by=SYSTEM, at=at)
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 3):  # the head, the entry, the head
        happens(at)
    assert not Parcel.objects.exists()


def test_a_parcel_is_undone_with_what_it_tells(hook, at):
    with transaction.atomic():
        happens(at)
        post(at)
        transaction.set_rollback(True)
    assert not Parcel.objects.exists()


def test_killed_between_sending_and_noting_it_nothing_is_lost_and_the_second_has_the_same_id(
    receiver, allowed, hook, at, monkeypatch
):
    happens(at, 3)
    kill_at, noted = 2, outbox._mark_sent

    def killed(parcel, at):
        if len(receiver.got) == kill_at:
            raise KeyboardInterrupt
        noted(parcel, at)

    monkeypatch.setattr(outbox, "_mark_sent", killed)
    with pytest.raises(KeyboardInterrupt):
        deliver_due(at, allowed=allowed)
    monkeypatch.undo()
    deliver_due(at, allowed=allowed)
    assert len(receiver.got) == 3  # the one in doubt is still claimed
    assert deliver_due(at + CLAIM, allowed=allowed).n_sent == 1
    ids = [headers["webhook-id"] for headers, _body in receiver.got]
    assert (len(ids), set(ids)) == (4, {str(parcel.pk) for parcel in Parcel.objects.all()})
    assert ids[1] == ids[3]
    assert receiver.got[1][1] == receiver.got[3][1]
    assert {parcel.state for parcel in Parcel.objects.all()} == {ParcelState.SENT}


def test_two_workers_never_send_the_same_parcel_at_once(receiver, allowed, hook, at, monkeypatch):
    happens(at)
    real = outbox.post

    def slow(*args, **more):
        assert deliver_due(at, allowed=allowed).n_sent == 0  # another worker, in the middle of this one's call
        return real(*args, **more)

    monkeypatch.setattr(outbox, "post", slow)
    assert deliver_due(at, allowed=allowed).n_sent == 1
    assert len(receiver.got) == 1


def test_what_fails_is_tried_later_and_later_then_given_up_and_can_be_replayed(receiver, allowed, hook, at):
    happens(at)
    receiver.answers = [500] * 20
    now, waits = at, []
    for _ in range(20):
        deliver_due(now, allowed=allowed)
        parcel = Parcel.objects.get()
        if parcel.state == ParcelState.DEAD:
            break
        waits.append(parcel.next_at - now)
        assert deliver_due(parcel.next_at - timedelta(seconds=1), allowed=allowed).n_failed == 0
        now = parcel.next_at
    assert (waits, len(receiver.got)) == (list(WAITS), 10)
    assert sorted(waits) == waits
    assert waits[-1] == timedelta(hours=24)
    assert parcel.error == "status:500"
    receiver.answers = []
    for _ in range(2):  # by a double click
        replay(parcel=parcel.pk, by=SYSTEM, at=now)
    assert deliver_due(now, allowed=allowed).n_sent == 1
    assert {headers["webhook-id"] for headers, _body in receiver.got} == {str(parcel.pk)}


@pytest.mark.parametrize(("answer", "state"), [(301, "waiting"), (302, "waiting"), (404, "waiting"), (410, "dead")])
def test_an_answer_other_than_yes_is_a_failure_and_no_redirect_is_followed(receiver, allowed, hook, at, answer, state):
    happens(at)
    receiver.answers = [answer]
    deliver_due(at, allowed=allowed)
    assert len(receiver.got) == 1
    assert (Parcel.objects.get().state, Parcel.objects.get().error) == (state, f"status:{answer}")


def test_a_hook_that_leads_inside_is_never_called_without_leave(receiver, hook, at):
    happens(at)
    deliver_due(at)
    assert receiver.got == []
    assert Parcel.objects.get().error in ("address", "port")


def test_a_broken_hook_holds_up_nothing_else(receiver, allowed, hook, at, mailer, mailoutbox):
    receiver.answers = [500] * 50
    happens(at, 5)
    post(at)
    done = deliver_due(at, allowed=allowed, mailer=mailer)
    assert (done.n_sent, done.n_failed, len(receiver.got), len(mailoutbox)) == (1, 1, 1, 1)


def test_what_waits_for_a_hook_that_is_off_goes_out_when_it_is_on_again(receiver, allowed, hook, at):
    happens(at)
    for is_active, version, n_got in ((False, 1, 0), (True, 2, 1)):
        switch_hook(hook=hook[0].public_id, is_active=is_active, version=version, by=SYSTEM, at=at)
        deliver_due(at, allowed=allowed)
        assert len(receiver.got) == n_got


def test_what_waits_for_a_hook_that_is_removed_is_given_up_and_cannot_be_replayed(hook, at):
    happens(at)
    remove_hook(hook=hook[0].public_id, version=1, by=SYSTEM, at=at)
    parcel = Parcel.objects.get()
    assert (parcel.state, parcel.error) == (ParcelState.DEAD, "hook_gone")
    with pytest.raises(Refused):
        replay(parcel=parcel.pk, by=SYSTEM, at=at)


def test_a_mail_has_its_id_its_sender_and_its_text(at, mailer, mailoutbox, settings):
    parcel = post(at)
    assert deliver_due(at, mailer=mailer).n_sent == 1
    (mail,) = mailoutbox
    assert (mail.subject, mail.body, mail.to) == (
        "Come in",
        "https://larkmoor.example/in/abc",
        ["kim@larkmoor.example"],
    )
    assert mail.from_email == settings.ENVIRONMENT.mail_from
    message = mail.message()
    assert message["Message-ID"] == f"<{parcel.pk}@127.0.0.1>"
    assert message["Date"] == "Mon, 02 Mar 2026 08:30:00 +0000"
    assert message.get_content_type() == "text/plain"


def test_a_mail_is_kept_encrypted_and_forgotten_once_it_is_sent(at, mailer, mailoutbox):
    parcel = post(at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM journal_parcel")
        assert "larkmoor" not in cursor.fetchone()[0]
    deliver_due(at, mailer=mailer)
    parcel.refresh_from_db()
    assert parcel.content == {}


def test_without_a_mail_server_mails_stay_waiting(at):
    post(at)
    done = deliver_due(at + timedelta(days=30))
    assert (done.n_sent, done.n_failed) == (0, 0)
    assert (Parcel.objects.get().state, Parcel.objects.get().n_tries) == (ParcelState.WAITING, 0)


def test_a_mail_with_a_line_break_in_its_subject_is_given_up_and_not_sent(at, mailer, mailoutbox):
    send(kind="mail", target="kim@larkmoor.example", content={"subject": "a\nBcc: b@c.example", "text": "x"}, at=at)
    deliver_due(at, mailer=mailer)
    assert (Parcel.objects.get().state, mailoutbox) == (ParcelState.DEAD, [])


class Refusing:
    """A mail server that refuses."""

    def __init__(self, problem):
        self.problem, self.n_asked = problem, 0

    def send_messages(self, _messages):
        self.n_asked += 1
        raise self.problem

    def close(self):
        pass


@pytest.mark.parametrize(
    ("problem", "n_asked", "error", "state"),
    [
        (ConnectionRefusedError(), 1, "mail_server", "waiting"),
        (smtplib.SMTPAuthenticationError(535, b"no"), 1, "mail_server", "waiting"),
        (smtplib.SMTPDataError(451, b"later"), 2, "mail:451", "waiting"),
        (smtplib.SMTPRecipientsRefused({"kim@larkmoor.example": (450, b"full")}), 2, "recipient:450", "waiting"),
        (smtplib.SMTPRecipientsRefused({"kim@larkmoor.example": (550, b"unknown")}), 2, "recipient:550", "dead"),
    ],
)
def test_a_mail_server_that_refuses_is_left_alone_and_an_address_that_never_works_is_given_up(
    at, problem, n_asked, error, state
):
    post(at)
    post(at)
    mailer = Refusing(problem)
    deliver_due(at, mailer=mailer)
    assert mailer.n_asked == n_asked
    first = Parcel.objects.exclude(error="").first()
    assert (first.error, first.state) == (error, state)


@pytest.mark.parametrize(
    ("url", "port", "is_ssl", "is_starttls"),
    [
        ("smtps://u:p%40ss@mail.larkmoor.example", 465, True, False),
        ("smtp://u:p%40ss@mail.larkmoor.example", 587, False, True),
        ("smtp://u:p%40ss@mail.larkmoor.example:2525", 2525, False, True),
        ("smtp://mail.larkmoor.example", 25, False, False),
        ("smtp://localhost:1025", 1025, False, False),
    ],
)
def test_a_password_never_goes_over_a_network_in_the_clear(url, port, is_ssl, is_starttls, settings):
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, mail_url=url)
    way = outbox.mail_settings()
    assert (way["port"], way["use_ssl"], way["use_tls"]) == (port, is_ssl, is_starttls)
    assert way["password"] in ("p@ss", "")
    assert is_ssl or is_starttls or not way["password"]
    assert outbox.mail_connection().host == way["host"]


def test_the_same_form_sent_twice_sends_one_mail(at):
    for _ in range(2):
        try_mail(address="ida@larkmoor.example", key="abc", by="ida", at=at)
    assert Parcel.objects.count() == 1
    with pytest.raises(Refused):
        try_mail(address="", key="abd", by="ida", at=at)


def test_what_was_sent_long_ago_is_forgotten_and_what_waits_is_not(at, mailer, mailoutbox):
    post(at)
    deliver_due(at, mailer=mailer)
    post(at)
    assert forget_sent(before=at) == 0
    assert forget_sent(before=at + timedelta(days=31)) == 1
    assert Parcel.objects.get().state == ParcelState.WAITING


def test_an_address_is_told_by_one_hook_only_and_its_secret_is_kept_encrypted(hook, at):
    with pytest.raises(Refused) as refused:
        add_hook(url=hook[0].url, verbs=[], by=SYSTEM, at=at)
    assert (refused.value.code, refused.value.field) == ("hook_there", "url")
    assert hook[1] not in Hook.objects.get().secret
    assert outbox.opened(Hook.objects.get().secret) == hook[1]
