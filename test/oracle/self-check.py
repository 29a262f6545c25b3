#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The oracle against expectations written by hand, clause by clause of the
rule language. They rest on no program. Prints TAP.

CONDITIONS: (a `when`, keys of the record, its expected truth).
PACKS: (what it shows, rules, keys of the record, expected parts of the
answer). Records have a `user-agent` of "Mozilla/5.0 Bot" unless they say
otherwise; a key of None is left out of the record.
"""
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import oracle
from pack_file import PackError

RECORD = {"id": "q", "method": "GET", "scheme": "https",
          "host": "example.com", "path": "/a/B?x=1&y=%20Z+&e=&n",
          "http_version": "1.1", "client_ip": "192.0.2.1",
          "headers": [["User-Agent", "Mozilla/5.0 Bot"]]}


def agent(text):
    return {"headers": [["user-agent", text]]}


def path(text):
    return {"path": text}


LIMITED = {"headers_known": ["user-agent"]}
NOT_SEEN = {"headers": [], "headers_known": []}
NO_HEADERS = {"headers": []}

CONDITIONS = [
    # present, absent, unknown; an empty value is present
    ("{ user-agent: present }", {}, "T"),
    ("{ user-agent: absent }", {}, "F"),
    ("{ user-agent: present }", NO_HEADERS, "F"),
    ("{ user-agent: absent }", NO_HEADERS, "T"),
    ("{ user-agent: present }", NOT_SEEN, "U"),
    ("{ user-agent: absent }", NOT_SEEN, "U"),
    ("{ user-agent: bot }", NO_HEADERS, "F"),
    ("{ not: { user-agent: bot } }", NO_HEADERS, "T"),
    ("{ user-agent: bot }", NOT_SEEN, "U"),
    ("{ not: { user-agent: bot } }", NOT_SEEN, "U"),
    ("{ user-agent: present }", agent(""), "T"),
    ("{ user-agent: absent }", agent(""), "F"),
    ('{ user-agent: "" }', agent(""), "T"),
    ('{ user-agent: "present" }', {}, "F"),
    ("{ user-agent: 'absent' }", agent("absent"), "T"),
    ("{ user-agent: [present] }", agent("x"), "F"),
    ("{ header.accept: absent }", LIMITED, "U"),
    ("{ header.accept: absent }", {}, "T"),
    ("{ header.accept: absent }", {"headers_known": ["Accept"]}, "T"),
    # unknown facts
    ("{ client-ip: present }", {"client_ip": None}, "U"),
    ("{ scheme: https }", {"scheme": None}, "U"),
    ("{ http-version: '2' }", {"http_version": None}, "U"),
    ("{ method: GET }", {"method": None}, "U"),
    ("{ host: present }", {"host": None}, "U"),
    ("{ path: present }", {"path": None}, "U"),
    ("{ query: absent }", {"path": None}, "U"),
    ("{ query.x: absent }", {"path": None}, "U"),
    ("{ path-ambiguous: false }", {"path": None}, "U"),
    ("{ cookie.a: absent }", LIMITED, "U"),
    ("{ header-count: 1 }", LIMITED, "U"),
    ("{ header-order: user-agent }", LIMITED, "U"),
    ("{ country: AA }", {}, "U"),
    ("{ ja4: absent }", {}, "U"),
    ("{ rate.r: { at-least: 1 } }", {}, "U"),
    ("{ client-ip: { in-set: s } }", {}, "U"),
    # Kleene: F, T and U under all, any, not
    ("{ all: [{ scheme: http }, { country: AA }] }", {}, "F"),
    ("{ all: [{ country: AA }, { scheme: http }] }", {}, "F"),
    ("{ all: [{ scheme: https }, { country: AA }] }", {}, "U"),
    ("{ any: [{ country: AA }, { scheme: https }] }", {}, "T"),
    ("{ any: [{ scheme: http }, { country: AA }] }", {}, "U"),
    ("{ any: [{ scheme: http }, { scheme: ws }] }", {}, "F"),
    ("{ not: { all: [{ scheme: http }, { country: AA }] } }", {}, "T"),
    ("{ not: { any: [{ scheme: http }, { country: AA }] } }", {}, "U"),
    ("{ not: { not: { country: AA } } }", {}, "U"),
    ("{ scheme: https, country: AA }", {}, "U"),
    ("{ scheme: http, country: AA }", {}, "F"),
    ("{ scheme: https, all: [{ method: GET }] }", {}, "T"),
    # a list is any of, a map all of its tests
    ("{ method: [POST, GET] }", {}, "T"),
    ("{ method: { in: [POST, PUT] } }", {}, "F"),
    ("{ user-agent: { contains: [zzz, bot] } }", {}, "T"),
    ("{ user-agent: { contains: bot, starts-with: m } }", {}, "T"),
    ("{ user-agent: { contains: bot, starts-with: x } }", {}, "F"),
    # case: literals fold ASCII, not on path and query
    ("{ method: get }", {}, "T"),
    ("{ user-agent: { ends-with: BOT } }", {}, "T"),
    ("{ user-agent: { contains: É } }", agent("é"), "F"),
    ("{ path: /a/b }", {}, "F"),
    ("{ path: /a/B }", {}, "T"),
    ("{ path|lower: /a/b }", {}, "T"),
    ("{ path|lower: /a/B }", {}, "F"),
    ("{ query: { contains: X } }", {}, "F"),
    ("{ query.y: { contains: z } }", {}, "F"),
    ("{ query.X: present }", {}, "F"),
    # word
    ("{ user-agent: { word: bot } }", {}, "T"),
    ("{ user-agent: { word: bot } }", agent("CUBOT"), "F"),
    ("{ user-agent: { word: bot } }", agent("bot1"), "F"),
    ("{ user-agent: { word: bot } }", agent("bots bot"), "T"),
    ("{ user-agent: { word: bot } }", agent("bot x"), "T"),
    ("{ user-agent: { word: bot } }", agent("_bot_"), "T"),
    ("{ user-agent: { word: bot } }", agent("ébot"), "T"),
    ("{ user-agent: { word: aa } }", agent("aaa"), "F"),
    ("{ user-agent: { word: -a } }", agent("x-a-a"), "F"),
    ("{ user-agent: { word: -a } }", agent("x--a"), "T"),
    # starts-with, ends-with, contains
    ("{ user-agent: { starts-with: Mozilla/ } }", {}, "T"),
    ("{ user-agent: { starts-with: ozilla } }", {}, "F"),
    ("{ user-agent: { ends-with: Bo } }", {}, "F"),
    # glob: the whole value
    ("{ user-agent: { glob: '*bot' } }", {}, "T"),
    ("{ user-agent: { glob: 'bot' } }", {}, "F"),
    ("{ user-agent: { glob: 'mozilla?5*' } }", {}, "T"),
    ("{ user-agent: { glob: '?' } }", agent("é"), "F"),
    ("{ user-agent: { glob: '*' } }", agent(""), "T"),
    ("{ user-agent: { glob: '[ab]' } }", agent("a"), "F"),
    ("{ user-agent: { glob: 'a*b' } }", agent("a/b"), "T"),
    ("{ path: { glob: '/*' } }", {}, "F"),
    ("{ path: { glob: '/**' } }", {}, "T"),
    ("{ path: { glob: '/?/B' } }", {}, "T"),
    ("{ path: { glob: '/a?B' } }", {}, "F"),
    ("{ path: { glob: '/**/c' } }", path("/a/b/c"), "T"),
    ("{ path: { glob: '/a/**' } }", path("/a"), "F"),
    ("{ path: { glob: '/A/*' } }", {}, "F"),
    ("{ raw-path: { glob: '/*' } }", path("/a/b"), "F"),
    ("{ query: { glob: 'a*b' } }", path("/?a/b"), "T"),
    # matches: case-sensitive, unanchored, bytes
    ("{ user-agent: { matches: 'B.t' } }", {}, "T"),
    ("{ user-agent: { matches: 'b.t' } }", {}, "F"),
    ("{ user-agent: { matches: '(?i)b.t$' } }", {}, "T"),
    ("{ user-agent: { matches: '^.$' } }", agent("é"), "F"),
    ("{ user-agent: { matches: '^..$' } }", agent("é"), "T"),
    ("{ user-agent: { matches: '' } }", NO_HEADERS, "F"),
    ("{ user-agent: { matches: '^.$' } }",
     agent({"b64": "/w=="}), "T"),
    # numbers
    ("{ header-count: 1 }", {}, "T"),
    ("{ header-count: [2, 3] }", {}, "F"),
    ("{ header-count: { less-than: 1 } }", {}, "F"),
    ("{ header-count: { less-than: [1, 2] } }", {}, "T"),
    ("{ header-count: { at-least: 1, less-than: 2 } }", {}, "T"),
    ("{ asn: { at-least: 64496 } }", {"asn": 64495}, "F"),
    ("{ asn: { at-least: 9 } }", {"asn": 64495}, "T"),
    ("{ asn: 18446744073709551615 }",
     {"asn": 18446744073709551615}, "T"),
    ("{ rate.r: { at-least: 5 } }", {"rates": {"r": 5}}, "T"),
    ("{ rate.r: { less-than: 5 } }", {"rates": {"r": 5}}, "F"),
    # addresses
    ("{ client-ip: 192.0.2.1 }", {}, "T"),
    ("{ client-ip: [192.0.2.2, 192.0.2.1] }", {}, "T"),
    ("{ client-ip: '2001:db8:0:0::1' }", {"client_ip": "2001:DB8::1"}, "T"),
    ("{ client-ip: 192.0.2.1 }", {"client_ip": "::ffff:192.0.2.1"}, "T"),
    ("{ client-ip: { in-net: 192.0.2.0/24 } }", {}, "T"),
    ("{ client-ip: { in-net: 192.0.2.0/32 } }", {}, "F"),
    ("{ client-ip: { in-net: [198.51.100.0/24, 192.0.2.0/31] } }", {}, "T"),
    ("{ client-ip: { in-net: '::/0' } }", {"client_ip": "2001:db8::1"}, "T"),
    ("{ client-ip: { in-net: 0.0.0.0/0 } }",
     {"client_ip": "2001:db8::1"}, "F"),
    ("{ client-ip: { in-net: 192.0.2.0/24 } }", {"client_ip": None}, "U"),
    ("{ client-ip: { in-set: s } }", {"in_sets": {"s": True}}, "T"),
    ("{ client-ip: { in-set: s } }", {"in_sets": {"s": False}}, "F"),
    ("{ client-ip: { in-set: s } }",
     {"in_sets": {"s": True}, "client_ip": None}, "U"),
    ("{ not: { client-ip: { in-set: s } } }", {}, "U"),
    # booleans and paths
    ("{ path-ambiguous: false }", {}, "T"),
    ("{ path-ambiguous: true }", path("/a//b"), "T"),
    ("{ path-ambiguous: true }", path("/a%2fb"), "T"),
    ("{ path-ambiguous: true }", path("/a%5Cb"), "T"),
    ("{ path-ambiguous: true }", path("/a\\b"), "T"),
    ("{ path-ambiguous: true }", path("/a;b"), "T"),
    ("{ path-ambiguous: true }", path("/a%zz"), "T"),
    ("{ path-ambiguous: true }", path("/a%2541"), "T"),
    ("{ path-ambiguous: true }", path("/a."), "T"),
    ("{ path-ambiguous: true }", path("a"), "T"),
    ("{ path-ambiguous: true }", path("/a/%7Eb/"), "F"),
    ("{ path-ambiguous: true }", path("/a/../b"), "T"),
    ("{ path-ambiguous: true }", path("/a./b"), "T"),
    ("{ path-ambiguous: true }", path("/a%25%32Fb"), "T"),
    ("{ path-ambiguous: true }", path("/a%c0%afb"), "T"),
    ("{ path-ambiguous: true }", path("/a%3fb"), "T"),
    ("{ path-ambiguous: true }", path("/a#b"), "T"),
    ("{ path-ambiguous: true }", path("/a%c3%a9%20b"), "F"),
    ("{ path-ambiguous: true }", path("/a?b//c;%zz"), "F"),
    ("{ path-ambiguous: present }", {}, "T"),
    ("{ path: /a/~b }", path("/a/%7Eb"), "T"),
    ("{ path: '/a%2Fb' }", path("/a%2fb"), "T"),
    ("{ path: /b }", path("/a/../b"), "T"),
    ("{ path: /a/ }", path("/a/b/.."), "T"),
    ("{ path: / }", path("/../.."), "T"),
    ("{ path: '/a//b' }", path("/a//./b"), "T"),
    ("{ raw-path: '/a/../b' }", path("/a/../b?c"), "T"),
    ("{ path: /a }", path("/a#f?x"), "T"),
    ("{ query: absent }", path("/a#f?x"), "T"),
    # query and its fields, cookies, headers
    ("{ query: absent }", path("/a"), "T"),
    ("{ query: '' }", path("/a?"), "T"),
    ("{ query: 'b?c' }", path("/a?b?c"), "T"),
    ("{ query.x: '1' }", {}, "T"),
    ("{ query.x: '1' }", path("/?x=1&x=2"), "T"),
    ("{ query.x: '2' }", path("/?x=1&x=2"), "F"),
    ("{ query.y: '%20Z+' }", {}, "T"),
    ("{ query.e: '' }", {}, "T"),
    ("{ query.n: present }", {}, "T"),
    ("{ query.z: absent }", {}, "T"),
    ("{ cookie.a: '1' }",
     {"headers": [["Cookie", "b=2; a=1; a=3"]]}, "T"),
    ("{ cookie.a: '3' }",
     {"headers": [["Cookie", "b=2; a=1; a=3"]]}, "F"),
    ("{ cookie.A: absent }", {"headers": [["Cookie", "a=1"]]}, "T"),
    ("{ cookie.c: 'x=y' }",
     {"headers": [["Cookie", "a=1"], ["Cookie", "c=x=y"]]}, "T"),
    ("{ header.x-a: 'one, two' }",
     {"headers": [["X-A", "one"], ["x-b", "-"], ["x-a", "two"]]}, "T"),
    ("{ header.X-A: one }", {"headers": [["x-a", "One"]]}, "T"),
    ("{ header.x-a: present }", {"headers": [["x_a", "1"]]}, "F"),
    ("{ header-order: 'x-a,x-b,x-a' }",
     {"headers": [["X-A", "one"], ["x-b", "-"], ["x-a", "two"]]}, "T"),
    ("{ header-count: 3 }",
     {"headers": [["X-A", "one"], ["x-b", "-"], ["x-a", "two"]]}, "T"),
    ("{ header.x-a: one }", {"headers": {"X-A": "one"}}, "T"),
    ("{ scheme: https }", {"scheme": "wss"}, "T"),
    ("{ host: example.com }", {"host": "Example.COM.:8443"}, "T"),
    # transforms, in order
    ("{ query.y|url-decode: ' Z ' }", {}, "T"),
    ("{ query.y|url-decode|trim|lower: z }", {}, "T"),
    ("{ query.y|trim|url-decode: ' Z ' }", {}, "T"),
    ("{ query|url-decode: '%zz%4' }", path("/?%zz%4"), "T"),
    ("{ query|url-decode: '%41' }", path("/?%2541"), "T"),
    ("{ query|url-decode|url-decode: A }", path("/?%2541"), "T"),
    ("{ user-agent|length: 15 }", {}, "T"),
    ("{ user-agent|length: 2 }", agent("é"), "T"),
    ("{ user-agent|trim|length: { less-than: 2 } }", agent("\t a "), "T"),
    ("{ user-agent|length: 0 }", NO_HEADERS, "F"),
    ("{ user-agent|lower: absent }", NO_HEADERS, "T"),
    ("{ user-agent|length: { at-least: 0 } }", NOT_SEEN, "U"),
    # label, score and class
    ("{ score: 0 }", {}, "T"),
    ("{ class: human }", {}, "T"),
    ("{ class: [suspect, unknown] }", NOT_SEEN, "T"),
    ("{ score: absent }", {}, "F"),
    ("{ label: { starts-with: 'none:' } }", {}, "F"),
    ("{ label: 'wb:limit' }", {}, "F"),
]

GIVE = "{ id: give, when: { %s }, labels: [x:a] }"
YES, NO, MAYBE = "method: GET", "method: PUT", "country: AA"

PACKS = [
    ("a label is true if one giver fires", [
        GIVE % MAYBE, "{ id: two, when: { method: GET }, labels: [x:a] }",
        "{ id: read, when: { label: x:a }, score: 5 }"],
     {}, {"labels": {"x:a": "T"}, "rules.main/read": "T", "score": 5}),
    ("a label is unknown if no giver fires and one is unknown", [
        GIVE % MAYBE, "{ id: two, when: { method: PUT }, labels: [x:a] }",
        "{ id: read, when: { not: { label: x:a } }, score: 5 }"],
     {}, {"labels": {"x:a": "U"}, "rules.main/read": "U", "score": 0}),
    ("a label is false if no giver can fire", [
        GIVE % NO, "{ id: read, when: { not: { label: x:a } }, score: 5 }"],
     {}, {"labels": {}, "rules.main/read": "T", "score": 5}),
    ("labels order rules, files do not", [
        "{ id: last, when: { label: x:b }, score: 7 }",
        "{ id: mid, when: { label: x:a }, labels: [x:b] }", GIVE % YES],
     {}, {"rules.main/last": "T", "score": 7}),
    ("starts-with is any of the labels that begin so", [
        GIVE % NO, "{ id: two, when: { method: GET }, labels: [x:b] }",
        "{ id: read, when: { label: { starts-with: 'x:' } }, score: 5 }"],
     {}, {"rules.main/read": "T"}),
    ("scores are summed and clamped once", [
        "{ id: a, when: { method: GET }, score: 100 }",
        "{ id: b, when: { method: GET }, score: 90 }",
        "{ id: c, when: { method: GET }, score: -95 }"],
     {}, {"score": 95, "class": "agent"}),
    ("a sum below zero is zero", [
        "{ id: a, when: { method: GET }, score: -5 }"],
     {}, {"score": 0, "class": "human"}),
    ("29 is human", ["{ id: a, when: { method: GET }, score: 29 }"],
     {}, {"class": "human"}),
    ("30 is suspect", ["{ id: a, when: { method: GET }, score: 30 }"],
     {}, {"class": "suspect"}),
    ("59 is suspect", ["{ id: a, when: { method: GET }, score: 59 }"],
     {}, {"class": "suspect"}),
    ("60 is agent", ["{ id: a, when: { method: GET }, score: 60 }"],
     {}, {"class": "agent"}),
    ("no user agent known and nothing fired: unknown", [
        "{ id: a, when: { method: PUT }, score: 60 }",
        "{ id: c, when: { method: GET }, score: 60, mode: count }"],
     NOT_SEEN, {"class": "unknown", "score": 0}),
    ("no user agent known but a rule fired: by score", [
        "{ id: a, when: { method: GET }, labels: [x:a] }"],
     NOT_SEEN, {"class": "human"}),
    ("no user agent sent: by score", [
        "{ id: a, when: { method: PUT }, score: 60 }"],
     NO_HEADERS, {"class": "human"}),
    ("class and score are read after all scores", [
        "{ id: r, when: { class: agent, score: { at-least: 60 } }, "
        "labels: [x:z] }",
        "{ id: s, when: { label: x:z }, action: reject }",
        "{ id: a, when: { method: GET }, score: 60 }"],
     {}, {"labels": {"x:z": "T"}, "reject": {
         "rule": "main/s", "status": 403, "reason": "rejected"}}),
    ("a late rule does not make class unknown known", [
        "{ id: r, when: { class: unknown }, labels: [x:z] }"],
     NOT_SEEN, {"class": "unknown", "rules.main/r": "T"}),
    ("the first reject in import order wins, and adds labels", [
        "{ id: l, when: { label: x:a }, action: reject, status: 429, "
        "reason: slow, labels: [x:l] }",
        "{ id: m, when: { method: GET }, action: reject }", GIVE % YES],
     {}, {"reject": {"rule": "main/l", "status": 429, "reason": "slow"},
          "labels": {"x:a": "T", "x:l": "T"}}),
    ("an unknown reject does not reject", [
        "{ id: r, when: { country: AA }, action: reject }"],
     {}, {"reject": None, "rules.main/r": "U"}),
    ("a stop hides later rejects and scores, not labels", [
        "{ id: a, when: { method: GET }, score: 10 }",
        "{ id: s, when: { method: GET }, action: stop, score: 20 }",
        "{ id: r, when: { method: GET }, action: reject, score: 50, "
        "labels: [x:r] }"],
     {}, {"reject": None, "score": 30, "labels": {"x:r": "T"}}),
    ("a stop does not hide an earlier reject", [
        "{ id: r, when: { method: GET }, action: reject }",
        "{ id: s, when: { method: GET }, action: stop }"],
     {}, {"reject": {"rule": "main/r", "status": 403,
                     "reason": "rejected"}}),
    ("stop goes by import order, not by dependency", [
        "{ id: s, when: { label: x:a }, action: stop }",
        "{ id: r, when: { method: GET }, action: reject, score: 40 }",
        GIVE % YES],
     {}, {"reject": None, "score": 0}),
    ("a late stop hides later rejects and no scores", [
        "{ id: s, when: { class: agent }, action: stop }",
        "{ id: r, when: { method: GET }, action: reject, score: 60 }"],
     {}, {"reject": None, "score": 60}),
    ("a counted stop and a counted reject do nothing", [
        "{ id: s, when: { method: GET }, action: stop, mode: count }",
        "{ id: t, when: { method: GET }, action: reject, mode: count }",
        "{ id: r, when: { method: GET }, action: reject, score: 9 }"],
     {}, {"score": 9, "reject": {"rule": "main/r", "status": 403,
                                 "reason": "rejected"}}),
    ("counted labels are seen by counted rules only", [
        "{ id: g, when: { method: GET }, labels: [x:a], mode: count, "
        "score: 50 }",
        "{ id: r, when: { label: x:a }, labels: [x:r] }",
        "{ id: c, when: { label: x:a }, labels: [x:c], mode: count }"],
     {}, {"labels": {}, "shadow": {"x:a": "T", "x:c": "T"}, "score": 0,
          "rules.main/r": "F", "rules.main/c": "T"}),
    ("counted rules see real labels too", [
        GIVE % YES,
        "{ id: g, when: { country: AA }, labels: [x:a], mode: count }",
        "{ id: c, when: { label: x:a }, labels: [x:c], mode: count }"],
     {}, {"labels": {"x:a": "T"}, "shadow": {"x:a": "U", "x:c": "T"}}),
    ("counted rules: unknown if either plane is", [
        GIVE % MAYBE,
        "{ id: g, when: { method: PUT }, labels: [x:a], mode: count }",
        "{ id: c, when: { label: x:a }, labels: [x:c], mode: count }"],
     {}, {"shadow": {"x:c": "U"}, "rules.main/c": "U"}),
    ("a counted rule reads the real score", [
        "{ id: g, when: { method: GET }, mode: count, score: 50 }",
        "{ id: c, when: { score: 0 }, labels: [x:c], mode: count }"],
     {}, {"shadow": {"x:c": "T"}, "score": 0}),
    ("the agent is of the highest score, each prefix apart", [
        "{ id: a, when: { method: GET }, score: 5, "
        "labels: [agent:name:a, agent:org:a] }",
        "{ id: b, when: { method: GET }, score: 9, "
        "labels: [agent:name:b] }",
        "{ id: c, when: { method: PUT }, score: 99, "
        "labels: [agent:name:c, agent:category:c] }"],
     {}, {"agent": {"name": "b", "org": "a", "category": None}}),
    ("equal scores: the first; no score is zero", [
        "{ id: n, when: { method: GET }, score: -1, "
        "labels: [agent:name:n] }",
        "{ id: a, when: { method: GET }, labels: [x:y, agent:name:a, "
        "agent:name:z] }",
        "{ id: b, when: { method: GET }, score: 0, "
        "labels: [agent:name:b] }",
        "{ id: c, when: { method: GET }, score: 50, mode: count, "
        "labels: [agent:name:c] }"],
     {}, {"agent": {"name": "a", "org": None, "category": None}}),
]

BAD = [
    ("a circle", ["{ id: a, when: { label: x:b }, labels: [x:a] }",
                  "{ id: b, when: { label: x:a }, labels: [x:b] }"]),
    ("a rule that reads its own label",
     ["{ id: a, when: { label: x:a }, labels: [x:a] }"]),
    ("a label that no rule gives",
     ["{ id: a, when: { label: x:a }, score: 1 }"]),
    ("a score on a rule that reads score",
     ["{ id: a, when: { score: 1 }, score: 1 }"]),
    ("a score on a rule that reads a late label",
     ["{ id: a, when: { class: agent }, labels: [x:a] }", GIVE % YES,
      "{ id: b, when: { label: x:a }, score: 1 }"]),
    ("action: allow", ["{ id: a, when: { method: GET }, action: allow }"]),
    ("a rule that does nothing", ["{ id: a, when: { method: GET } }"]),
    ("an id twice", ["{ id: a, when: { method: GET }, score: 1 }",
                     "{ id: a, when: { method: GET }, score: 1 }"]),
    ("an unknown field", ["{ id: a, when: { metod: GET }, score: 1 }"]),
    ("a rate that is not declared",
     ["{ id: a, when: { rate.q: 1 }, score: 1 }"]),
    ("a doubled key",
     ["{ id: a, when: { method: GET, method: PUT }, score: 1 }"]),
]


class Checks:
    """Counts and prints TAP; packs are written below one folder."""

    def __init__(self, folder):
        self.folder = folder
        self.count = self.failed = 0

    def check(self, expected, got, name):
        self.count += 1
        if expected == got:
            print("ok %d - %s" % (self.count, name))
            return
        self.failed += 1
        print("not ok %d - %s" % (self.count, name))
        print("# expected %r" % (expected,))
        print("# got      %r" % (got,))

    def write(self, name, text):
        name = os.path.join(self.folder, name)
        with open(name, "w", encoding="utf-8") as stream:
            stream.write(text)
        return name

    def program(self, rules):
        return oracle.Program(self.write(
            "pack.yaml",
            "pack: { name: main, release: 2026.11, language: 1 }\n"
            "rates: { r: { per: client-ip, window: 60s } }\n"
            "rules:\n" + "".join("  - %s\n" % rule for rule in rules)))


def record_with(changes):
    record = {**RECORD, **changes}
    return {key: value for key, value in record.items()
            if value is not None}


def check_imports(checks):
    """Imports come first, depth first, once; ids take the pack's name."""
    rule = ("rules: [{ id: %s, when: { method: GET }, action: reject, "
            "score: 1, labels: [x:%s] }]\n")
    checks.write("deep.yaml", rule % ("deep", "deep"))
    checks.write("one.yaml", "import: [deep.yaml]\n" + rule % ("a", "one"))
    checks.write("two.yaml", "pack: { name: two, release: 2026.11, "
                 "language: 1 }\nmode: count\nimport: [deep.yaml]\n"
                 + rule % ("a", "two"))
    top = checks.write("top.yaml", "pack: { name: top, release: 2026.11, "
                       "language: 1 }\nimport: [two.yaml, one.yaml]\n"
                       + rule % ("b", "top"))
    program = oracle.Program(top)
    checks.check(["two/deep", "two/a", "top/a", "top/b"],
                 [rule.id for rule in program.rules], "import order and ids")
    answer = oracle.evaluate(program, RECORD)
    checks.check(({"x:one": "T", "x:top": "T"},
                  {"x:deep": "T", "x:two": "T"}, 2, "top/a"),
                 (answer["labels"], answer["shadow"], answer["score"],
                  answer["reject"]["rule"]), "a counted pack")


def check_all(checks):
    for when, changes, expected in CONDITIONS:
        program = checks.program(["{ id: r, when: %s, labels: [x:r] }"
                                  % when])
        answer = oracle.evaluate(program, record_with(changes))
        checks.check(expected, answer["rules"]["main/r"],
                     "%s %r" % (when, changes))
    for name, rules, changes, expected in PACKS:
        answer = oracle.evaluate(checks.program(rules),
                                 record_with(changes))
        for rule, truth in answer["rules"].items():
            answer["rules." + rule] = truth
        checks.check(expected, {key: answer[key] for key in expected}, name)
    for name, rules in BAD:
        try:
            checks.program(rules)
            refused = False
        except PackError:
            refused = True
        checks.check(True, refused, "refused: " + name)
    check_imports(checks)


def main():
    with tempfile.TemporaryDirectory() as folder:
        checks = Checks(folder)
        check_all(checks)
    print("1..%d" % checks.count)
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
