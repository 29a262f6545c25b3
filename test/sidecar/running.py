# SPDX-License-Identifier: Apache-2.0
"""Start, reload, drain and end of the sidecar."""
import json
import signal
import socket
import subprocess
import threading
import time

import tools

ENVOY = {"listen.0.dialect": "envoy"}


def ended(sidecar, code):
    assert sidecar.wait() == code, sidecar.text
    sidecar.process.returncode = 0  # as it should be


def test_a_file_that_is_not_there():
    done = subprocess.run([tools.ALONE, "/nowhere/settings"],
                          capture_output=True, text=True)
    assert done.returncode == 2, done
    assert "cannot be read" in done.stderr


def test_settings_that_cannot_be():
    for settings, said in [
            ({"listen.0.dialect": "klingon"}, "klingon is not one"),
            ({"listen.0.trust-forwarded.#": "1",
              "listen.0.trust-forwarded.0": "192.0.2.1/24"}, "192.0.2.1/24"),
            ({"listen.0.trust-forwarded.#": "1",
              "listen.0.trust-forwarded.0": "::/129"}, "::/129"),
            ({"limits.threads": "0x"}, "limits.threads"),
            ({"log.query": "some"}, "log.query")]:
        sidecar = tools.Sidecar(settings, wait=False)
        ended(sidecar, 1)
        assert said in sidecar.text, sidecar.text


def test_an_address_that_is_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        sidecar = tools.Sidecar({**ENVOY, "listen.0.address": address},
                                wait=False)
        ended(sidecar, 2)
        assert address in sidecar.text


def test_a_reload_swaps_the_settings():
    sidecar = tools.Sidecar(ENVOY)
    with sidecar.connect() as client:
        answer = client.ask("/", [("X-JA4", "one")])
        assert answer.header("X-Fact-JA4") is None
        sidecar.write(**{"listen.0.take.ja4": "X-JA4"})
        sidecar.signal(signal.SIGHUP)
        sidecar.until('"event":"reload","outcome":"done"')
        answer = client.ask("/", [("X-JA4", "one")])
        assert answer.header("X-Fact-JA4") == "one"
    assert sidecar.metric("weighbridge_config_last_reload_successful") == 1
    assert sidecar.metric(
        'weighbridge_config_reloads_total{outcome="done"}') == 1
    assert json.loads(sidecar.look("/readyz").body)["generation"] == \
        "0" * 15 + "2"


def test_a_record_is_decided_by_what_holds_when_it_is_whole():
    """Not by the clock and the settings of when its sender began."""
    sidecar = tools.Sidecar({"listen.0.dialect": "json"})
    with sidecar.connect() as client:
        client.send(b"POST /v1/decide HTTP/1.1\r\nHost: a\r\n"
                    b"Content-Length: 2\r\n\r\n{")
        tools.until("it has begun",
                    lambda: sidecar.metric("weighbridge_in_flight") == 1)
        sidecar.signal(signal.SIGHUP)
        sidecar.until('"event":"reload","outcome":"done"')
        whole = time.time_ns() // 1000
        client.send(b"}")
        decision = json.loads(client.answer().body)["decision"]
    assert decision["time"] >= whole, (decision, whole)
    assert decision["generation"] == "0" * 15 + "2", decision


def test_a_reload_that_fails_changes_nothing():
    sidecar = tools.Sidecar(ENVOY)
    for change, said in [
            ({"listen.0.dialect": "klingon"}, "klingon"),
            ({"listen.0.dialect": "envoy",
              "listen.0.address": "127.0.0.1:1"}, "restart"),
            ({"listen.0.address": sidecar.settings["listen.0.address"],
              "limits.threads": "7"}, "limits changed")]:
        sidecar.write(**change)
        sidecar.signal(signal.SIGHUP)
        sidecar.until(said)
        sidecar.until('"outcome":"failed"')
        assert sidecar.ask("/").status == 200
    ready = json.loads(sidecar.look("/readyz").body)
    assert ready["ready"] and not ready["last_reload_successful"]
    assert sidecar.metric("weighbridge_config_last_reload_successful") == 0
    assert sidecar.metric(
        'weighbridge_config_reloads_total{outcome="failed"}') == 3
    assert ready["generation"] == "0" * 15 + "1"


def test_reloads_while_it_is_asked():
    sidecar = tools.Sidecar({**ENVOY, "log.decisions": "off"})
    failures, stop = [], threading.Event()

    def work(wait):
        with sidecar.connect() as client:
            while not stop.is_set():
                answer = client.ask("/a", [("X-Wait", 1)] if wait else [])
                if answer is None or answer.status != 200:
                    failures.append(answer)
                    return

    threads = [threading.Thread(target=work, args=(i % 2,))
               for i in range(6)]
    for thread in threads:
        thread.start()
    for i in range(30):
        sidecar.signal(signal.SIGHUP)
        sidecar.until('"event":"reload"', i + 1)
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures, failures


def test_sigterm_answers_what_is_under_way():
    sidecar = tools.Sidecar(ENVOY)
    with sidecar.connect() as client, sidecar.connect() as idle:
        assert idle.ask("/").header("Connection") is None
        client.send(b"GET /w HTTP/1.1\r\nHost: a\r\nX-Wait: 500\r\n\r\n")
        tools.until("it waits",
                    lambda: sidecar.metric("weighbridge_in_flight") == 1)
        sidecar.signal(signal.SIGTERM)
        tools.until("it drains",
                    lambda: sidecar.look("/readyz").status == 503)
        # a connection that was kept is still answered, and told to close
        answer = idle.ask("/last")
        assert answer.status == 200
        assert answer.header("Connection") == "close"
        answer = client.answer()
        assert answer.header("X-Fact-Target") == "/w"
        assert answer.header("Connection") == "close"
        try:
            sidecar.connect()
            raise AssertionError("it still accepts")
        except ConnectionRefusedError:
            pass
    ended(sidecar, 0)
    assert '"event":"stop","why":"SIGTERM"' in sidecar.text


def test_an_idle_peer_does_not_hold_it_up():
    sidecar = tools.Sidecar(ENVOY)
    with sidecar.connect() as idle:
        idle.ask("/")
        start = time.monotonic()
        sidecar.signal(signal.SIGTERM)
        ended(sidecar, 0)
        assert time.monotonic() - start < 5


def test_the_grace_ends():
    sidecar = tools.Sidecar({**ENVOY, "drain": "500000"})
    with sidecar.connect() as slow:
        slow.send(b"POST / HTTP/1.1\r\nHost: a\r\n")
        start = time.monotonic()
        sidecar.signal(signal.SIGTERM)
        ended(sidecar, 0)
        assert time.monotonic() - start < 5


def test_a_second_sigterm_hurries():
    sidecar = tools.Sidecar({**ENVOY, "drain": "60000000"})
    with sidecar.connect() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\nX-Wait: 1500\r\n\r\n")
        tools.until("it waits",
                    lambda: sidecar.metric("weighbridge_in_flight") == 1)
        sidecar.signal(signal.SIGTERM)
        time.sleep(0.1)
        sidecar.signal(signal.SIGTERM)
        assert client.answer().status == 200
    ended(sidecar, 0)


def test_a_store_that_never_answers_does_not_hold_the_process():
    sidecar = tools.Sidecar({**ENVOY, "drain": "200000"})
    with sidecar.connect() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\nX-Wait: 60000\r\n\r\n")
        tools.until("it waits",
                    lambda: sidecar.metric("weighbridge_in_flight") == 1)
        sidecar.signal(signal.SIGINT)
        ended(sidecar, 0)
