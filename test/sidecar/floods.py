# SPDX-License-Identifier: Apache-2.0
"""Floods, and clients that are slow, gone or in between: each ends in a
defined answer or close, holds no more than its own connection, takes nothing
from another listener, and leaves no memory behind."""
import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import tools

ENVOY = {"listen.0.dialect": "envoy"}
TWO = {"listen.#": "2", "listen.0.dialect": "envoy",
       "listen.1.dialect": "envoy", "limits.threads": "1"}
HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n"
GROWTH = 4096  # kB of RssAnon that repetition may add: an allocator's noise


def memory(sidecar):
    """RssAnon in kB; 0 under tools that keep what is freed."""
    with open(f"/proc/{sidecar.process.pid}/maps", encoding="utf-8") as file:
        if re.search(r"/(libasan|libtsan|vgpreload)", file.read()):
            return 0
    with open(f"/proc/{sidecar.process.pid}/status",
              encoding="ascii") as file:
        for line in file:
            if line.startswith("RssAnon:"):
                return int(line.split()[1])
    raise AssertionError("no RssAnon")


def files(sidecar):
    return sidecar.metric('weighbridge_connections{listener="0"}')


def reset(client):
    """Ends it with RST instead of FIN."""
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
    client.socket.close()


def let_go(sidecar):
    """All connections are over, nothing is in flight, the next is served."""
    tools.until("all are gone", lambda: files(sidecar) == 0)
    assert sidecar.metric("weighbridge_in_flight") == 0
    assert sidecar.ask("/").status == 200


def does_not_grow(sidecar, flood):
    """What floods add once two of the same kind have been."""
    for _ in range(2):
        flood()
        let_go(sidecar)
    first = memory(sidecar)
    for _ in range(3):
        flood()
        let_go(sidecar)
    assert memory(sidecar) - first < GROWTH, (first, memory(sidecar))


def test_a_flood_of_connections_leaves_no_memory():
    sidecar = tools.Sidecar(ENVOY)

    def flood():
        clients = [sidecar.connect() for _ in range(400)]
        for client in clients:
            assert client.ask("/").status == 200
        for client in clients:
            client.socket.close()
    does_not_grow(sidecar, flood)


def test_a_flood_that_says_nothing_leaves_no_memory():
    sidecar = tools.Sidecar(ENVOY)

    def flood():
        clients = [sidecar.connect() for _ in range(400)]
        tools.until("they are in", lambda: files(sidecar) >= 400)
        for client in clients:
            client.socket.close()
    does_not_grow(sidecar, flood)


def test_a_flood_of_long_half_heads_leaves_no_memory():
    sidecar = tools.Sidecar({**ENVOY, "limits.connections": "200"})

    def flood():
        clients = [sidecar.connect() for _ in range(200)]
        for client in clients:
            client.send(HEAD + b"X-Long: " + b"x" * 30000)
        tools.until("they are in", lambda: files(sidecar) == 200)
        # each holds its own 64 KiB at most
        assert memory(sidecar) < 200 * 80 + 32 * 1024
        for client in clients:
            client.socket.close()
    does_not_grow(sidecar, flood)


def test_a_flood_of_refused_heads_leaves_no_memory():
    sidecar = tools.Sidecar(ENVOY)

    def flood():
        for i in range(300):
            with sidecar.connect() as client:
                client.send((HEAD + b"X-P : 0\r\n\r\n",
                             HEAD + b"X-L: " + b"x" * 70000 + b"\r\n\r\n",
                             b"\x16\x03\x01" + b"\xff" * 200 + b"\r\n\r\n"
                             )[i % 3])
                client.answer()
    does_not_grow(sidecar, flood)


def test_a_flood_on_one_listener_does_not_starve_another():
    sidecar = tools.Sidecar({**TWO, "limits.connections": "50",
                             "limits.idle": "30000000"})
    held = [sidecar.connect(0) for _ in range(150)]
    for client in held:
        client.send(HEAD + b"X-")
    tools.until("it is full", lambda: files(sidecar) == 50)
    with sidecar.connect(1) as client:
        for _ in range(50):
            start = time.monotonic()
            assert client.ask("/").status == 200
            assert time.monotonic() - start < 2
    assert sidecar.ask("/", i=1).status == 200
    assert sidecar.look("/healthz").status == 200
    for client in held:
        client.socket.close()
    let_go(sidecar)


