# SPDX-License-Identifier: Apache-2.0
"""Decisions that wait for a store: suspended, woken, answered in order."""
import threading
import time

import tools

ENVOY = {"listen.0.dialect": "envoy"}


def test_a_wake_before_while_and_after_suspending():
    sidecar = tools.Sidecar(ENVOY)
    with sidecar.connect() as client:
        for wait in [-1, 0, 0, 1, 5] * 40:
            answer = client.ask("/a", [("X-Wait", wait)])
            assert answer.status == 200
            assert answer.header("X-Fact-Target") == "/a"
    assert sidecar.metric("weighbridge_decision_waits_total") == 200
    assert sidecar.metric("weighbridge_in_flight") == 0


def test_one_waits_and_others_do_not():
    sidecar = tools.Sidecar({**ENVOY, "limits.threads": "1"})
    with sidecar.connect() as slow, sidecar.connect() as quick:
        slow.send(b"GET /slow HTTP/1.1\r\nHost: a\r\nX-Wait: 700\r\n\r\n")
        tools.until("it waits",
                    lambda: sidecar.metric("weighbridge_in_flight") == 1)
        start = time.monotonic()
        assert quick.ask("/quick").status == 200
        assert time.monotonic() - start < 0.5
        assert slow.answer().header("X-Fact-Target") == "/slow"


def test_many_wait_at_once():
    sidecar = tools.Sidecar(ENVOY)
    failures = []

    def work(n):
        with sidecar.connect() as client:
            for i in range(30):
                target = f"/{n}/{i}"
                answer = client.ask(target, [("X-Wait", (n + i) % 3)])
                if answer is None or \
                        answer.header("X-Fact-Target") != target:
                    failures.append(target)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures


def test_pipelined_requests_are_answered_in_order():
    sidecar = tools.Sidecar(ENVOY)
    with sidecar.connect() as client:
        client.send(b"".join(
            b"GET /%d HTTP/1.1\r\nHost: a\r\nX-Wait: %d\r\n\r\n"
            % (i, (7 - i) % 3) for i in range(50)))
        for i in range(50):
            assert client.answer().header("X-Fact-Target") == f"/{i}"


def test_a_client_that_leaves_while_its_decision_waits():
    sidecar = tools.Sidecar(ENVOY)
    for _ in range(20):
        with sidecar.connect() as client:
            client.send(b"GET / HTTP/1.1\r\nHost: a\r\nX-Wait: 30\r\n\r\n")
    tools.until("all are over",
                lambda: sidecar.metric("weighbridge_in_flight") == 0)
    assert sidecar.ask("/").status == 200


def test_a_slot_is_kept_while_a_store_holds_its_request():
    """Who leaves does not free it for another: three slots, two of them held
    by clients that are gone."""
    sidecar = tools.Sidecar({**ENVOY, "limits.in-flight": "3"})
    for _ in range(5):
        for _ in range(2):
            with sidecar.connect() as client:
                client.send(b"GET / HTTP/1.1\r\nHost: a\r\n"
                            b"X-Wait: 200\r\n\r\n")
                tools.until("it waits", lambda: sidecar.metric(
                    "weighbridge_in_flight") > 0)
        for i in range(20):
            answer = sidecar.ask(f"/{i}")
            assert answer.status == 429 or \
                answer.header("X-Fact-Target") == f"/{i}"
        tools.until("all are over",
                    lambda: sidecar.metric("weighbridge_in_flight") == 0)
    assert sidecar.metric("alone_touched_while_held") == 0
    assert sidecar.ask("/").status == 200


def test_waiting_takes_no_place_of_another_listener():
    sidecar = tools.Sidecar({
        "listen.#": "2", "listen.0.dialect": "envoy",
        "listen.1.dialect": "envoy", "limits.in-flight": "8"})
    clients = [sidecar.connect() for _ in range(20)]
    for client in clients:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\nX-Wait: %d\r\n\r\n"
                    % (900 * tools.SLOW))
    tools.until("they wait",
                lambda: sidecar.metric("weighbridge_in_flight") == 6)
    with sidecar.connect(1) as one, sidecar.connect(1) as two:
        one.send(b"GET /1 HTTP/1.1\r\nHost: a\r\nX-Wait: 300\r\n\r\n")
        assert two.ask("/2").status == 200
        assert one.answer().status == 200
    statuses = [client.answer().status for client in clients]
    assert statuses.count(200) == 6 and statuses.count(429) == 14, statuses
    tools.until("all are over",
                lambda: sidecar.metric("weighbridge_in_flight") == 0)
    assert sidecar.ask("/").status == 200


def test_beyond_the_limit_it_is_429():
    sidecar = tools.Sidecar({**ENVOY, "limits.in-flight": "2"})
    with sidecar.connect() as one, sidecar.connect() as two:
        for client in (one, two):
            client.send(b"GET / HTTP/1.1\r\nHost: a\r\nX-Wait: 600\r\n\r\n")
        tools.until("both wait",
                    lambda: sidecar.metric("weighbridge_in_flight") == 2)
        answer = sidecar.ask("/")
        assert answer.status == 429, answer.status
        assert answer.header("Retry-After") == "1"
        assert one.answer().status == 200 and two.answer().status == 200
    assert sidecar.ask("/").status == 200
    assert sidecar.metric(
        'weighbridge_door_refusals_total{reason="busy"}') == 1
