# SPDX-License-Identifier: Apache-2.0
"""A stage for one proxy: a gate behind it that keeps what it hears, the
sidecar or a stand-in beside it, raw clients before it. All on free ports of
loopback; what is started is stopped by its own process id."""
import base64
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, os.environ.get("WB_BUILD", "build"), "weighbridge")
PATIENCE = 15 * int(os.environ.get("WB_SLOW", "1"))  # seconds; see test/run
BROWSER = [
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) "
                   "Gecko/20100101 Firefox/128.0"),
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,"
               "*/*;q=0.8"),
    ("Accept-Language", "en-US,en;q=0.5"), ("Accept-Encoding", "gzip, deflate"),
    ("Sec-Fetch-Dest", "document"), ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Site", "none"), ("Sec-Fetch-User", "?1"),
    ("Upgrade-Insecure-Requests", "1")]
CRAWLER = [("User-Agent", "GPTBot/1.2"), ("Accept", "*/*")]


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def until(what, condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"never: {what}")
        time.sleep(0.02)


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


# ---- messages ----

class Message:
    """A request or an answer: first line, headers as lines, body."""

    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.first = lines[0]
        self.headers = [tuple(line.split(":", 1)) for line in lines[1:]
                        if ":" in line]
        self.headers = [(n, v.strip()) for n, v in self.headers]
        self.body = body

    @property
    def status(self):
        return int(self.first.split()[1])

    def all(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]

    def one(self, name):
        """Its value; None unless it came exactly once."""
        values = self.all(name)
        return values[0] if len(values) == 1 else None

    def folded(self, name):
        """All values under names that a gate might fold to this one."""
        def fold(text):
            return re.sub("[^a-z0-9]", "-", text.lower())
        return [v for n, v in self.headers if fold(n) == fold(name)]


def read_message(connection, data=b"", bodyless=False):
    """The next message and what follows it; None at the end."""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None, b""
        data += more
    head, data = data.split(b"\r\n\r\n", 1)
    message = Message(head, b"")
    if bodyless or (message.first.startswith("HTTP/") and
                    message.status in (204, 304)):
        return message, data
    chunked = "chunked" in (message.one("Transfer-Encoding") or "").lower()
    length = message.one("Content-Length")

    def whole():
        return (re.search(rb"(^|\r\n)0\r\n(.*\r\n)?\r\n$", data, re.S)
                if chunked else len(data) >= int(length or 0))
    while not whole():
        more = connection.recv(65536)
        if not more:
            return None, b""
        data += more
    if chunked:
        message.body, rest = b"", data
        while rest:
            size, rest = rest.split(b"\r\n", 1)
            count = int(size.split(b";")[0], 16)
            if count == 0:
                break
            message.body += rest[:count]
            rest = rest[count + 2:]
        return message, b""
    size = int(length or 0)
    message.body = data[:size]
    return message, data[size:]