def test_requests_without_pause_on_one_listener_do_not_starve_another():
    sidecar = tools.Sidecar({**TWO, "log.decisions": "off"})
    over = threading.Event()

    def flood():
        with sidecar.connect(0) as client:
            while not over.is_set():
                client.send((HEAD + b"\r\n") * 100)
                for _ in range(100):
                    assert client.answer().status == 200
    threads = [threading.Thread(target=flood) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(20):
            start = time.monotonic()
            assert sidecar.ask("/", i=1).status == 200
            assert time.monotonic() - start < 3
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_a_flood_takes_the_files_of_its_listener_only():
    """The process may open fewer files than its listeners may have
    connections."""
    sidecar = tools.Sidecar({**TWO, "limits.connections": "400"},
                            files=(300, 300))
    assert "NOTICE: the process may open 300 files" in sidecar.text
    clients = [sidecar.connect() for _ in range(400)]
    tools.until("it is full", lambda: 20 < files(sidecar) < 60)
    with sidecar.connect(1) as other:
        assert other.ask("/other").status == 200
    assert b"may open 300 files" in sidecar.look("/readyz").body
    sidecar.signal(signal.SIGHUP)
    sidecar.until('"event":"reload","outcome":"done"')
    for client in clients:
        client.socket.close()
    let_go(sidecar)


def test_the_soft_limit_of_files_is_raised():
    sidecar = tools.Sidecar({**TWO, "limits.connections": "400"},
                            files=(300, 2000))
    assert "NOTICE: the process may open" not in sidecar.text
    with open(f"/proc/{sidecar.process.pid}/limits",
              encoding="ascii") as file:
        soft = re.search(r"Max open files +(\d+)", file.read()).group(1)
    assert 800 < int(soft) < 2000, soft


def test_a_head_that_never_ends_ends_at_its_limit():
    """A byte now and then keeps a connection, but only up to a head's size."""
    sidecar = tools.Sidecar(ENVOY)
    with sidecar.connect() as client:
        client.send(HEAD)
        for _ in range(80):
            client.send(b"X-Drip: " + b"x" * 1000 + b"\r\n")
            if select.select([client.socket], [], [], 0.01)[0]:
                break
        answer = client.answer()
        assert answer is None or answer.status == 431, answer.status
        assert answer is None or client.at_end()
    let_go(sidecar)


def test_a_slow_head_delays_nobody():
    sidecar = tools.Sidecar({**ENVOY, "limits.threads": "1"})
    with sidecar.connect() as slow, sidecar.connect() as quick:
        for byte in b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n":
            slow.send(bytes([byte]))
            assert quick.ask("/quick").status == 200
        assert slow.answer().header("X-Fact-Target") == "/slow"


def test_a_slow_body_delays_nobody():
    sidecar = tools.Sidecar({"listen.0.dialect": "forward-auth",
                             "limits.threads": "1"})
    with sidecar.connect() as slow:
        slow.send(b"POST / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Method: POST\r\n"
                  b"X-Forwarded-Uri: /a\r\nContent-Length: 100\r\n\r\nb")
        assert slow.answer().status == 200  # without the rest of it
        assert slow.at_end()
    tools.until("it is gone", lambda: files(sidecar) == 0)


def test_slow_bodies_take_no_place_of_another_listener():
    sidecar = tools.Sidecar({"listen.#": "2", "listen.0.dialect": "json",
                             "listen.1.dialect": "envoy",
                             "limits.in-flight": "8"})
    slow = [sidecar.connect() for _ in range(20)]
    head = (b"POST /v1/decide HTTP/1.1\r\nHost: a\r\nContent-Type: "
            b"application/json\r\nContent-Length: 100\r\n\r\n{")
    for client in slow:
        client.send(head)
    tools.until("they are slow",
                lambda: sidecar.metric("weighbridge_in_flight") == 6)
    statuses = [sidecar.ask("/", i=1).status for _ in range(20)]
    assert statuses == [200] * 20, statuses
    with sidecar.connect() as one_more:
        one_more.send(head)
        assert one_more.answer().status == 429
    for client in slow:
        client.socket.close()
    tools.until("all are over",
                lambda: sidecar.metric("weighbridge_in_flight") == 0)


def test_a_body_that_is_read_and_never_comes_is_let_go():
    sidecar = tools.Sidecar({"listen.0.dialect": "json",
                             "limits.idle": "1000000"})
    with sidecar.connect() as slow:
        slow.send(b"POST /decide HTTP/1.1\r\nHost: a\r\n"
                  b"Content-Type: application/json\r\n"
                  b"Content-Length: 100\r\n\r\n{")
        start = time.monotonic()
        while slow.more():
            pass
        assert time.monotonic() - start < 8
    tools.until("it is gone", lambda: files(sidecar) == 0)
    assert sidecar.metric("weighbridge_in_flight") == 0


def test_half_closed_clients_get_their_answer_or_a_close():
    sidecar = tools.Sidecar(ENVOY)
    for _ in range(3):
        with sidecar.connect() as client:
            client.send(HEAD + b"\r\n")
            client.socket.shutdown(socket.SHUT_WR)
            answer = client.answer()
            assert answer is None or answer.status == 200
            assert client.at_end()
        with sidecar.connect() as client:  # in the middle of a head
            client.send(HEAD)
            client.socket.shutdown(socket.SHUT_WR)
            assert client.answer() is None
    let_go(sidecar)


def leave_half_heads(sidecar, count):
    """What came together with its end must not wait until it is idle."""
    for _ in range(count):
        with sidecar.connect() as client:
            client.send(HEAD + b"X-")
    tools.until("all are gone", lambda: files(sidecar) == 0, patience=3)
    with sidecar.connect() as client:
        assert client.ask("/").status == 200
    let_go(sidecar)
    sidecar.stop()


def test_half_heads_whose_clients_left_at_once_hold_no_place():
    leave_half_heads(tools.Sidecar({**ENVOY, "limits.connections": "20",
                                    "limits.idle": "60000000"}), 200)


def test_no_worker_hangs_while_the_others_have_room():
    """The library deals connections out by the parity of their descriptors:
    every second number is held, so that one worker is dealt all at once."""
    sidecar = tools.Sidecar({**ENVOY, "limits.connections": "20",
                             "limits.threads": "2",
                             "limits.idle": "60000000"})
    held = [tools.Client(sidecar.admin) for _ in range(40)]
    for client in held[::2]:
        assert client.ask("/healthz").status == 200
        client.socket.close()
    assert held[-1].ask("/healthz").status == 200
    sidecar.signal(signal.SIGSTOP)
    clients = [sidecar.connect() for _ in range(20)]
    sidecar.signal(signal.SIGCONT)
    for client in clients:
        assert client.ask("/").status == 200
        client.socket.close()
    for client in held[1::2]:
        client.socket.close()
    let_go(sidecar)
    sidecar.stop()


def test_half_heads_hold_no_place_on_a_busy_machine():
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
            for _ in range(2 * len(os.sched_getaffinity(0)))]
    try:
        leave_half_heads(tools.Sidecar({**ENVOY, "limits.connections": "20",
                                        "limits.idle": "60000000"}), 200)
    finally:
        for process in busy:
            process.kill()
            process.wait()


