# SPDX-License-Identifier: Apache-2.0
"""What must hold behind every proxy. Each scene has a stage whose proxy runs
with the example's configuration. A gate that heard nothing is the proof of
a denial, not the status alone."""
import base64
import json
import os
import subprocess
import threading
import time

from stage import (BROWSER, CRAWLER, PROGRAM, ask, gate_reply, http, payment,
                   raw)

INJECTED = """X-Agent-Class X-Agent-Score X-Agent-Name X-Agent-Category
X-Agent-Org X-Agent-Labels X-Price-Action X-Price X-Price-Amount
X-Price-Currency X-Price-Asset X-Price-Network X-Price-Pay-To X-Price-Route
X-Price-Tier X-Price-Offers X-Price-Demand X-Price-Quote X-Payment-State X-Payment-Forward
X-Payment-Payer X-Weighbridge-Decision X-Weighbridge-Mode
X-Weighbridge-Would""".split()
GUARDED = """PAYMENT-RESPONSE X-PAYMENT-RESPONSE PAYMENT-REQUIRED
Settlement-Overrides EXTENSION-RESPONSES X-Weighbridge-Proof x-x402-Any
x-amzn-waf-Any""".split()
PAYMENTS = ["X-PAYMENT", "PAYMENT-SIGNATURE", "X-PAYMENT-AUTHORIZATION",
            "CRAWLER-EXACT-PRICE", "CRAWLER-MAX-PRICE", "SIGN-IN-WITH-X"]
SIGNS = "_.~+!#$%&'^`|"  # all that a name may hold besides "-" and "*"


def describe(answer, heard):
    return (f"answer: {answer.first if answer else None} "
            f"{answer.body[:200] if answer else ''}",
            *(f"gate heard: {m.first} {m.headers}" for m in heard))


def got(stage, headers=(), **how):
    stage.heard()
    answer = ask(stage.port, headers, **how)
    return answer, stage.heard()


def asked(stage, tap, agent=None):
    """The gate's view of an unpaid agent: what is to be paid."""
    answer, heard = got(stage, agent or CRAWLER)
    tap.check("an unpaid agent reaches the gate with a price",
              answer and answer.status == 200 and len(heard) == 1
              and heard[0].one("X-Price-Action") == "charge"
              and heard[0].one("X-Price") == "0.03"
              and heard[0].one("X-Price-Amount") == "30000"
              and heard[0].one("X-Agent-Class") == "agent"
              and heard[0].one("X-Payment-Forward") == "0",
              *describe(answer, heard))
    return heard[0]


def prices(stage, tap):
    price = asked(stage, tap)
    missing = [n for n in INJECTED if not price.one(n)]
    tap.check("all headers arrive, once", not missing, missing)
    answer, heard = got(stage, BROWSER)
    tap.check("a browser reads free", answer and answer.status == 200
              and len(heard) == 1 and heard[0].one("X-Price-Action") == "free"
              and heard[0].one("X-Price") == "0"
              and heard[0].one("X-Agent-Class") != "agent"
              and answer.body == b"the gate's page", *describe(answer, heard))
    answer, heard = got(stage, CRAWLER, method="POST", body=b"a=1&b=2")
    tap.check("a body reaches the gate", heard and heard[0].body == b"a=1&b=2"
              and heard[0].first.startswith("POST "), *describe(answer, heard))
    answer, heard = got(stage, CRAWLER, method="HEAD")
    tap.check("HEAD stays HEAD", answer and answer.status == 200 and heard
              and heard[0].first.startswith("HEAD "), *describe(answer, heard))
    return price


def spellings(name):
    yield name.lower()
    yield name.upper()
    for sign in SIGNS:
        yield name.replace("-", sign)
    yield name[:2] + name[2:].replace("-", "_")
    yield name.replace("-", "_", 1)


def leaks(heard, name):
    """Did the client's value reach the gate under this or a like name?"""
    return any("spoof" in v for m in heard for v in m.folded(name))


