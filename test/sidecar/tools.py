# SPDX-License-Identifier: Apache-2.0
"""Starts sidecars on free ports of loopback and talks to them over raw
sockets. What is started is stopped by stop_all, by its own process id."""
import base64
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("WB_BUILD", "build"))
ALONE = os.path.join(BUILD, "test", "sidecar-alone")
PROGRAM = os.path.join(BUILD, "weighbridge")
SLOW = int(os.environ.get("WB_SLOW", "1"))  # see test/run
PATIENCE = 10 * SLOW
running = []


class Answer:
    def __init__(self, head, body):
        lines = head.split(b"\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = [tuple(p.decode("latin-1") for p in
                              line.split(b": ", 1)) for line in lines[1:]]
        self.body = body

    def header(self, name):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None


class Client:
    """One connection."""

    def __init__(self, address, timeout=PATIENCE):
        if address.startswith("unix:"):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(address[5:])
        else:
            host, port = address.rsplit(":", 1)
            self.socket = socket.create_connection(
                (host.strip("[]"), int(port)), timeout)
        self.data = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # refused early: the answer is what counts

    def ask(self, target="/", headers=(), method="GET"):
        lines = [f"{method} {target} HTTP/1.1", "Host: example.com"]
        lines += [f"{n}: {v}" for n, v in headers]
        self.send("\r\n".join(lines + ["", ""]).encode("latin-1"))
        return self.answer()

    def more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.data += data
        return bool(data)

    def answer(self):
        """The next answer, or None when the connection ends first."""
        while b"\r\n\r\n" not in self.data:
            if not self.more():
                return None
        head, rest = self.data.split(b"\r\n\r\n", 1)
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        size = int(length.group(1)) if length else 0
        while len(rest) < size:
            if not self.more():
                return None
            rest = self.data.split(b"\r\n\r\n", 1)[1]
        self.data = rest[size:]
        return Answer(head, rest[:size])

    def at_end(self):
        return not self.data and not self.more()


class Sidecar:
    """A sidecar in a process of its own. `settings` for the stand-in, or
    `config`, a file for the whole program. `files`: its limits of open ones,
    soft and hard."""

    def __init__(self, settings=None, config=None, wait=True, fds=(),
                 files=None):
        self.folder = tempfile.mkdtemp(prefix="wb-sidecar-")
        self.settings = dict(settings or {})
        for i in range(int(self.settings.get("listen.#", 1))):
            self.settings.setdefault(f"listen.{i}.address", "127.0.0.1:0")
        self.settings.setdefault("admin.address", "127.0.0.1:0")
        for key, value in self.settings.items():
            self.settings[key] = value.replace("FOLDER", self.folder)
        self.file = os.path.join(self.folder, "settings")
        self.write()
        command = [ALONE, self.file]
        if config is not None:
            command = [PROGRAM, "serve"] + (["-c", config] if config else [])
        self.text = ""
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, pass_fds=fds,
            preexec_fn=files and (lambda: resource.setrlimit(
                resource.RLIMIT_NOFILE, files)),
            env=dict(os.environ, STATE_DIRECTORY=self.folder + "/state"))
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        running.append(self)
        if wait:
            self.until('"event":"start"')
            found = re.findall(r"^  ([a-z-]+) +(\S+)$", self.text, re.M)
            self.listeners = [a for name, a in found if name != "admin"]
            self.admin = dict(found).get("admin")

    def write(self, **changes):
        self.settings.update(changes)
        with open(self.file, "w", encoding="utf-8") as file:
            for key, value in self.settings.items():
                file.write(f"{key}={value}\n")

    def read(self):
        for line in self.process.stderr:
            self.text += line

    def until(self, text, times=1):
        deadline = time.monotonic() + PATIENCE
        while self.text.count(text) < times:
            if time.monotonic() > deadline or (
                    self.process.poll() is not None
                    and not self.reader.is_alive()):
                raise AssertionError(f"never said {text!r}:\n{self.text}")
            time.sleep(0.01)

    def connect(self, i=0, timeout=PATIENCE):
        return Client(self.listeners[i], timeout)

    def ask(self, target="/", headers=(), method="GET", i=0):
        with self.connect(i) as client:
            return client.ask(target, headers, method)

    def look(self, path):
        with Client(self.admin) as client:
            return client.ask(path)

    def metric(self, line):
        """Value of the metric line that starts so."""
        for text in self.look("/metrics").body.decode().splitlines():
            if text.startswith(line + " "):
                return float(text.rsplit(" ", 1)[1])
        raise AssertionError(f"no metric {line}")

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self):
        code = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        return code

    def stop(self):
        """Ends it; fails unless it ends well."""
        if self in running:
            running.remove(self)
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self.wait()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.reader.join(PATIENCE)
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.process.returncode != 0 or "Sanitizer" in self.text:
            raise AssertionError(
                f"ended with {self.process.returncode}:\n{self.text}")


def stop_all():
    """Stops what runs; fails if one of them does not end well."""
    failure = None
    for sidecar in list(running):
        try:
            sidecar.stop()
        except AssertionError as error:
            failure = failure or error
    if failure is not None:
        raise failure


def until(what, condition, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"never: {what}")
        time.sleep(0.01)


def payment(number):
    """A PAYMENT-SIGNATURE that is sound for five minutes; its signature is
    none."""
    until = str(int(time.time()) + 280)
    text = json.dumps({
        "x402Version": 2,
        "payload": {"signature": "0x" + "4" * 128 + "1b", "authorization": {
            "from": "0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1",
            "to": "0x209693Bc6afc0C5328bA36FaF03C514EF312287C",
            "value": "10000", "validAfter": "0", "validBefore": until,
            "nonce": "0x%064x" % number}},
        "resource": {"url": "https://example.com/premium/1"},
        "accepted": {
            "scheme": "exact", "network": "eip155:84532", "amount": "10000",
            "asset": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
            "payTo": "0x209693Bc6afc0C5328bA36FaF03C514EF312287C",
            "maxTimeoutSeconds": 300,
            "extra": {"name": "USDC", "version": "2"}}})
    return base64.b64encode(text.encode()).decode()
