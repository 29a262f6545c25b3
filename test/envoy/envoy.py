#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A stand-in for Envoy: what its documentation says of ext_authz over HTTP
(extensions.filters.http.ext_authz.v3), for what examples/envoy uses."""
import os
import re
import sys

import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "proxies"))
from stand_in import (  # noqa: E402  pylint: disable=wrong-import-position
    Refused, StandIn, exchange, plain)

KNOWN = {"failure_mode_allow", "status_on_error", "encode_raw_headers",
         "clear_route_cache", "allowed_headers", "http_service", "@type"}


def matches(patterns, name):
    for pattern in patterns:
        if "exact" in pattern and name == pattern["exact"].lower():
            return True
        if "safe_regex" in pattern and re.fullmatch(
                pattern["safe_regex"]["regex"], name):
            return True
    return False


def socket_address(node):
    found = node["address"]["socket_address"]
    return found["address"], found["port_value"]


class Envoy(StandIn):
    lower_case = True

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            static = yaml.safe_load(file)["static_resources"]
        listener = static["listeners"][0]
        self.listen = socket_address(listener)
        manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
        self.clusters = {
            cluster["name"]: socket_address(cluster["load_assignment"][
                "endpoints"][0]["lb_endpoints"][0]["endpoint"])
            for cluster in static["clusters"]}
        self.removed = {one["remove"] for one in manager[
            "early_header_mutation_extensions"][0]["typed_config"][
                "mutations"]}
        assert manager["use_remote_address"] is True
        assert manager["common_http_protocol_options"][
            "headers_with_underscores_action"] == "REJECT_REQUEST"
        self.filter = manager["http_filters"][0]["typed_config"]
        unknown = set(self.filter) - KNOWN
        assert not unknown, f"the stand-in does not know {unknown}"
        assert self.filter["encode_raw_headers"] is True
        service = self.filter["http_service"]
        self.sidecar = self.clusters[service["server_uri"]["cluster"]]
        # what is slow by its build is not late; scenes are late by 1.5 s
        self.timeout = min(1.0, int(os.environ.get("WB_SLOW", "1")) * float(
            service["server_uri"]["timeout"].rstrip("s")))
        self.upstream = service["authorization_response"][
            "allowed_upstream_headers"]["patterns"]

    def ask(self, message, headers, peer):
        if any("_" in name for name, _ in headers):
            raise Refused(400)
        headers = [h for h in headers if h[0] not in self.removed]
        headers = [h for h in headers if h[0] not in (
            "x-forwarded-for", "x-forwarded-proto", "x-envoy-internal")]
        headers += [("x-forwarded-for", peer), ("x-forwarded-proto", "http")]
        shown = [h for h in headers if h[0] == "host" or matches(
            self.filter["allowed_headers"]["patterns"], h[0])]
        # its client adds the address that it asks from
        shown = [(n, f"{v}, 127.0.0.1" if n == "x-forwarded-for" else v)
                 for n, v in shown]
        shown += [("x-envoy-internal", "true"),
                  ("x-envoy-expected-rq-timeout-ms",
                   str(int(self.timeout * 1000)))]
        message.body, body = b"", message.body
        answer = exchange(self.sidecar, plain(message, shown), self.timeout,
                          message.first.startswith("HEAD "))
        message.body = body
        if answer is None or answer.status >= 500:
            if not self.filter["failure_mode_allow"]:
                raise Refused(503)  # status_on_error
            return headers
        if answer.status != 200:
            return plain(answer, answer.headers)
        for name, value in answer.headers:
            if matches(self.upstream, name.lower()):
                headers = [h for h in headers if h[0] != name.lower()]
                headers.append((name.lower(), value))
        gone = ",".join(answer.all("x-envoy-auth-headers-to-remove"))
        gone = {name.strip().lower() for name in gone.split(",")}
        return [h for h in headers if h[0] not in gone]

    def run(self):
        self.serve(self.listen, self.clusters["gate"], self.ask)


if __name__ == "__main__":
    Envoy(sys.argv[1]).run()
