# SPDX-License-Identifier: Apache-2.0
"""Sidecars that share a real redis-server: what it means for payments that
it is stopped, killed, failed over and started again in their stream, for
each way to keep claims and to fail.

What is promised: with on-store-failure: reject no payment is let through
twice, whatever happens; with local at most once by each sidecar.
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import across
import lying
import tools

SERVER = "/usr/bin/redis-server"
RACE = os.path.join(tools.BUILD, "test", "claim-race")
WHOLE = os.environ.get("WB_WHOLE") == "1"
CONFIG = """version: 1
policy: ./policy.yaml
claims: {{ store: valkey, address: "{address}", on-store-failure: {failure}{more} }}
listen: [{{ address: "127.0.0.1:0", dialect: forward-auth{listen} }}]
admin: {{ address: "127.0.0.1:0"{admin} }}
log: {{ decisions: "off" }}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Redis:
    """A server on a port of its own, and on a socket in its folder."""

    def __init__(self, folder, name, *options):
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder)
        self.port = free_port()
        self.socket = os.path.join(self.folder, "socket")
        self.options = options
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [SERVER, "--port", str(self.port), "--bind", "127.0.0.1",
             "--unixsocket", self.socket, "--dir", self.folder,
             "--maxmemory-policy", "noeviction", *self.options],
            stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + tools.PATIENCE
        while self.ask("PING") != "+PONG":
            if time.monotonic() > deadline:
                raise AssertionError("redis-server does not answer")
            time.sleep(0.01)

    def ask(self, *words):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as s:
                s.sendall((" ".join(words) + "\r\n").encode())
                return s.makefile("rb").readline().decode().strip()
        except OSError:
            return None

    def stop(self, how=signal.SIGTERM):
        if self.process:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None


class Stage:
    """A folder with a policy, its servers and sidecars; all end with it."""

    def __init__(self, policy):
        self.folder = tempfile.mkdtemp(prefix="wb-nodes-")
        self.servers, self.configs = [], 0
        with open(os.path.join(self.folder, "policy.yaml"), "w",
                  encoding="utf-8") as file:
            file.write(policy)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        tools.stop_all()
        for server in self.servers:
            server.stop(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def redis(self, *options):
        self.servers.append(Redis(self.folder, f"redis{len(self.servers)}",
                                  *options))
        return self.servers[-1]

    def sidecar(self, address, failure="reject", more="", listen="", admin=""):
        self.configs += 1
        path = os.path.join(self.folder, f"weighbridge{self.configs}.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(address=address, failure=failure,
                                     more=more, listen=listen,
                                     admin=admin))
        return tools.Sidecar(config=path)


def admin(sidecar, path):
    with tools.Client(sidecar.admin) as client:
        return client.ask(path)


def metric(sidecar, name):
    found = re.search(rf"^weighbridge_{name} (\d+)$",
                      admin(sidecar, "/metrics").body.decode(), re.M)
    return int(found.group(1)) if found else None


def until(what):
    deadline = time.monotonic() + tools.PATIENCE
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def race(stage, make, sidecars, payments, copies, *options):
    path = os.path.join(stage.folder, "payments")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(make() + "\n" for _ in range(payments))
    ports = [s.listeners[0].rsplit(":", 1)[1] for s in sidecars]
    done = subprocess.run(
        [RACE, *options, path, str(copies), "64", *ports], check=True,
        stdout=subprocess.PIPE, text=True, timeout=300)
    return done.stdout.strip()


def racing(ok, stage, make):
    redis = stage.redis("--save", "")
    within = ", answer-within: 5s"
    sidecars = [stage.sidecar(f"127.0.0.1:{redis.port}", more=within)
                for _ in range(2)]
    payments, copies = (1000, 100) if WHOLE else (100, 40)
    told = race(stage, make, sidecars, payments, copies)
    ok(f": {payments} once, 0 more, {payments} 200, "
       f"{payments * (copies - 1)} 409, 0 429, 0 other" in told,
       f"two sidecars, {payments * copies} copies of {payments} payments: "
       "each passes once", told)
    told = race(stage, make, sidecars, 20, 64, "-i", "one-id")
    ok(": 20 once, 0 more, 20 200, 1260 409," in told,
       "64 copies under one X-Request-Id of the client's: the same", told)
    for sidecar in sidecars:
        sidecar.stop()