def raw(port, data, bodyless=False):
    """Sends bytes, returns the answer; None if there is none."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.settimeout(PATIENCE)
        connection.sendall(data)
        try:
            return read_message(connection, bodyless=bodyless)[0]
        except (ConnectionResetError, TimeoutError):
            return None


def ask(port, headers=(), target="/article", method="GET", body=None,
        version="1.1"):
    lines = [f"{method} {target} HTTP/{version}", "Host: example.com"]
    lines += [f"{n}: {v}" for n, v in headers]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return raw(port, "\r\n".join(lines + ["", ""]).encode("latin-1")
               + (body or b""), method == "HEAD")


# ---- who is asked ----

class Listener:
    """Answers each request with `reply(message)`, bytes; None: never.
    Keeps what it heard."""

    def __init__(self, port, reply):
        self.reply, self.heard, self.open = reply, [], []
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", port))
        self.socket.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.open.append(connection)
            threading.Thread(target=self.serve, args=(connection,),
                             daemon=True).start()

    def serve(self, connection):
        data = b""
        try:
            while True:
                message, data = read_message(connection, data)
                if message is None:
                    break
                self.heard.append(message)
                answer = self.reply(message)
                if answer is not None:
                    connection.sendall(answer)
        except OSError:
            pass
        connection.close()

    def stop(self):
        # shutdown wakes the thread in accept; close alone does not
        for one in [self.socket] + self.open:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()


def http(status, headers=(), body=b""):
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{n}: {v}" for n, v in headers]
    return "\r\n".join(lines + ["", ""]).encode() + body


def gate_reply(message):
    body = b"" if message.first.startswith("HEAD ") else b"the gate's page"
    return http(200, [("X-From", "gate")], body)


class Process:
    def __init__(self, command, port, folder, name):
        self.log = os.path.join(folder, name + ".log")
        with open(self.log, "ab") as log:
            env = dict(os.environ, HOME=folder, XDG_CONFIG_HOME=folder,
                       XDG_DATA_HOME=folder,
                       STATE_DIRECTORY=os.path.join(folder, name))
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=folder, env=env)
        self.name = name
        until(f"{name} listens: {self.text()}", lambda: answers(port)
              or self.process.poll() is not None)
        if self.process.poll() is not None:
            raise AssertionError(f"{name} ended:\n{self.text()}")

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.name == "weighbridge" and (self.process.returncode != 0
                                           or "Sanitizer" in self.text()):
            raise AssertionError(f"{self.name} ended with "
                                 f"{self.process.returncode}:\n{self.text()}")


class Stage:
    """The example's folder, copied, with other ports; nothing else of it is
    changed but by `variant`."""

    def __init__(self, example, command):
        self.command = command
        self.folder = tempfile.mkdtemp(prefix="wb-proxy-")
        (self.port, self.sidecar_port, self.admin_port, self.gate_port,
         self.inner_port) = free_ports(5)
        source = os.path.join(ROOT, "examples", example)
        for name in os.listdir(source):
            with open(os.path.join(source, name), encoding="utf-8") as file:
                self.write(name, self.ported(file.read()))
        self.gate = Listener(self.gate_port, gate_reply)
        self.sidecar = self.proxy = None

    def ported(self, text):
        for known, mine in ((8080, self.port), (8402, self.sidecar_port),
                            (8401, self.inner_port),
                            (8403, self.admin_port), (8090, self.gate_port)):
            text = re.sub(rf":( ?){known}\b", rf":\1@{mine}", text)
        return re.sub(r":( ?)@", r":\1", text)

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w",
                  encoding="utf-8") as file:
            file.write(text)

    def variant(self, name, before, after):
        text = self.read(name)
        assert text.count(before) == 1, f"{name}: {before!r} is not there once"
        self.write(name, text.replace(before, after))

    def start_proxy(self):
        self.stop_proxy()
        self.proxy = Process(self.command, self.port, self.folder, "proxy")

    def stop_proxy(self):
        if self.proxy:
            self.proxy.stop()
            self.proxy = None

    def start_sidecar(self, more=""):
        self.stop_sidecar()
        self.write("weighbridge-run.yaml", self.read("weighbridge.yaml") + more)
        self.sidecar = Process([PROGRAM, "serve", "-c", "weighbridge-run.yaml"],
                               self.sidecar_port, self.folder, "weighbridge")

    def stand_in(self, reply):
        self.stop_sidecar()
        self.sidecar = Listener(self.sidecar_port, reply)

    def stop_sidecar(self):
        if self.sidecar:
            self.sidecar.stop()
            self.sidecar = None
            until("the sidecar is gone", lambda: not answers(self.sidecar_port))

    def heard(self):
        """What the gate heard since the last call."""
        heard, self.gate.heard[:] = list(self.gate.heard), []
        return heard

    def stop(self):
        try:
            self.stop_sidecar()
        finally:
            self.stop_proxy()
            self.gate.stop()
            shutil.rmtree(self.folder, ignore_errors=True)


# ---- payments ----

def payment(asked, validity=300, **changes):
    """A well-formed x402 v2 payment of what the gate was told to ask. The
    signature is 65 bytes and nobody's: signatures are not looked at."""
    now = int(time.time())
    authorization = {
        "from": "0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1",
        "to": asked.one("X-Price-Pay-To"),
        "value": asked.one("X-Price-Amount"), "validAfter": "0",
        "validBefore": str(now + validity),
        "nonce": "0x" + secrets.token_hex(32)}
    authorization.update(changes)
    accepted = {"scheme": "exact", "network": asked.one("X-Price-Network"),
                "amount": asked.one("X-Price-Amount"),
                "payTo": asked.one("X-Price-Pay-To"),
                "asset": asked.one("X-Price-Asset"),
                "maxTimeoutSeconds": 300,
                "extra": {"name": "USDC", "version": "2"}}
    text = json.dumps({
        "x402Version": 2, "accepted": accepted,
        "resource": {"url": "http://example.com/article"},
        "payload": {"signature": "0x" + secrets.token_hex(64) + "1b",
                    "authorization": authorization}})
    return base64.b64encode(text.encode()).decode()


# ---- TAP ----

class Tap:
    def __init__(self):
        self.count = self.bad = 0

    def check(self, name, good, *notes):
        self.count += 1
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        if not good:
            self.bad += 1
            for note in notes:
                print("#   " + str(note).replace("\n", "\n#   "))
        sys.stdout.flush()

    def end(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.bad or not self.count else 0)


def need(program):
    # so that what was started is stopped, too, when the suite is
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if not shutil.which(program):
        print(f"1..0 # SKIP {program} not installed")
        sys.exit(0)