def test_resets_at_every_point():
    sidecar = tools.Sidecar(ENVOY)
    whole = HEAD + b"X-Wait: 5\r\n\r\n"
    for at in range(0, len(whole) + 1, 3):
        client = sidecar.connect()
        client.send(whole[:at])
        reset(client)
    client = sidecar.connect()
    client.send(whole)
    assert client.answer().status == 200
    reset(client)
    let_go(sidecar)


def test_clients_gone_before_the_answer():
    sidecar = tools.Sidecar(ENVOY)
    for i in range(40):
        client = sidecar.connect()
        client.send(HEAD + b"X-Wait: 20\r\n\r\n")
        if i % 2:
            reset(client)
        else:
            client.socket.close()
    let_go(sidecar)


def test_a_client_that_never_reads_holds_only_itself():
    sidecar = tools.Sidecar({**ENVOY, "limits.threads": "1",
                             "limits.idle": "1000000",
                             "log.decisions": "off"})
    with sidecar.connect(timeout=1) as deaf:
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        before = memory(sidecar)
        try:
            for _ in range(300):
                deaf.socket.sendall((HEAD + b"\r\n") * 500)
        except OSError:
            pass  # nobody takes it any more: that is what is wanted
        assert memory(sidecar) - before < GROWTH
        assert sidecar.ask("/").status == 200
    let_go(sidecar)