def asked_twice(ok, stage, make, ask):
    redis = stage.servers[0]
    nodes = [stage.sidecar(f"127.0.0.1:{redis.port}",
                           listen=", request-id: x-request-id")
             for _ in range(2)]
    header = make()

    def again(node, uri="/premium/1", request_id="made-by-the-proxy",
              payment=header):
        with nodes[node].connect() as client:
            return ask(client, payment, uri, [("X-Request-Id", request_id)])

    first, second, third = again(0), again(1), again(0)
    ok([first.status, second.status, third.status] == [200, 200, 200]
       and first.header("X-Weighbridge-Decision") is not None
       and first.header("X-Weighbridge-Decision")
       == second.header("X-Weighbridge-Decision")
       == third.header("X-Weighbridge-Decision"),
       "asked again under a proxy's id, of either sidecar: the same decision",
       [a.status for a in (first, second, third)])
    ok(again(1, uri="/premium/2").status == 409, "not for another path")
    ok(again(0, request_id="another").status == 409, "nor under another id")
    other = make()
    ok(again(1, payment=other).status == 200
       and again(0, payment=other, request_id="x").status == 409,
       "another payment under the same id is another request")
    for node in nodes:
        node.stop()


class Stream:
    """Payments that are sent to all sidecars in turn while things happen."""

    def __init__(self, sidecars, make, ask):
        self.sidecars, self.make, self.ask = sidecars, make, ask
        self.passed = []  # by payment: which sidecars let it through
        self.others = []
        self.lock = threading.Lock()
        self.ends = False
        self.threads = [threading.Thread(target=self.run) for _ in range(4)]
        for thread in self.threads:
            thread.start()

    def send(self, clients, header, by):
        for k, client in enumerate(clients):
            answer = self.ask(client, header)
            status = answer.status if answer else None
            with self.lock:
                if status == 200:
                    by.append(k)
                elif status not in (409, 429):
                    self.others.append(status)

    def run(self):
        clients = [s.connect() for s in self.sidecars]
        mine = []
        while not self.ends:
            with self.lock:
                header, by = self.make(), []
                self.passed.append(by)
            mine.append((header, by))
            self.send(clients, header, by)
        for header, by in mine[-400:]:  # all once more, when all is over
            self.send(clients, header, by)
        for client in clients:
            client.socket.close()

    def count(self):
        with self.lock:
            return sum(1 for by in self.passed if by)

    def more(self, count=30):
        """Waits until so many more have passed."""
        return until(lambda n=self.count() + count: self.count() >= n)

    def end(self):
        self.ends = True
        for thread in self.threads:
            thread.join()


def lost(sidecars):
    return until(lambda: all(metric(s, "claims_store_up") == 0
                             for s in sidecars))


def found(sidecars):
    return until(lambda: all(metric(s, "claims_store_up") == 1
                             for s in sidecars))


def verdict(ok, name, stream, most_each):
    """Nothing twice: at all, or by one sidecar."""
    stream.end()
    if most_each:
        bad = [by for by in stream.passed if len(by) != len(set(by))]
        wanted = "none passed one sidecar twice"
    else:
        bad = [by for by in stream.passed if len(by) > 1]
        wanted = "none passed twice"
    ok(not bad and not stream.others,
       f"{name}: of {len(stream.passed)} payments {wanted}",
       f"{bad[:5]} {stream.others[:5]}")


