# SPDX-License-Identifier: Apache-2.0
"""A server that lies: between a sidecar and a real redis-server stands one
that does what it is told and answers something else, late, by half, or not at
all. No payment passes on such an answer, requests without one never notice,
and when it is honest again nothing that was refused was burned."""
import socket
import threading
import time

import tools

SMALL = ", answer-within: 100ms"
LATE = "the truth, late"
LOCK = threading.Lock()
RECORD = b"\0" * 117
LIES = [  # name, what a script's answer is replaced by
    ("nil", b"$-1\r\n"),
    ("an empty text", b"$0\r\n\r\n"),
    ("a status", b"+OK\r\n"),
    ("zero", b":0\r\n"),
    ("one", b":1\r\n"),
    ("the largest integer", b":9223372036854775807\r\n"),
    ("an integer too large", b":99999999999999999999999999\r\n"),
    ("no integer", b":one\r\n"),
    ("an empty array", b"*0\r\n"),
    ("an array of nil", b"*1\r\n$-1\r\n"),
    ("a short array, and no more", b"*3\r\n:1\r\n"),
    ("arrays, nested", b"*1\r\n" * 9 + b":1\r\n"),
    ("a map", b"%1\r\n+t\r\n+t\r\n"),
    ("true", b"#t\r\n"),
    ("a double", b",1.5\r\n"),
    ("a claim of another's", b"$17\r\nt" + b"d" * 16 + b"\r\n"),
    ("a claim of nobody's", b"$1\r\nt\r\n"),
    ("a rival cut short", b"$100\r\ni" + RECORD[:99] + b"\r\n"),
    ("a rival too long", b"$130\r\ni" + RECORD + b"\0" * 12 + b"\r\n"),
    ("a lockout of no length", b"$1\r\nl\r\n"),
    ("that a rival stands, unasked", b"$1\r\ns\r\n"),
    ("an error", b"-ERR wrong\r\n"),
    ("that it has no script", b"-NOSCRIPT No matching script.\r\n"),
    ("that it is a replica", b"-READONLY You can't write.\r\n"),
    ("that it loads", b"-LOADING Redis is loading\r\n"),
    ("that it cannot save", b"-MISCONF Errors writing to disk\r\n"),
    ("that its memory is full", b"-OOM command not allowed\r\n"),
    ("half an answer", b"$17\r\ntddd"),
    ("half an answer's size", b"$1"),
    ("a size too large", b"$536870913\r\n"),
    ("a negative size", b"$-7\r\n"),
    ("another protocol", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    ("nothing", b""),
    ("the end", None),
    (LATE, b"true"),
]
OF_INFO = [b"$-1\r\n", b"*0\r\n", b":7\r\n", b"$9\r\nrun_id:ab\r\n",
           b"$47\r\nrun_id:" + b"a" * 20 + b"\0" + b"a" * 19 + b"\r\n"]


class Liar:
    """Passes on one command after another; `lie` (or None) is said in place
    of the answers to `to`, `delay` seconds late."""

    def __init__(self, port):
        self.behind = port
        self.lie, self.to, self.delay, self.lies = None, b"", 0, False
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def tell(self, lie, to=b"EVALSHA", delay=0):
        self.lie, self.to, self.delay, self.lies = lie, to, delay, True

    def honest(self):
        self.lies = False

    def serve(self):
        while True:
            try:
                peer, _ = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(peer,),
                             daemon=True).start()

    def talk(self, peer):
        try:
            with peer, socket.create_connection(
                    ("127.0.0.1", self.behind)) as real:
                asks, answers = peer.makefile("rb"), real.makefile("rb")
                while self.one(peer, asks, real, answers):
                    pass
        except OSError:
            pass

    def one(self, peer, asks, real, answers):
        command = whole(asks)
        if not command:
            return False
        real.sendall(command)
        answer = whole(answers)
        if not self.lies or b"\r\n" + self.to + b"\r\n" not in command[:40]:
            peer.sendall(answer)
            return True
        time.sleep(self.delay)
        if self.lie is None:
            return False
        peer.sendall(answer if self.lie == b"true" else self.lie)
        return True

    def close(self):
        self.door.close()


def whole(file):
    """The bytes of one value of the protocol."""
    line = file.readline()
    if line[:1] == b"$" and int(line[1:]) >= 0:
        line += file.read(int(line[1:]) + 2)
    elif line[:1] == b"*":
        for _ in range(int(line[1:])):
            line += whole(file)
    return line


def until_up(sidecar, up):
    def is_so():
        with tools.Client(sidecar.admin) as client:
            page = client.ask("/metrics").body.decode()
        return f"weighbridge_claims_store_up {up}\n" in page
    tools.until(f"the store is {'up' if up else 'lost'}", is_so)


def timed(client, ask, header=None):
    began = time.monotonic()
    answer = ask(client, header) if header else client.ask("/", [
        ("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", "/premium/1"),
        ("X-Forwarded-Host", "example.com"), ("User-Agent", "GPTBot/1.2")])
    return answer.status, time.monotonic() - began


def one_lie(liar, sidecar, ask, header, most=3):
    """What went wrong, or None."""
    with sidecar.connect() as client, sidecar.connect() as other:
        paid = timed(client, ask, header)
        free = timed(other, ask)
        liar.honest()
        if paid[0] != 429 or paid[1] > most or free[0] != 200 \
                or free[1] > most / 2:
            return f"{paid} {free}"
        until_up(sidecar, 1)
        tools.until("what was refused passes",
                    lambda: timed(client, ask, header)[0] == 200)
        again = timed(client, ask, header)
        return None if again[0] == 409 else f"again {again}"


def in_turn(redis, stage, make, ask, lies, wrong):
    """Lies until there are no more."""
    liar = Liar(redis.port)
    with LOCK:
        sidecar = stage.sidecar(f"127.0.0.1:{liar.port}", more=SMALL)
    while True:
        with LOCK:
            if not lies:
                break
            name, lie = lies.pop(0)
            header = make()
        liar.tell(lie, delay=0.3 if name == LATE else 0)
        try:
            wrong[name] = one_lie(liar, sidecar, ask, header)
        except AssertionError as error:
            wrong[name] = error
            break
    sidecar.stop()
    liar.close()


def all_of(ok, stage, make, ask):
    redis = stage.redis("--save", "")
    wrong, lies = {}, list(LIES)
    threads = [threading.Thread(target=in_turn, args=(
        redis, stage, make, ask, lies, wrong)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, _ in LIES:
        ok(name in wrong and not wrong[name],
           f"a server that answers {name}: refused, not burned",
           wrong.get(name))
    liar = Liar(redis.port)
    sidecar = stage.sidecar(f"127.0.0.1:{liar.port}", more=SMALL)
    for lie in OF_INFO:
        liar.tell(lie, to=b"INFO")
        until_up(sidecar, 0)
        with sidecar.connect() as client:
            status, _ = timed(client, ask, make())
        liar.honest()
        until_up(sidecar, 1)
        ok(status == 429, f"INFO: {lie!r:.30}: it is not believed", status)
    sidecar.stop()
    liar.close()
    redis.stop()
