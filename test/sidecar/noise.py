# SPDX-License-Identifier: Apache-2.0
"""Heads with mistakes in them, thousands of them, always the same: what is
answered with 200 must be a head that a strict reader accepts too, and both
must have understood the same."""
import random
import re
import socket

import tools

HEAD = (b"GET /auth?x=1 HTTP/1.1\r\nHost: weighbridge\r\n"
        b"X-Forwarded-Method: GET\r\nX-Forwarded-Uri: /a?b=c\r\n"
        b"X-Forwarded-For: 192.0.2.7\r\nUser-Agent: one/1.0 (two)\r\n"
        b"Accept: */*\r\nCookie: a=b; c=d\r\nConnection: keep-alive\r\n\r\n")
PIECES = [b"\0", b"\r", b"\n", b"\r\n", b" ", b"\t", b":", b"\r\n ",
          b"\r\n\t", b"\x0b", b"\x7f", b"\x80", b"%00", b"?", b"&", b"=",
          b"X-Forwarded-Uri: /b\r\n", b"Host: b\r\n", b"X-Price: 0\r\n",
          b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n",
          b"Content-Length: 3\r\n", b"Cookie: x\r\n", b"\r\n\r\n",
          b"GET / HTTP/1.1\r\n", b"HTTP/1.0", b"\0X: y\r\n", b"Y\0: z\r\n"]
OURS = {"content-length", "transfer-encoding", "host", "x-forwarded-port",
        "x-forwarded-server"}


def mistake(random_, head):
    at = random_.randrange(len(head))
    kind = random_.randrange(4)
    if kind == 0:  # something is put in
        return head[:at] + random_.choice(PIECES) + head[at:]
    if kind == 1:  # a byte is another
        return head[:at] + bytes([random_.randrange(256)]) + head[at + 1:]
    if kind == 2:  # some are missing
        return head[:at] + head[at + random_.randrange(1, 12):]
    lines = head.split(b"\r\n")  # two lines change places
    a, b = random_.randrange(len(lines)), random_.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return b"\r\n".join(lines)


def strict(data):
    """What a strict reader sees in the first head, or None."""
    data = data.lstrip(b"\r\n") if data[:2] in (b"\r\n", b"\n") else data
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    lines = data[:end].split(b"\r\n")
    if not re.fullmatch(rb"[!#-'*+.^-z|~0-9A-Z-]+ [!-~\x80-\xff]+ "
                        rb"HTTP/1\.[0-9]", lines[0]):
        return None
    fields = []
    for line in lines[1:]:
        found = re.fullmatch(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*"
                             rb"([\t -~\x80-\xff]*?)[ \t]*", line)
        if not found:
            return None
        fields.append((found.group(1).decode().lower(),
                       found.group(2).decode("latin-1")))
    return fields


def told(fields, name):
    values = [value for key, value in fields if key == name]
    return values[0] if len(values) == 1 else None


def check(data, answer):
    fields = strict(data)
    assert fields is not None, data
    assert answer.header("X-Fact-Target") == \
        told(fields, "x-forwarded-uri"), data
    assert answer.header("X-Fact-Method") == \
        told(fields, "x-forwarded-method"), data
    seen = answer.header("X-Fact-Headers").lower().split(",")
    own = {"x-forwarded-uri", "x-forwarded-method", "x-forwarded-for",
           "x-forwarded-host", "x-forwarded-proto"} | OURS
    sent = [key for key, _ in fields if key not in own]
    without = [key for key in sent if key != "connection"]
    assert [key for key in seen if key not in ("-", "connection")] == \
        without, (data, seen)


def test_what_passes_is_read_alike_by_a_strict_reader():
    sidecar = tools.Sidecar({"listen.0.dialect": "forward-auth",
                             "log.decisions": "off"})
    random_ = random.Random(4711)
    passed = refused = silent = 0
    for _ in range(2000):
        data = HEAD
        for _ in range(random_.randrange(1, 4)):
            data = mistake(random_, data)
        with sidecar.connect(timeout=0.1) as client:
            client.send(data)
            try:
                answer = client.answer()
            except socket.timeout:  # it waits for the rest
                answer = None
        if answer is None:
            silent += 1
        elif answer.status == 200:
            passed += 1
            check(data, answer)
        else:
            assert 400 <= answer.status < 500 or answer.status == 505, data
            refused += 1
    assert passed > 200 and refused > 400, (passed, refused, silent)
    assert sidecar.metric("weighbridge_in_flight") == 0
