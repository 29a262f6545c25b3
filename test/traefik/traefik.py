#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A stand-in for Traefik 3: what its documentation says of the middlewares
headers and forwardAuth, for what examples/traefik uses."""
import os
import sys

import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "proxies"))
from stand_in import (  # noqa: E402  pylint: disable=wrong-import-position
    HOP_BY_HOP, Refused, StandIn, address_of, exchange, plain)


class Traefik(StandIn):
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            static = yaml.safe_load(file)
        dynamic = os.path.join(os.path.dirname(path),
                               static["providers"]["file"]["filename"])
        with open(dynamic, encoding="utf-8") as file:
            http = yaml.safe_load(file)["http"]
        self.listen = address_of(static["entryPoints"]["web"]["address"])
        router = http["routers"]["web"]
        self.chain = [http["middlewares"][name]
                      for name in router["middlewares"]]
        gate = http["services"][router["service"]]["loadBalancer"]["servers"]
        self.gate = address_of(gate[0]["url"].removeprefix("http://"))

    def forward_auth(self, conf, message, headers, peer):
        assert conf["trustForwardHeader"] is False
        where, path = conf["address"].removeprefix("http://").split("/", 1)
        method, target, _ = message.first.split(" ", 2)
        host = message.one("Host") or ""
        shown = [h for h in headers if h[0].lower() not in HOP_BY_HOP
                 | {"host", "content-length"}
                 and not h[0].lower().startswith("x-forwarded-")]
        shown += [("Host", where), ("X-Forwarded-Method", method),
                  ("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", host),
                  ("X-Forwarded-Uri", target), ("X-Forwarded-For", peer)]
        body, message.body = message.body, b""
        answer = exchange(address_of(where),
                          plain(message, shown, f"GET /{path} HTTP/1.1"), 30)
        message.body = body
        if answer is None:
            raise Refused(500)
        if not 200 <= answer.status < 300:
            return plain(answer, [h for h in answer.headers
                                  if h[0].lower() not in HOP_BY_HOP])
        listed = {name.lower() for name in conf["authResponseHeaders"]}
        headers = [h for h in headers if h[0].lower() not in listed]
        return headers + [h for h in answer.headers if h[0].lower() in listed]

    def ask(self, message, headers, peer):
        for middleware in self.chain:
            if "headers" in middleware:
                custom = middleware["headers"]["customRequestHeaders"]
                assert not any(custom.values())
                gone = {name.lower() for name in custom}
                headers = [h for h in headers if h[0].lower() not in gone]
            else:
                headers = self.forward_auth(middleware["forwardAuth"], message,
                                            headers, peer)
                if isinstance(headers, bytes):
                    return headers
        return headers

    def run(self):
        self.serve(self.listen, self.gate, self.ask)


if __name__ == "__main__":
    Traefik(sys.argv[1]).run()