def spoofed(stage, tap):
    """Alone, and beside the right spelling, to an agent that must pay."""
    for name in INJECTED + GUARDED + PAYMENTS:
        wrong = []
        for spelling in spellings(name):
            if name in PAYMENTS and spelling.upper() == name:
                continue  # that is a payment, though a bad one
            answer, heard = got(stage, CRAWLER + [(spelling, "spoof")])
            if answer is None or leaks(heard, name) or not (
                    answer.status == 400 and not heard
                    or len(heard) == 1 and heard[0].one("X-Price") == "0.03"):
                wrong += [spelling, *describe(answer, heard)]
        tap.check(f"{name}: no spelling of the client's reaches the gate",
                  not wrong, *wrong[:6])


def connection(stage, tap):
    for value in ("X-Price", "close, X-Price, X-Agent-Class",
                  "keep-alive, x-price-action", "X_Price", "PAYMENT-SIGNATURE",
                  ", ".join(INJECTED)):
        answer, heard = got(stage, CRAWLER + [("Connection", value)])
        good = answer and (answer.status == 400 and not heard or len(heard) == 1
                           and all(heard[0].one(n) for n in INJECTED)
                           and heard[0].one("X-Price") == "0.03"
                           and "x" not in ",".join(
                               heard[0].all("Connection")).lower())
        tap.check(f"Connection: {value[:32]} takes nothing away", good,
                  *describe(answer, heard))
    stage.heard()
    answer = raw(stage.port, b"POST / HTTP/1.1\r\nHost: example.com\r\n"
                 b"User-Agent: GPTBot/1.2\r\nTrailer: X-Price\r\n"
                 b"Transfer-Encoding: chunked\r\n\r\n"
                 b"1\r\na\r\n0\r\nX-Price: spoof\r\n\r\n")
    heard = stage.heard()
    tap.check("a trailer changes no price", answer is not None and all(
        m.one("X-Price") == "0.03" for m in heard), *describe(answer, heard))


def credentials(stage, tap):
    """Authorization is the gate's own, but for what pays."""
    for value in "Bearer abc", "Basic TGljZW5zZTpQYXltZW50":
        answer, heard = got(stage, CRAWLER + [("Authorization", value)])
        tap.check(f"Authorization: {value[:6]} goes on", len(heard) == 1
                  and heard[0].one("Authorization") == value
                  and heard[0].one("X-Payment-State") == "none",
                  *describe(answer, heard))
    answer, heard = got(stage, CRAWLER + [("Authorization", "License abc")])
    tap.check("a licence goes on where something is sold", len(heard) == 1
              and heard[0].one("X-Payment-State") == "reusable"
              and heard[0].one("Authorization") == "License abc",
              *describe(answer, heard))
    for value in ("License abc", "payment e30", "Bearer abc,  LSAT x:y"):
        answer, heard = got(stage, BROWSER + [("Authorization", value)])
        tap.check(f"Authorization: {value[:16]} does not where nothing is",
                  len(heard) == 1 and not heard[0].all("Authorization"),
                  *describe(answer, heard))
    answer, heard = got(stage, CRAWLER + [("Payment-Authorization", "e30")])
    tap.check("a malformed Payment-Authorization is stripped", len(heard) == 1
              and heard[0].one("X-Payment-State") == "malformed"
              and not heard[0].folded("Payment-Authorization"),
              *describe(answer, heard))


