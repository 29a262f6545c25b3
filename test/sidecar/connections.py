# SPDX-License-Identifier: Apache-2.0
"""Connections: kept, limited, slow, over unix sockets."""
import os
import re
import socket
import time

import tools

ENVOY = {"listen.0.dialect": "envoy"}


def test_a_connection_is_kept():
    sidecar = tools.Sidecar(ENVOY)
    with sidecar.connect() as client:
        for i in range(200):
            assert client.ask(f"/{i}").header("X-Fact-Target") == f"/{i}"


def shape(answer):
    """What an answer to the same request always is."""
    body = re.sub(rb'("decision":")\w+', rb"\1", answer.body)
    return answer.status, body, sorted(
        h for h in answer.headers if h[0] != "Date")


def test_kept_connections_give_each_request_its_own_answer():
    """What is kept of an answer must not show in the next one."""
    asks = [("/", []), ("/long/" + "x" * 3000, [("User-Agent", "curl")]),
            ("/", [("X-Deny", "409")]), ("/wait", [("X-Wait", "5")]),
            ("/?a=b", [("Accept", "*/*"), ("User-Agent", "x" * 200)]),
            ("/", [("X Y", "bad")]), ("/", [("Payment-Signature", "a")]),
            ("/", [("Payment-Signature", "b"), ("Authorization", "c")]),
            ("/", [("Authorization", "d"), ("Accept", "e"),
                   ("Authorization", "f")])]
    for dialect in ("envoy", "forward-auth"):
        sidecar = tools.Sidecar({"listen.0.dialect": dialect})
        asks = [(target, headers if dialect == "envoy" else headers +
                 [("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", target)])
                for target, headers in asks]
        want = [shape(sidecar.ask(*ask)) for ask in asks]
        assert len({str(w) for w in want}) == len(asks)
        clients = [sidecar.connect() for _ in range(3)]
        for i in range(600):
            which = i * i // 3 % len(asks)
            answer = clients[i % 3].ask(*asks[which])
            if answer is None:  # the one before ended the connection
                clients[i % 3] = sidecar.connect()
                answer = clients[i % 3].ask(*asks[which])
            assert shape(answer) == want[which], (i, asks[which])


def test_http_1_0_ends_its_connection():
    sidecar = tools.Sidecar(ENVOY)
    with sidecar.connect() as client:
        client.send(b"GET / HTTP/1.0\r\n\r\n")
        assert client.answer().status == 200
        assert client.at_end()


def test_one_byte_at_a_time():
    sidecar = tools.Sidecar(ENVOY)
    head = (b"GET /slow?a=b&c HTTP/1.1\r\nHost: a\r\n"
            b"Cookie: a=b\r\nUser-Agent: x\r\n\r\n")
    with sidecar.connect() as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(len(head)):
            client.send(head[i:i + 1])
            time.sleep(0.001)
        answer = client.answer()
    assert answer.header("X-Fact-Target") == "/slow?a=b&c"
    assert answer.header("X-Fact-Headers") == "Cookie,User-Agent"


def test_who_says_nothing_is_let_go():
    sidecar = tools.Sidecar({**ENVOY, "limits.idle": "1000000"})
    with sidecar.connect() as silent, sidecar.connect() as half:
        half.send(b"GET / HTTP/1.1\r\nHost: a")
        start = time.monotonic()
        assert silent.at_end() and half.at_end()
        assert 0.5 < time.monotonic() - start < 8


def test_slow_heads_hold_no_decision():
    sidecar = tools.Sidecar({**ENVOY, "limits.in-flight": "1"})
    clients = [sidecar.connect() for _ in range(20)]
    for client in clients:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\nX-")
    assert sidecar.ask("/").status == 200
    for client in clients:
        client.socket.close()


def test_beyond_the_limit_connections_wait_their_turn():
    sidecar = tools.Sidecar({**ENVOY, "limits.connections": "3",
                             "limits.threads": "2"})
    held = [sidecar.connect() for _ in range(3)]
    for client in held:
        assert client.ask("/").status == 200
    assert sidecar.metric('weighbridge_connections{listener="0"}') == 3
    with sidecar.connect(timeout=0.3) as late:
        late.send(b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n")
        try:
            assert late.answer() is None
            raise AssertionError("it was accepted")
        except socket.timeout:
            pass
        held.pop().socket.close()
        late.socket.settimeout(tools.PATIENCE)
        assert late.answer().status == 200
    for client in held:
        client.socket.close()


def test_a_unix_socket():
    path = os.path.join("FOLDER", "socket")
    sidecar = tools.Sidecar({
        "listen.0.dialect": "forward-auth",
        "listen.0.address": f"unix:{path}",
        "listen.0.socket-mode": "0600",
        "listen.0.trust-forwarded.#": "1",
        "listen.0.trust-forwarded.0": "unix"})
    path = path.replace("FOLDER", sidecar.folder)
    assert os.stat(path).st_mode & 0o777 == 0o600
    answer = sidecar.ask("/", [("X-Forwarded-Method", "GET"),
                               ("X-Forwarded-Uri", "/a"),
                               ("X-Forwarded-For", "192.0.2.7")])
    assert answer.header("X-Fact-Client-IP") == "192.0.2.7"
    sidecar.signal(15)
    assert sidecar.wait() == 0
    assert not os.path.exists(path)


def test_a_unix_socket_that_trusts_nobody_does_not_start():
    sidecar = tools.Sidecar({"listen.0.dialect": "nginx",
                             "listen.0.address": "unix:FOLDER/socket"},
                            wait=False)
    assert sidecar.wait() == 1
    assert "trust-forwarded: [unix]" in sidecar.text
    sidecar.process.returncode = 0


def test_a_unix_socket_that_was_left_behind():
    settings = {"listen.0.dialect": "envoy",
                "listen.0.address": "unix:FOLDER/socket",
                "listen.0.trust-forwarded.#": "1",
                "listen.0.trust-forwarded.0": "unix"}
    left = socket.socket(socket.AF_UNIX)
    sidecar = tools.Sidecar(settings)
    path = os.path.join(sidecar.folder, "other")
    left.bind(path)
    left.close()  # its file stays
    second = tools.Sidecar({**settings, "listen.0.address": f"unix:{path}"})
    assert second.ask("/").status == 200
    # one that is in use is not taken away
    third = tools.Sidecar({**settings, "listen.0.address": f"unix:{path}"},
                          wait=False)
    assert third.wait() == 2
    third.process.returncode = 0
    assert second.ask("/").status == 200


def test_ipv6():
    sidecar = tools.Sidecar({"listen.0.dialect": "envoy",
                             "listen.0.address": "[::1]:0"})
    assert sidecar.listeners[0].startswith("[::1]:")
    assert sidecar.ask("/").status == 200


def test_several_listeners():
    sidecar = tools.Sidecar({"listen.#": "3", "listen.0.dialect": "envoy",
                             "listen.1.dialect": "nginx",
                             "listen.2.dialect": "json"})
    assert sidecar.ask("/", i=0).status == 200
    assert sidecar.ask("/", i=1).status == 403
    assert sidecar.ask("/", i=2).status == 404
    assert sidecar.metric(
        'weighbridge_asks_total{listener="1",dialect="nginx"}') == 1
