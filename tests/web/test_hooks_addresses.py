"""A call goes to public places only, however the address is spelled and whatever a name leads to."""

from __future__ import annotations

import socket
import ssl
import threading
import time

import pytest

from mizzle_web.journal import caller
from mizzle_web.journal.caller import Unreachable, is_public, places, post, read

PUBLIC = "93.184.216.34"

SPELLINGS = [
    "http://127.0.0.1/",
    "https://127.0.0.1/",
    "http://127.0.0.1:443/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.255.255.254/",
    "http://2130706433/",
    "http://017700000001/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://0x7f.1/",
    "http://127.0.0.1./",
    "http://127.000.000.001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://00000000.0/",
    "http://0x0/",
    "http://localhost/",
    "http://localhost./",
    "http://LOCALHOST/",
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::1]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fc00::1]/",
    "http://[fd12:3456:789a::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[100::1]/",
    "http://169.254.169.254/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://169.254.43518/",
    "http://10.0.0.1/",
    "http://10.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://3232235777/",
    "http://100.64.0.1/",
    "http://192.0.0.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://192.0.2.1/",
    "http://\uff11\uff12\uff17.0.0.1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://127.0.0.1%2f@larkmoor.example/",
    "http://user@larkmoor.example/",
    "http://user:pass@larkmoor.example/",
    "http://larkmoor.example@127.0.0.1/",
    "http://larkmoor.example:22/",
    "http://larkmoor.example:6379/",
    "http://larkmoor.example:8000/",
    "http://larkmoor.example:0/",
    "http://larkmoor.example:99999/",
    "http://intranet/",
    "http://%31%32%37.0.0.1/",
    "http://127.0.0.1\\@larkmoor.example/",
    "ftp://larkmoor.example/",
    "file:///etc/passwd",
    "gopher://larkmoor.example/",
    "//larkmoor.example/",
    "http:///",
    "http://:80/",
    "javascript:0",
]


@pytest.mark.parametrize("url", SPELLINGS)
def test_every_spelling_of_a_place_inside_is_refused_before_anything_is_looked_up(url):
    def never(*_args, **_more):
        raise AssertionError("looked up")

    with pytest.raises(Unreachable) as refused:
        post(url, body=b"", headers={}, resolve=never)
    assert str(refused.value) in ("address", "port")


def test_there_are_more_than_60_spellings():
    assert len(set(SPELLINGS)) > 60


@pytest.mark.parametrize("sign", ["\r\n", "\n", "\t", " ", "\0", "\\"])
def test_signs_that_end_a_line_are_refused_in_an_address(sign):
    with pytest.raises(Unreachable):
        read(f"https://larkmoor.example/{sign}X-Header: 1")


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://larkmoor.example/hook?a=1#part", "larkmoor.example", 443, "/hook?a=1"),
        ("http://larkmoor.example", "larkmoor.example", 80, "/"),
        ("https://LARKMOOR.example.:8443/x", "larkmoor.example", 8443, "/x"),
        ("https://blåbær.example/", "xn--blbr-roah.example", 443, "/"),
        ("https://93.184.216.34/", PUBLIC, 443, "/"),
        ("https://[2606:2800:220:1::1]/", "2606:2800:220:1::1", 443, "/"),
    ],
)
def test_public_addresses_are_read(url, host, port, path):
    target = read(url)
    assert (target.host, target.port, target.path) == (host, port, path)


def leads_to(*addresses):
    """A name server that gives these addresses, and counts how often it was asked."""

    def resolve(_host, port, **_more):
        resolve.n_asked += 1
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in addresses
        ]

    resolve.n_asked = 0
    return resolve


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        [PUBLIC, "127.0.0.1"],
        ["10.0.0.1", PUBLIC],
        ["::1"],
        ["::ffff:10.0.0.1"],
        [PUBLIC, "fe80::1"],
        ["x"],
    ],
)
def test_a_name_that_leads_inside_by_one_of_its_addresses_is_refused_as_a_whole(addresses):
    with pytest.raises(Unreachable, match="address"):
        places(read("https://larkmoor.example/"), resolve=leads_to(*addresses))


@pytest.mark.parametrize("problem", [socket.gaierror(), UnicodeError(), OSError()])
def test_a_name_that_cannot_be_looked_up_is_not_called(problem):
    def fails(*_args, **_more):
        raise problem

    with pytest.raises(Unreachable, match="unresolved"):
        post("https://larkmoor.example/", body=b"", headers={}, resolve=fails)
    with pytest.raises(Unreachable, match="unresolved"):
        post("https://larkmoor.example/", body=b"", headers={}, resolve=leads_to())