def payments(stage, tap, price):
    sound = payment(price)
    paid = CRAWLER + [("PAYMENT-SIGNATURE", sound)]
    answer, heard = got(stage, paid)
    tap.check("a sound payment passes", answer and answer.status == 200
              and len(heard) == 1 and heard[0].one("X-Payment-Forward") == "1"
              and heard[0].one("X-Payment-State") == "sound"
              and heard[0].one("PAYMENT-SIGNATURE") == sound,
              *describe(answer, heard))
    answer, heard = got(stage, paid)
    tap.check("the same again is 409 and the gate does not hear of it",
              answer and answer.status == 409 and not heard
              and b'"claimedAt"' in answer.body
              and answer.one("Content-Type") == "application/json",
              *describe(answer, heard))
    answer, heard = got(stage, paid, target="/another", method="POST", body=b"")
    tap.check("nor by another method for another page", answer
              and answer.status == 409 and not heard, *describe(answer, heard))
    answer, heard = got(stage, paid, method="HEAD")
    tap.check("nor by HEAD, whose denial has no body", answer
              and answer.status == 409 and not heard, *describe(answer, heard))
    together(stage, tap, price)
    late = payment(price, validity=-60)
    answer, heard = got(stage, CRAWLER + [("payment-signature", late)])
    tap.check("an expired payment is not forwarded", answer and len(heard) == 1
              and heard[0].one("X-Payment-Forward") == "0"
              and heard[0].one("X-Price") == "0.03"
              and not heard[0].folded("PAYMENT-SIGNATURE"),
              *describe(answer, heard))
    for name in PAYMENTS:
        answer, heard = got(stage, CRAWLER + [(name, "garbage")])
        tap.check(f"a malformed {name} is 400", answer and answer.status == 400
                  and not heard and b'"error"' in answer.body,
                  *describe(answer, heard))
    for first, second in ((payment(price), payment(price)), (sound, sound)):
        answer, heard = got(stage, CRAWLER + [("PAYMENT-SIGNATURE", first),
                                              ("Payment-Signature", second)])
        tap.check("a doubled PAYMENT-SIGNATURE is refused", answer
                  and answer.status == 400 and not heard,
                  *describe(answer, heard))
    answer, heard = got(stage, CRAWLER + [
        ("PAYMENT-SIGNATURE", payment(price)), ("X-PAYMENT", payment(price))])
    tap.check("two kinds of payment together are refused", answer
              and answer.status == 400 and not heard, *describe(answer, heard))


def one_id(stage, tap):
    """One decision through the proxy's log, the gate, the sidecar's log and
    its audit log; and what `weighbridge outcomes` reads in the first."""
    said = base64.b64encode(b'{"success":true,"transaction":"0xab"}').decode()
    stage.start_sidecar("log: { audit: audit.ndjson }\n")
    stage.start_proxy()
    _, heard = got(stage, CRAWLER)
    paid = CRAWLER + [("PAYMENT-SIGNATURE", payment(heard[0]))]
    stage.gate.reply = lambda _: http(200, [("PAYMENT-RESPONSE", said)], b"x")
    answer, heard = got(stage, paid)
    stage.gate.reply = gate_reply
    decision = heard[0].one("X-Weighbridge-Decision")
    audit = os.path.join(stage.folder, "audit.ndjson")

    def read():
        return [(name, text) for name, text in (
            ("proxy", stage.proxy.text()), ("sidecar", stage.sidecar.text()),
            ("audit", open(audit, encoding="utf-8").read()))]

    deadline = time.monotonic() + 10
    while not all(decision in text for _, text in read()) and \
            time.monotonic() < deadline:
        time.sleep(0.05)
    tap.check("one id ties the logs together", answer.status == 200 and
              all(decision in text for _, text in read()), decision, read())
    lines = [line for line in stage.proxy.text().splitlines()
             if decision in line]
    told = subprocess.run([PROGRAM, "outcomes", "--print", "-"], text=True,
                          input="\n".join(lines) + "\n", check=False,
                          capture_output=True)
    tap.check("its line tells the outcome", told.returncode == 0 and [
        (o["decision"], o["outcome"], o["transaction"])
        for o in map(json.loads, told.stdout.splitlines())]
        == [(decision, "settled", "0xab")], lines, told)
    tap.check("and holds no payment", paid[-1][1] not in stage.proxy.text())


