# SPDX-License-Identifier: Apache-2.0
"""Outcomes told to one of two sidecars over a real redis-server, and what the
other does then: a payment that was released passes again once, whichever is
asked; a payer who fails is locked out at both, listed by both, and lifted
through either; a restart changes nothing of it."""
import json
import os
import shutil
import signal
import subprocess
import threading

import signing
import tools

TELL, ADMIN = "teller-0123456789", "admin-01234567890"
TOKENS = f"""version: 1
tokens:
  - {{ name: teller, scopes: outcomes, token: "{TELL}" }}
  - {{ name: operator, scopes: admin, token: "{ADMIN}" }}
"""
CONFIG = """version: 1
policy: ./policy.yaml
claims: {{ store: valkey, address: "{address}" }}
listen: [{{ address: "127.0.0.1:0", dialect: forward-auth }}]
admin: {{ address: "127.0.0.1:0", tokens: tokens.yaml }}
log: {{ decisions: "off" }}
"""
KEY = 0x0101


class Pair:
    """Two sidecars of one configuration."""

    def __init__(self, stage, redis, ask):
        self.path = os.path.join(stage.folder, "across.yaml")
        self.ask = ask
        tokens = os.path.join(stage.folder, "tokens.yaml")
        with open(tokens, "w", encoding="utf-8") as file:
            file.write(TOKENS)
        os.chmod(tokens, 0o600)
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(address=f"127.0.0.1:{redis.port}"))
        self.nodes = [tools.Sidecar(config=self.path) for _ in range(2)]

    def restart(self, node):
        old = self.nodes[node]
        tools.running.remove(old)
        old.signal(signal.SIGKILL)
        old.process.wait()
        shutil.rmtree(old.folder, ignore_errors=True)
        self.nodes[node] = tools.Sidecar(config=self.path)

    def pay(self, node, header):
        with self.nodes[node].connect() as client:
            return self.ask(client, header)

    def passed(self, node, header):
        """The decision that let it through, or its status."""
        answer = self.pay(node, header)
        return answer.header("X-Weighbridge-Decision") \
            if answer.status == 200 else answer.status

    def tell(self, node, decision, outcome, **more):
        body = json.dumps({"decision": decision, "outcome": outcome, **more})
        with tools.Client(self.nodes[node].admin) as client:
            client.send("\r\n".join([
                "POST /v1/outcomes HTTP/1.1", "Host: admin",
                f"Authorization: Bearer {TELL}",
                f"Content-Length: {len(body)}", "", body]).encode())
            return json.loads(client.answer().body).get("result")

    def ctl(self, node, *words):
        return subprocess.run(
            [tools.PROGRAM, "ctl", "--admin", self.nodes[node].admin, *words],
            text=True, capture_output=True, timeout=tools.PATIENCE,
            check=False, env={**os.environ, "WEIGHBRIDGE_TOKEN": ADMIN})

    def locked(self, node):
        listed = json.loads(self.ctl(node, "lockouts").stdout)["lockouts"]
        return [(one["network"], one["payer"], one["failures"])
                for one in listed]


def released(ok, pair, make):
    payment = make()
    first = pair.passed(0, payment)
    ok(isinstance(first, str) and pair.passed(0, payment) == 409,
       "a payment passes one sidecar once", first)
    ok(pair.tell(1, first, "released") == "done",
       "the other is told that it was released")
    again = pair.passed(0, payment)
    ok(isinstance(again, str) and again != first,
       "it passes again, through the one that had let it through", again)
    ok(pair.passed(0, payment) == pair.passed(1, payment) == 409, "once")
    ok(pair.tell(0, first, "released") == "unknown" and
       pair.tell(1, again, "released") == "done" and
       isinstance(pair.passed(1, payment), str) and
       pair.passed(0, payment) == pair.passed(1, payment) == 409,
       "released again, it passes the other, once")
    payment = make()
    first = pair.passed(0, payment)
    pair.restart(0)
    ok(pair.passed(0, payment) == 409 and
       pair.tell(0, first, "released") == "done" and
       isinstance(pair.passed(0, payment), str) and
       pair.passed(1, payment) == 409,
       "the same over a restart of its sidecar")


def released_in_a_race(ok, pair, make):
    """Copies at both while it is released: one passes more."""
    wrong = []
    for _ in range(20):
        payment = make()
        first, statuses = pair.passed(0, payment), []

        def copies(node, header=payment, by=statuses):
            with pair.nodes[node].connect() as client:
                for _ in range(8):
                    by.append(pair.ask(client, header).status)

        threads = [threading.Thread(target=copies, args=(i % 2,))
                   for i in range(4)]
        for thread in threads:
            thread.start()
        told = pair.tell(1, first, "released")
        for thread in threads:
            thread.join()
        statuses += [pair.pay(node, payment).status for node in (0, 1)]
        if told != "done" or statuses.count(200) != 1 or \
                statuses.count(409) != 33:
            wrong.append((told, statuses))
    ok(not wrong, "released among copies at both, each of 20 payments passes "
       "once more", wrong[:2])


def fail(pair, asked, told, payment, reason="insufficient_funds"):
    decision = pair.passed(asked, payment)
    return pair.tell(told, decision, "failed", reason=reason) \
        if isinstance(decision, str) else decision


def lockouts(ok, pair):
    serial = iter(range(1, 1000))
    payer = signing.address(KEY)

    def paid(key=KEY):
        return signing.payment(key, next(serial))

    ok(fail(pair, 0, 0, paid(), "invalid_signature") == "done" and
       fail(pair, 0, 0, paid()) == "done" and
       isinstance(pair.passed(1, paid()), str),
       "one failure of a payer's fault locks nobody out")
    ok(fail(pair, 1, 0, paid()) == "done", "a second, told to another sidecar")
    answers = [pair.pay(node, paid()) for node in (1, 0)]
    ok([a.status for a in answers] == [403, 403] and
       all(b"payer_locked_out" in a.body for a in answers),
       "locks the payer out at both", [a.body for a in answers])
    ok(isinstance(pair.passed(0, paid(0x0202)), str) and
       isinstance(pair.passed(1, paid(0x0303)), str), "and no other payer")
    fields, _ = signing.authorization(KEY, next(serial))
    ok(isinstance(pair.passed(1, signing.header(
        fields, "0x" + "4" * 128 + "1b")), str),
       "nor who only names that payer")
    listed = [("eip155:84532", payer, 2)]
    ok(pair.locked(0) == pair.locked(1) == listed, "ctl lockouts of both",
       (pair.locked(0), pair.locked(1)))
    for node in (0, 1):
        pair.restart(node)
        ok(pair.pay(node, paid()).status == 403 and
           pair.locked(node) == listed,
           f"after sidecar {node} was killed and started: the same",
           pair.locked(node))
    network, address, _ = listed[0]
    lifted = pair.ctl(1, "lift", network, address)
    ok(lifted.returncode == 0 and pair.locked(0) == pair.locked(1) == [],
       "lifted through one, it is at both", lifted)
    ok(all(isinstance(pair.passed(node, paid()), str) for node in (0, 1)),
       "and the payer passes at both")
    ok(pair.ctl(0, "lift", network, address).returncode == 1,
       "it is lifted once")


def all_of(ok, stage, make, ask):
    redis = stage.redis("--save", "")
    pair = Pair(stage, redis, ask)
    released(ok, pair, make)
    released_in_a_race(ok, pair, make)
    lockouts(ok, pair)
    for node in pair.nodes:
        node.stop()
    redis.stop()