def test_public_is_what_is_given_out_to_the_world():
    assert all(is_public(one) for one in (PUBLIC, "8.8.8.8", "2606:2800:220:1::1", "2a00:1450::1", "172.15.0.1"))
    assert not any(is_public(one) for one in ("", "larkmoor.example", "::", "1.2.3", "2001:db8::", "172.16.0.0"))


@pytest.fixture
def server():
    """A socket on this machine that answers each connection by a function."""
    listening = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def begin(answer, n=1):
        def run():
            for _ in range(n):
                connection, _where = listening.accept()
                with connection:
                    answer(connection, stop)

        threading.Thread(target=run, daemon=True).start()
        return listening.getsockname()

    yield begin
    stop.set()
    listening.close()


def says(text):
    def answer(connection, _stop):
        connection.recv(65536)
        connection.sendall(text)

    return answer


def call(place, **more):
    """Call a public name that leads to a place on this machine."""
    more = {"body": b"{}", "headers": {}, "allowed": {place, ("larkmoor.example", place[1])}, "seconds": 5.0} | more
    scheme = more.pop("scheme", "http")
    more.setdefault("resolve", leads_to(place[0]))
    return post(f"{scheme}://larkmoor.example:{place[1]}/", **more)


def test_a_name_is_looked_up_once_and_the_checked_address_is_the_one_called(server):
    """A server of names that answers differently the second time gets no second time."""
    place = server(says(b"HTTP/1.1 204 No Content\r\n\r\n"))
    resolve = leads_to(place[0])
    assert call(place, resolve=resolve) == 204
    assert resolve.n_asked == 1


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nwhatever", 200),
        (b"HTTP/1.0 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n", 302),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n\r\n", 201),
    ],
)
def test_the_first_line_of_the_answer_counts(server, text, status):
    assert call(server(says(text))) == status


@pytest.mark.parametrize(
    "text", [b"", b"220 mail ready\r\n", b"HTTP/1.1 999 x\r\n\r\n", b"HTTP/1.1 100 x\r\n", b"x" * 99999]
)
def test_what_speaks_no_http_is_a_failure(server, text):
    with pytest.raises(Unreachable, match=r"answer|connection"):
        call(server(says(text)))


def test_a_server_that_drips_its_answer_is_left_when_the_time_is_over(server, monkeypatch):
    beats = iter(range(10_000))
    monkeypatch.setattr(caller.time, "monotonic", lambda: next(beats) / 10)  # each look at the clock takes 0.1 s

    def drips(connection, stop):
        connection.recv(65536)
        try:
            while not stop.wait(0.01):
                connection.sendall(b"X")
        except OSError:
            pass

    with pytest.raises(Unreachable, match="timeout"):
        call(server(drips), seconds=2.0)
    assert next(beats) < 40


def test_a_server_that_says_nothing_is_left_when_the_time_is_over(server):
    place = server(lambda _connection, stop: stop.wait(5))
    began = time.perf_counter()
    with pytest.raises(Unreachable, match="timeout"):
        call(place, seconds=0.3)
    assert time.perf_counter() - began < 3


def test_nobody_at_home_is_a_failure():
    with socket.create_server(("127.0.0.1", 0)) as free:
        place = free.getsockname()
    with pytest.raises(Unreachable, match="connection"):
        call(place)


@pytest.fixture
def certificate(tmp_path):
    """A certificate for a name, signed by itself."""
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    def make(name):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(7)
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        file = tmp_path / "server.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        return file

    return make


def over_tls(file):
    def answer(connection, _stop):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        try:
            with context.wrap_socket(connection, server_side=True) as wrapped:
                wrapped.recv(65536)
                wrapped.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        except OSError:
            pass

    return answer


@pytest.mark.parametrize(
    ("name", "is_trusted", "outcome"),
    [("larkmoor.example", True, 200), ("other.example", True, "tls"), ("larkmoor.example", False, "tls")],
)
def test_a_certificate_must_be_trusted_and_fit_the_name(server, certificate, monkeypatch, name, is_trusted, outcome):
    file = certificate(name)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    place = server(over_tls(file))
    if outcome == 200:
        assert call(place, scheme="https") == 200
    else:
        with pytest.raises(Unreachable, match=outcome):
            call(place, scheme="https")