def together(stage, tap, price):
    """Eight copies of one payment at once."""
    paid = CRAWLER + [("PAYMENT-SIGNATURE", payment(price))]
    found = []
    stage.heard()
    threads = [threading.Thread(
        target=lambda: found.append(ask(stage.port, paid).status))
        for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    heard = stage.heard()
    tap.check("of eight copies at once, one passes", sorted(found) ==
              [200] + [409] * 7 and len(heard) == 1, found, len(heard))


def limits(stage, tap):
    """Long heads end in a refusal or in a whole decision, never in part."""
    stage.heard()
    for name, size, count in (("one of 4,000 bytes", 4000, 1),
                              ("3 of 4,000 bytes", 4000, 3),
                              ("13 of 1,000 bytes", 1000, 13),
                              ("15 of 1,000 bytes", 1000, 15),
                              ("120 of 20 bytes", 20, 120),
                              ("150 of 20 bytes", 20, 150),
                              ("6 of 10,000 bytes", 10000, 6)):
        more = [(f"Pad-{i}", "x" * size) for i in range(count)]
        answer, heard = got(stage, CRAWLER + more)
        whole = len(heard) == 1 and all(heard[0].one(n) for n in INJECTED)
        tap.check(f"headers, {name}: refused or decided as a whole",
                  whole if answer and answer.status == 200 else not heard,
                  *describe(answer, heard))
    answer, heard = got(stage, CRAWLER, target="/" + "a" * 20000)
    tap.check("a long target is refused with 4xx", answer
              and 400 <= answer.status < 500 and not heard,
              *describe(answer, heard))


def rejected(stage, tap):
    """A policy that does not sell to training: 403, as JSON or as a page."""
    stage.start_sidecar("policy: block-training-sell-retrieval\n")
    answer, heard = got(stage, CRAWLER)
    tap.check("403 arrives as JSON", answer and answer.status == 403
              and not heard and answer.body.startswith(b'{"error"')
              and answer.one("X-Weighbridge-Decision"),
              *describe(answer, heard))
    answer, heard = got(stage, [("User-Agent", "GPTBot/1.2"),
                                ("Accept", "text/html")])
    tap.check("403 arrives as a page", answer and answer.status == 403
              and not heard and b"<!doctype html>" in answer.body.lower()
              and "text/html" in (answer.one("Content-Type") or ""),
              *describe(answer, heard))


# ---- with a stand-in for the sidecar ----

def allowing(**changes):
    values = {n: "-" for n in INJECTED}
    values.update({"X-Price": "0.5", "X-Payment-Forward": "0"})
    values.update({n.replace("_", "-"): v for n, v in changes.items()})
    return [(n, v) for n, v in values.items() if v is not None]


def denials(stage, tap):
    for status in (400, 401, 402, 403, 404, 405, 409, 413, 414, 429, 431, 451):
        body = b'{"error":"of %d"}\n' % status
        stage.stand_in(lambda _, s=status, b=body: http(
            s, [("Content-Type", "application/json"), ("Retry-After", "7"),
                ("Cache-Control", "no-store"), ("Link", "<a>"),
                ("Link", "<b>")], b))
        answer, heard = got(stage, CRAWLER, method="POST", body=b"x")
        tap.check(f"{status} reaches the client with headers and body", answer
                  and answer.status == status and answer.body == body
                  and answer.one("Content-Type") == "application/json"
                  and answer.one("Retry-After") == "7"
                  and answer.all("Link") == ["<a>", "<b>"] and not heard,
                  *describe(answer, heard))


def no_decision(stage, tap):
    """What is neither yes nor no is closed."""
    rows = [("500", lambda _: http(500, allowing(), b"oops")),
            ("503", lambda _: http(503, allowing())),
            ("204", lambda _: b"HTTP/1.1 204 X\r\n\r\n"),
            ("201", lambda _: http(201, allowing())),
            ("302", lambda _: http(302, [("Location", "/")] + allowing())),
            ("a silent 200", lambda _: http(200)),
            ("garbage", lambda _: b"no HTTP at all\r\n\r\n"),
            ("no answer", lambda _: None)]
    rows += [(f"200 without {name}", lambda _, n=name: http(
        200, allowing(**{n.replace("-", "_"): None})))
        for name in ("X-Price", "X-Agent-Class", "X-Payment-Forward",
                     "X-Weighbridge-Would")]
    for name, reply in rows:
        stage.stand_in(reply)
        answer, heard = got(stage, CRAWLER + [("X-Price", "0")])
        tap.check(f"the sidecar says {name}: 503", answer
                  and answer.status == 503 and answer.one("Retry-After")
                  and not heard, *describe(answer, heard))


def facts(stage, tap):
    """What the sidecar is told, and that clients do not tell it."""
    stage.stand_in(lambda _: http(200, allowing()))
    forged = [("X-Forwarded-Method", "OPTIONS"), ("X-Forwarded-Uri", "/free"),
              ("X-Forwarded-Host", "free.test"),
              ("X-Forwarded-Proto", "gopher"),
              ("X-Forwarded-For", "192.0.2.9"),
              ("X-Forwarded-For", "192.0.2.8")]
    answer, heard = got(stage, CRAWLER + forged, method="POST", body=b"body",
                        target="/a%2Fb//c/../d?q=1&r=%00")
    told = stage.sidecar.heard[-1]
    wanted = {"X-Forwarded-Method": "POST",
              "X-Forwarded-Uri": "/a%2Fb//c/../d?q=1&r=%00",
              "X-Forwarded-Host": "example.com", "X-Forwarded-Proto": "http",
              "X-Forwarded-For": "127.0.0.1", "User-Agent": "GPTBot/1.2"}
    for name, value in wanted.items():
        tap.check(f"the sidecar is told {name}, once", told.one(name) == value,
                  told.headers)
    tap.check("it is asked by GET, without the body", told.first.startswith(
        "GET /ask") and not told.body, told.first)
    tap.check("the gate gets the same target", heard and heard[0].first ==
              "POST /a%2Fb//c/../d?q=1&r=%00 HTTP/1.1" and heard[0].body ==
              b"body", *describe(answer, heard))
    tap.check("the gate gets what the sidecar said", heard
              and heard[0].one("X-Price") == "0.5", *describe(answer, heard))
    stage.heard()
    raw(stage.port, b"GET http://other.test/x?y HTTP/1.1\r\n"
        b"Host: other.test\r\n\r\n")
    told = stage.sidecar.heard[-1]
    tap.check("an absolute target is told as host and path",
              told.one("X-Forwarded-Uri") == "/x?y"
              and told.one("X-Forwarded-Host") == "other.test", told.headers)
    for name in ("User-Agent", "Accept", "Accept-Encoding"):
        tap.check(f"no {name} is made up", not "".join(told.all(name)),
                  told.headers)
    got(stage, [("Payment-Signature", "one"), ("PAYMENT-SIGNATURE", "two")])
    tap.check("both lines of a doubled header are shown",
              sorted(stage.sidecar.heard[-1].all("Payment-Signature"))
              == ["one", "two"], stage.sidecar.heard[-1].headers)


def absent(stage, tap):
    """Real rules see what is not there, whatever proxies make up."""
    rows = [("User-Agent", [], True), ("nothing", BROWSER, False)]
    for name in ("Accept", "Accept-Encoding", "Accept-Language"):
        rows.append((name, [h for h in BROWSER if h[0] != name], True))
    for what, headers, missing in rows:
        answer, heard = got(stage, headers)
        labels = heard[0].one("X-Agent-Labels") if len(heard) == 1 else ""
        tap.check(f"a client without {what} is seen as one", labels
                  and ("signal:header-missing" in labels) == missing,
                  *describe(answer, heard))


def gate_fails(stage, tap):
    """Nothing decided is sent once more without its price."""
    def hang_up(_):
        raise OSError
    stage.start_sidecar()
    stage.gate.reply = hang_up
    for what, headers in (("unpaid", CRAWLER), ("free", BROWSER)):
        answer, heard = got(stage, headers)
        tap.check(f"a gate that fails is not asked again, unpriced: {what}",
                  answer and answer.status >= 500 and heard
                  and all(m.one("X-Price-Action") for m in heard),
                  *describe(answer, heard))
    stage.gate.reply = gate_reply


def forwarding(stage, tap):
    for state, passes in (("1", True), ("0", False), ("11", False),
                          ("-", False), ("1, 1", False)):
        stage.stand_in(lambda _, s=state: http(
            200, allowing(X_Payment_Forward=s)))
        for name in PAYMENTS:
            answer, heard = got(stage, [(name, "money")])
            tap.check(f"X-Payment-Forward: {state}: {name} is "
                      f"{'passed' if passes else 'kept'}", len(heard) == 1
                      and (heard[0].folded(name) == ["money"]) == passes
                      and bool(heard[0].folded(name)) == passes,
                      *describe(answer, heard))


# ---- without one ----

def closed(stage, tap):
    stage.stop_sidecar()
    for who, headers in (("a reader", BROWSER), ("an agent", CRAWLER), (
            "a paid one", CRAWLER + [("PAYMENT-SIGNATURE", "x")]), (
            "a spoofer", CRAWLER + [(n, "1") for n in INJECTED])):
        began = time.monotonic()
        answer, heard = got(stage, headers)
        tap.check(f"sidecar down, closed: {who} gets no page", answer
                  and answer.status == 503 and not heard
                  and answer.one("Retry-After")
                  and time.monotonic() - began < 1.5,
                  time.monotonic() - began, *describe(answer, heard))


def kinds():
    """Who asks: the three that a site's owner thinks of."""
    return (("a reader", BROWSER), ("an unpaid agent", CRAWLER),
            ("a paid agent", CRAWLER + [("PAYMENT-SIGNATURE", "x")]))


def late(_):
    time.sleep(1.5)
    return http(200, allowing())


def slow(stage, tap, is_open):
    """A sidecar that would say yes, but after its time, is down."""
    stage.stand_in(late)
    for who, headers in kinds():
        began = time.monotonic()
        answer, heard = got(stage, headers)
        took = time.monotonic() - began
        if is_open:
            good = answer and answer.status == 200 and len(heard) == 1 \
                and not any(heard[0].folded(n) for n in INJECTED + PAYMENTS)
        else:
            good = answer and answer.status == 503 and not heard \
                and answer.one("Retry-After")
        tap.check(f"sidecar slow, {'open' if is_open else 'closed'}: {who} "
                  f"{'passes, unpriced' if is_open else 'gets no page'}",
                  good and 0.3 < took < 5, took, *describe(answer, heard))


def full(stage, tap, is_open):
    """At its limit the sidecar says 429 at its door. That is an answer: no
    flood opens a site that is open when the sidecar is down."""
    body = b'{"error":"busy"}\n'
    stage.stand_in(lambda _: http(
        429, [("Content-Type", "application/json"), ("Retry-After", "1"),
              ("Cache-Control", "no-store")], body))
    for who, headers in kinds():
        answer, heard = got(stage, headers)
        tap.check(f"sidecar full, {'open' if is_open else 'closed'}: {who} "
                  "gets 429, the gate hears nothing", answer
                  and answer.status == 429 and not heard
                  and answer.one("Retry-After") == "1"
                  and answer.body == body, *describe(answer, heard))


def opened(stage, tap):
    """All pass; nothing that a gate could take for ours goes along."""
    stage.stop_sidecar()
    for who, headers in (("a reader", BROWSER), ("an agent", CRAWLER)):
        answer, heard = got(stage, headers, method="POST", body=b"kept")
        tap.check(f"sidecar down, open: {who} passes, unpriced", answer
                  and answer.status == 200 and len(heard) == 1
                  and heard[0].body == b"kept"
                  and heard[0].one("User-Agent") == headers[0][1]
                  and not any(heard[0].folded(n) for n in INJECTED + PAYMENTS),
                  *describe(answer, heard))
    for name in INJECTED + GUARDED + PAYMENTS:
        wrong = []
        for spelling in spellings(name):
            answer, heard = got(stage, CRAWLER + [(spelling, "spoof")])
            if answer is None or any(m.folded(name) for m in heard):
                wrong += [spelling, *describe(answer, heard)]
        tap.check(f"sidecar down, open: {name} is stripped", not wrong,
                  *wrong[:6])
    answer, heard = got(stage, CRAWLER + [("Connection", "User-Agent, X-Y"),
                                          ("X-Price", "0")])
    tap.check("sidecar down, open: Connection names nothing", len(heard) == 1
              and heard[0].one("User-Agent") == "GPTBot/1.2"
              and "x-y" not in ",".join(heard[0].all("Connection")).lower(),
              *describe(answer, heard))


def stopped(stage, tap, status):
    stage.stop_sidecar()
    for who, headers in (("a reader", BROWSER), ("an agent", CRAWLER), (
            "a paid one", CRAWLER + [("PAYMENT-SIGNATURE", "x")])):
        answer, heard = got(stage, headers)
        tap.check(f"sidecar down, closed: {who} gets {status}", answer
                  and answer.status == status and not heard,
                  *describe(answer, heard))


def slow_closed(stage, tap, status):
    """status 200: the proxy waits for the decision."""
    stage.stand_in(late)
    for who, headers in kinds():
        answer, heard = got(stage, headers)
        prices = [message.one("X-Price") for message in heard]
        tap.check(f"sidecar slow: {who} gets {status}", answer
                  and answer.status == status
                  and prices == (["0.5"] if status == 200 else []),
                  *describe(answer, heard))


def slow_or_down_open(stage, tap):
    """All pass unpriced; payments, which nobody claimed, go along."""
    for what in ("slow", "down"):
        stage.stand_in(late) if what == "slow" else stage.stop_sidecar()
        for who, headers in kinds():
            answer, heard = got(stage, headers + [("X-Price", "0")])
            tap.check(f"sidecar {what}, open: {who} passes, unpriced", answer
                      and answer.status == 200 and len(heard) == 1
                      and not any(heard[0].folded(n) for n in INJECTED),
                      *describe(answer, heard))


def play_stand_in(stage, tap, status, when_slow, make_open=None):
    """What a stand-in for a proxy can show; `status` is what it answers when
    the sidecar does not, `when_slow` when it is late."""
    stage.start_sidecar()
    stage.start_proxy()
    price = prices(stage, tap)
    spoofed(stage, tap)
    connection(stage, tap)
    payments(stage, tap, price)
    rejected(stage, tap)
    denials(stage, tap)
    slow_closed(stage, tap, when_slow)
    full(stage, tap, False)
    stopped(stage, tap, status)
    if make_open:
        make_open(stage)
        stage.start_proxy()
        slow_or_down_open(stage, tap)
        full(stage, tap, True)


def play(stage, tap, make_open):
    """All of it. `make_open` makes the one change that the example tells."""
    stage.start_sidecar()
    stage.start_proxy()
    price = prices(stage, tap)
    absent(stage, tap)
    spoofed(stage, tap)
    connection(stage, tap)
    payments(stage, tap, price)
    credentials(stage, tap)
    limits(stage, tap)
    rejected(stage, tap)
    denials(stage, tap)
    no_decision(stage, tap)
    facts(stage, tap)
    forwarding(stage, tap)
    slow(stage, tap, False)
    full(stage, tap, False)
    closed(stage, tap)
    stage.start_sidecar()
    asked(stage, tap)
    make_open(stage)
    stage.start_proxy()
    asked(stage, tap)
    gate_fails(stage, tap)
    slow(stage, tap, True)
    full(stage, tap, True)
    opened(stage, tap)
