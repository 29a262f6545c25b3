# SPDX-License-Identifier: Apache-2.0
"""What the operator sees: admin listener, logs, warnings."""
import json
import os
import re
import signal

import tools

FORWARD = {"listen.0.dialect": "forward-auth"}


def facts(target="/a", client="192.0.2.77"):
    return [("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", target),
            ("X-Forwarded-Host", "example.com"),
            ("X-Forwarded-For", client)]


def decisions(sidecar):
    return [json.loads(line) for line in sidecar.text.splitlines()
            if '"event":"decision"' in line]


def asked(settings, headers, target="/a", client="192.0.2.77"):
    sidecar = tools.Sidecar({**FORWARD, **settings})
    assert sidecar.ask("/", facts(target, client) + headers).status == 200
    sidecar.until('"event":"decision"')
    return sidecar, decisions(sidecar)[0]


def test_health_readiness_and_metrics():
    sidecar = tools.Sidecar(FORWARD)
    health = sidecar.look("/healthz")
    assert (health.status, health.body) == (200, b"ok\n")
    ready = json.loads(sidecar.look("/readyz").body)
    assert ready["ready"] is True and ready["demo"] is False
    assert ready["mode"] == "enforce" and ready["notices"] == []
    metrics = sidecar.look("/metrics")
    assert metrics.header("Content-Type") == "text/plain; version=0.0.4"
    assert sidecar.look("/").status == 404
    with tools.Client(sidecar.admin) as client:
        answer = client.ask("/metrics", method="POST")
        assert (answer.status, answer.header("Allow")) == (405, "GET, HEAD")


def test_metrics_are_well_formed():
    sidecar = tools.Sidecar(FORWARD)
    sidecar.ask("/", facts())
    typed = set()
    for line in sidecar.look("/metrics").body.decode().splitlines():
        kind = re.match(r"# TYPE (\S+) (counter|gauge|histogram)$", line)
        if kind:
            assert kind.group(1) not in typed, line
            typed.add(kind.group(1))
        elif not line.startswith("# HELP ") and "alone_" not in line:
            name = re.match(r'([a-z_]+)(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})?'
                            r" [0-9.e+-]+$", line)
            assert name, line
            base = re.sub("_(bucket|sum|count)$", "", name.group(1))
            assert name.group(1) in typed or base in typed, line
    assert sidecar.metric("weighbridge_decision_seconds_count") == 1


def test_a_decision_is_one_line():
    _, line = asked({}, [("User-Agent", "one\ttwo")], "/a?b=secret&c&d=e")
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", line["time"])
    assert re.match("[0-9a-f]{32}$", line["id"])
    assert line["client"] == "192.0.2.0/24"
    assert line["method"] == "GET" and line["host"] == "example.com"
    assert line["path"] == "/a?b&c&d"
    assert line["agent"] == "one\ttwo" and line["status"] == 200


def test_secrets_are_never_written():
    sidecar, _ = asked({"log.query": "full"}, [
        ("Cookie", "sid=hush1"), ("Authorization", "Bearer hush2"),
        ("X-PAYMENT", "hush3"), ("PAYMENT-SIGNATURE", "hush4"),
        ("Signature", "hush5"), ("Signature-Input", "hush6"),
        ("Proxy-Authorization", "hush7")])
    assert "hush" not in sidecar.text


def test_foreign_text_stays_in_its_string():
    sidecar, line = asked({}, [("User-Agent", 'x","status":1,"y":"\x1b[2J'
                                .replace("\x1b", "\x9b"))])
    assert line["status"] == 200
    text = [t for t in sidecar.text.splitlines() if "decision" in t][0]
    assert "\x9b" not in text and "\x1b" not in text


def test_long_texts_are_cut():
    _, line = asked({}, [("User-Agent", "u" * 5000)], "/" + "p" * 5000)
    assert len(line["agent"]) == 512 and len(line["path"]) == 512


def test_how_much_of_the_client_is_written():
    assert asked({"log.client-ip": "full"}, [])[1]["client"] == "192.0.2.77"
    assert "client" not in asked({"log.client-ip": "off"}, [])[1]
    assert asked({}, [], client="2001:db8:1:2:3::7")[1]["client"] == \
        "2001:db8:1::/48"
    assert "client" not in asked({}, [], client="nobody")[1]


def test_how_much_of_the_query_is_written():
    assert asked({"log.query": "full"}, [], "/a?b=c")[1]["path"] == "/a?b=c"
    assert asked({"log.query": "off"}, [], "/a?b=c")[1]["path"] == "/a"


def test_the_log_can_be_off():
    sidecar = tools.Sidecar({**FORWARD, "log.decisions": "off"})
    sidecar.ask("/", facts())
    sidecar.stop()
    assert '"decision"' not in sidecar.text


def test_a_log_file_is_opened_anew():
    sidecar = tools.Sidecar({**FORWARD, "log.decisions": "FOLDER/log"})
    path = os.path.join(sidecar.folder, "log")

    def lines(name):
        with open(name, encoding="utf-8") as file:
            return file.read().count("\n")

    sidecar.ask("/", facts())
    tools.until("it is written", lambda: lines(path) == 1)
    os.rename(path, path + ".1")
    sidecar.signal(signal.SIGHUP)
    sidecar.until('"event":"reload"')
    sidecar.ask("/", facts())
    tools.until("it is written", lambda: lines(path) == 1)
    assert lines(path + ".1") == 1


def test_a_log_that_cannot_be_opened():
    sidecar = tools.Sidecar({**FORWARD, "log.decisions": "/nowhere/log"},
                            wait=False)
    assert sidecar.wait() == 2
    assert "/nowhere/log" in sidecar.text
    sidecar.process.returncode = 0


def test_a_stuck_log_holds_up_nobody():
    sidecar = tools.Sidecar({**FORWARD, "log.decisions": "/dev/full"})
    for _ in range(5):
        assert sidecar.ask("/", facts()).status == 200
    tools.until("lost lines are counted", lambda: sidecar.metric(
        "weighbridge_log_lines_lost_total") == 5)


def test_headers_that_never_came_are_told():
    sidecar = tools.Sidecar({
        **FORWARD, "listen.0.headers-known.#": "2",
        "listen.0.headers-known.0": "user-agent",
        "listen.0.headers-known.1": "x-never", "log.decisions": "off"})
    with sidecar.connect() as client:
        for i in range(1000):
            client.ask("/", facts(client=f"192.0.2.{i % 200}") +
                       [("User-Agent", "one")])
    sidecar.until('"event":"warning"')
    notices = json.loads(sidecar.look("/readyz").body)["notices"]
    assert len(notices) == 1, notices
    assert "x-never" in notices[0] and "user-agent" not in notices[0]


def test_a_client_that_is_always_the_same_is_told():
    sidecar = tools.Sidecar({**FORWARD, "log.decisions": "off"})
    with sidecar.connect() as client:
        for _ in range(1000):
            client.ask("/", facts())
    sidecar.until('"event":"warning"')
    notices = json.loads(sidecar.look("/readyz").body)["notices"]
    assert len(notices) == 1 and "trust-forwarded" in notices[0], notices


def test_a_notice_of_the_engine_is_loud():
    sidecar = tools.Sidecar({**FORWARD, "notice": "a test network"})
    assert "NOTICE: a test network" in sidecar.text
    assert json.loads(sidecar.look("/readyz").body)["notices"] == \
        ["a test network"]


def test_no_admin_listener():
    sidecar = tools.Sidecar({**FORWARD, "admin.address": "off"}, wait=False)
    sidecar.until('"event":"start"')
    assert not re.search(r"^  admin ", sidecar.text, re.M)