def stopped(ok, stage, make, ask, name, options, how, failure, trusted=False):
    """The server ends in the middle of the stream and comes back."""
    redis = stage.redis(*options)
    more = ", trust-persistence: true" if trusted else ""
    sidecars = [stage.sidecar(f"127.0.0.1:{redis.port}", failure, more)
                for _ in range(2)]
    stream = Stream(sidecars, make, ask)
    good = stream.more()
    redis.stop(how)
    good = lost(sidecars) and good
    ready = admin(sidecars[0], "/readyz")
    notices = " ".join(json.loads(ready.body)["notices"])
    ok(good and ready.status == 200 and "the store is lost" in notices,
       f"{name}: the loss is told by /readyz", notices)
    before = stream.count()
    if failure == "local":
        ok(stream.more() and metric(sidecars[0], "claims_alone_total") > 0,
           f"{name}: payments pass meanwhile")
    else:
        time.sleep(0.2)
        ok(stream.count() == before, f"{name}: no payment passes meanwhile",
           stream.count() - before)
    redis.start()
    if trusted:
        ok(found(sidecars) and stream.more(),
           f"{name}: it is believed again at once")
    else:
        ok(until(lambda: "started anew" in
                 admin(sidecars[0], "/readyz").body.decode()),
           f"{name}: it is doubted")
        time.sleep(0.2)
    verdict(ok, name, stream, failure == "local")
    for sidecar in sidecars:
        sidecar.stop()
    redis.stop()


def failed_over(ok, stage, make, ask):
    """A replica takes the place of the server that dies."""
    first = stage.redis("--save", "")
    second = stage.redis("--save", "", "--replicaof",
                         f"127.0.0.1 {first.port}")
    link = os.path.join(stage.folder, "current")
    os.symlink(first.socket, link)
    sidecars = [stage.sidecar("unix:" + link) for _ in range(2)]
    stream = Stream(sidecars, make, ask)
    good = stream.more()
    first.stop(signal.SIGKILL)
    os.unlink(link)
    os.symlink(second.socket, link)
    good = lost(sidecars) and good
    ok(good and until(lambda: "is a replica" in
                      admin(sidecars[0], "/readyz").body.decode()),
       "failed over: a replica is not written to")
    second.ask("REPLICAOF", "NO", "ONE")
    ok(until(lambda: "started anew" in
             admin(sidecars[0], "/readyz").body.decode()),
       "failed over: the new one is doubted")
    verdict(ok, "failed over", stream, False)
    for sidecar in sidecars:
        sidecar.stop()


def evicting(ok, stage, make, ask):
    redis = stage.redis("--save", "")
    sidecar = stage.sidecar(f"127.0.0.1:{redis.port}")
    ok(admin(sidecar, "/readyz").status == 200, "noeviction: ready")
    redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    ok(until(lambda: admin(sidecar, "/readyz").status == 503)
       and "noeviction" in admin(sidecar, "/readyz").body.decode(),
       "a policy that evicts: not ready")
    with sidecar.connect() as client:
        ok(ask(client, make()).status == 429, "and payments are refused")
    sidecar.stop()


def all_of(ok, policy, make, ask):
    if not os.path.exists(SERVER):
        ok(True, "several sidecars # SKIP no redis-server")
        return
    save = ("--save", "3600 100000")
    always = ("--save", "", "--appendonly", "yes", "--appendfsync", "always")
    with Stage(policy) as stage:
        racing(ok, stage, make)
        asked_twice(ok, stage, make, ask)
        across.all_of(ok, stage, make, ask)
        lying.all_of(ok, stage, make, ask)
        stopped(ok, stage, make, ask, "stopped, save", save, signal.SIGTERM,
                "reject")
        stopped(ok, stage, make, ask, "AOF always, killed", always,
                signal.SIGKILL, "reject", trusted=True)
        stopped(ok, stage, make, ask, "killed with nothing kept",
                ("--save", ""), signal.SIGKILL, "reject")
        stopped(ok, stage, make, ask, "local, killed with nothing kept",
                ("--save", ""), signal.SIGKILL, "local")
        failed_over(ok, stage, make, ask)
        evicting(ok, stage, make, ask)
