# SPDX-License-Identifier: Apache-2.0
"""The two asks of nginx for one denial."""
import time

import tools

ASK = [("X-Original-Method", "GET"), ("X-Original-URI", "/a")]
NGINX = {"listen.0.dialect": "nginx"}


def name_of(answer):
    return [("X-Weighbridge-Denial", answer.header("X-Weighbridge-Denial"))]


def test_each_status_is_rendered_with_its_body():
    sidecar = tools.Sidecar(NGINX)
    with sidecar.connect() as client:
        for status in (400, 401, 402, 403, 405, 409, 413, 414, 418, 429, 451):
            first = client.ask("/ask", ASK + [("X-Deny", status)])
            assert first.status == 403, first.status
            second = client.ask("/denied", name_of(first))
            assert second.status == status, second.status
            assert second.body == first.body
            assert f'"status":{status}'.encode() in second.body
            assert second.header("Cache-Control") == "no-store"
            assert second.header("Content-Type") == "application/json"
    assert sidecar.metric("weighbridge_denied_found_total") == 11
    # the second ask decided nothing
    assert sidecar.metric("alone_decisions_total") == 11


def test_a_denial_is_rendered_once():
    sidecar = tools.Sidecar(NGINX)
    with sidecar.connect() as client:
        first = client.ask("/ask", ASK + [("X-Deny", 409)])
        assert client.ask("/denied", name_of(first)).status == 409
        again = client.ask("/denied", name_of(first))
    assert again.status == 403 and b'"forbidden"' in again.body
    assert sidecar.metric("weighbridge_denied_unknown_total") == 1


def test_a_denial_is_forgotten_after_two_seconds():
    sidecar = tools.Sidecar(NGINX)
    with sidecar.connect() as client:
        first = client.ask("/ask", ASK + [("X-Deny", 409)])
        time.sleep(2.1)
        assert client.ask("/denied", name_of(first)).status == 403


def test_equal_requests_have_denials_of_their_own():
    sidecar = tools.Sidecar(NGINX)
    with sidecar.connect() as client:
        one = client.ask("/ask", ASK + [("X-Deny", 409)])
        two = client.ask("/ask", ASK + [("X-Deny", 409)])
        assert one.body != two.body
        assert client.ask("/denied", name_of(two)).body == two.body
        assert client.ask("/denied", name_of(one)).body == one.body


def test_many_denials_cost_no_more_than_their_table():
    sidecar = tools.Sidecar(NGINX)
    with sidecar.connect() as client:
        names = [client.ask("/ask", ASK + [("X-Deny", 409)])
                 for _ in range(3000)]
        found = [client.ask("/denied", name_of(n)).status == 409
                 for n in reversed(names)]
    # the last ones at least; how many more depends on how old they are
    assert found[0] and sum(found) <= 1024, sum(found)


def test_an_allow_is_not_remembered():
    sidecar = tools.Sidecar(NGINX)
    with sidecar.connect() as client:
        allow = client.ask("/ask", ASK)
        assert allow.status == 200
        assert allow.header("X-Weighbridge-Denial") is None
