# SPDX-License-Identifier: Apache-2.0
"""Stand-ins for proxies that have no Debian package. Each reads the example's
own configuration and does what the proxy's documentation says it does, as far
as the example uses it: it shows that the configuration and the sidecar fit
together, not that the proxy was tried."""
import socket
import threading

from stage import read_message

HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer",
              "transfer-encoding", "upgrade"}


def plain(message, headers, first=None):
    """A message with these headers, its body measured anew."""
    lines = [first or message.first]
    lines += [f"{n}: {v}" for n, v in headers
              if n.lower() not in ("content-length", "transfer-encoding")]
    lines.append(f"Content-Length: {len(message.body)}")
    return "\r\n".join(lines + ["", ""]).encode("latin-1") + message.body


def exchange(address, data, seconds, bodyless=False):
    """One request, one answer; None: there was none in time."""
    try:
        with socket.create_connection(address, seconds) as peer:
            peer.settimeout(seconds)
            peer.sendall(data)
            answer = read_message(peer, bodyless=bodyless)[0]
            return answer if answer and answer.first[:5] == "HTTP/" else None
    except (OSError, ValueError, IndexError):
        return None


class Refused(Exception):
    """Ends the request with this status."""


class StandIn:
    """`ask(message, headers, peer)` returns the headers that go to the gate,
    or bytes: the answer to the client."""
    lower_case = False

    def serve(self, listen, gate, ask):
        door = socket.create_server(listen)
        while True:
            client, peer = door.accept()
            threading.Thread(target=self.one, daemon=True,
                             args=(client, peer[0], gate, ask)).start()

    def one(self, client, peer, gate, ask):
        with client:
            try:
                message, _ = read_message(client)
                if message is None:
                    return
                client.sendall(self.answer(message, peer, gate, ask))
            except Refused as refused:
                client.sendall(f"HTTP/1.1 {refused} X\r\n"
                               "Content-Length: 0\r\n\r\n".encode())
            except (OSError, ValueError, IndexError):
                pass

    def answer(self, message, peer, gate, ask):
        headers = [(n.lower() if self.lower_case else n, v)
                   for n, v in message.headers]
        decided = ask(message, headers, peer)
        if isinstance(decided, bytes):
            return decided
        listed = {name.strip().lower() for n, v in decided
                  if n.lower() == "connection" for name in v.split(",")}
        onward = [(n, v) for n, v in decided
                  if n.lower() not in HOP_BY_HOP | listed]
        head = message.first.startswith("HEAD ")
        answer = exchange(gate, plain(message, onward), 15, head)
        if answer is None:
            raise Refused(502)
        return plain(answer, [h for h in answer.headers
                              if h[0].lower() not in HOP_BY_HOP])


def address_of(text):
    host, port = text.rsplit(":", 1)
    return host.strip("[]"), int(port)
