# SPDX-License-Identifier: Apache-2.0
"""A thousand reloads while the whole program is asked. Two configurations
take turns that differ in rules, routes, prices, assets and payees: each
answer is all of one, none is missing, and both are seen throughout."""
import json
import os
import signal
import tempfile
import threading
import time

import tools

RELOADS = 1000
CONFIG = """version: 1
rules: [rules-{0}.yaml]
policy: policy-{0}.yaml
listen:
  - {{ address: "127.0.0.1:0", dialect: envoy }}
  - {{ address: "127.0.0.1:0", dialect: json }}
admin: {{ address: "127.0.0.1:0" }}
claims: {{ store: memory }}
log: {{ decisions: off }}
"""
RULES = """pack: {{ name: pack-{0}, release: 2026.11, language: 1 }}
rules:
  - id: rule-{0}
    when: {{ header.user-agent: {{ contains: walker }} }}
    score: 100
    labels: ["generation:{0}"]
"""
POLICY = """version: 1
assets: {{ usdc: {asset} }}
pay-to: "0x{payee}"
routes:
  - id: route-{0}
    match: {{ path: /** }}
    price: {price} usdc
otherwise: free
"""
GENERATIONS = {
    "a": {"asset": "usdc@base-sepolia", "payee": "1" * 40, "price": "0.01"},
    "b": {"asset": "usdc@base", "payee": "2" * 40, "price": "0.02"}}
NAMES = ["X-Agent-Labels", "X-Price", "X-Price-Amount", "X-Price-Asset",
         "X-Price-Network", "X-Price-Pay-To", "X-Price-Route"]
RECORD = json.dumps({"method": "GET", "target": "/x", "headers": [
    ["User-Agent", "walker"]]}).encode()


def write(folder):
    for name, values in GENERATIONS.items():
        for kind, text in (("rules", RULES), ("policy", POLICY)):
            path = os.path.join(folder, f"{kind}-{name}.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.format(name, **values))


def switch(folder, name):
    """Puts one configuration in the other's place, at once."""
    path = os.path.join(folder, "weighbridge.yaml")
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(CONFIG.format(name))
    os.replace(path + ".new", path)
    return path


def told(answer):
    return tuple(answer.header(name) for name in NAMES)


def told_json(answer):
    headers = {n.lower(): v for n, v in
               dict(json.loads(answer.body)["headers"]).items()}
    return tuple(headers[name.lower()] for name in NAMES)


class Asker(threading.Thread):
    """Asks over one connection until it is told to stop."""

    def __init__(self, sidecar, json_dialect):
        super().__init__()
        self.sidecar, self.json = sidecar, json_dialect
        self.seen, self.wrong, self.over = {}, [], threading.Event()

    def ask(self, client):
        if not self.json:
            return client.ask("/x", [("User-Agent", "walker")])
        client.send(b"POST /v1/decide HTTP/1.1\r\nHost: a\r\n"
                    b"Content-Type: application/json\r\nContent-Length: "
                    + str(len(RECORD)).encode() + b"\r\n\r\n" + RECORD[:9])
        time.sleep(0.002)  # reloads come between head and body
        client.send(RECORD[9:])
        return client.answer()

    def run(self):
        with self.sidecar.connect(1 if self.json else 0) as client:
            while not self.over.is_set():
                answer = self.ask(client)
                if answer is None or answer.status != 200:
                    self.wrong.append(answer and (answer.status, answer.body))
                    return
                key = (told_json if self.json else told)(answer)
                self.seen[key] = self.seen.get(key, 0) + 1


def reload_all(sidecar, folder):
    for i in range(RELOADS):
        switch(folder, "ba"[i % 2])
        start = len(sidecar.text)
        sidecar.signal(signal.SIGHUP)
        deadline = time.monotonic() + tools.PATIENCE
        while '"event":"reload","outcome":"done"' not in sidecar.text[start:]:
            assert time.monotonic() < deadline, sidecar.text[start:]
            time.sleep(0.0005)


def mixes_nothing(seen):
    """Two sorts of answers were seen, each of one generation's values."""
    assert len(seen) == 2, seen
    for letter, values in GENERATIONS.items():
        one = [key for key in seen if key[0] == f"generation:{letter}"]
        assert len(one) == 1, seen
        assert one[0][1] == values["price"], seen
        assert one[0][5] == "0x" + values["payee"], seen
        assert one[0][6] == f"route-{letter}", seen
    assert all(x != y for x, y in zip(*seen)), seen


def test_a_thousand_reloads_drop_nothing_and_mix_nothing():
    with tempfile.TemporaryDirectory() as folder:
        write(folder)
        sidecar = tools.Sidecar(config=switch(folder, "a"))
        askers = [Asker(sidecar, i == 3) for i in range(4)]
        for asker in askers:
            asker.start()
        try:
            reload_all(sidecar, folder)
        finally:
            for asker in askers:
                asker.over.set()
            for asker in askers:
                asker.join()
        for asker in askers:
            assert not asker.wrong, asker.wrong
            mixes_nothing(asker.seen)
        done = 'weighbridge_config_reloads_total{outcome="done"}'
        assert sidecar.metric(done) == RELOADS
        sidecar.stop()
