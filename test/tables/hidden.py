#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# The requests of the tables once more, by transports that carry less: some of
# the headers only, order lost, plain http (where browsers leave out what they
# send to secure origins). No rule may fire that did not before, but for http,
# and there no person may become an agent. Prints TAP.
#
#   hidden.py PROGRAM
import glob
import json
import os
import random
import re
import subprocess
import sys
import tempfile

try:
    import yaml
except ImportError as error:
    print("1..0 # SKIP %s (python3-yaml)" % error)
    sys.exit(0)

PROGRAM = sys.argv[1]
ALWAYS = ["accept", "accept-encoding", "accept-language", "connection",
          "priority", "sec-ch-ua", "sec-fetch-mode", "sec-fetch-site", "te",
          "upgrade-insecure-requests", "user-agent", "via"]
SECURE_ONLY = re.compile(r"^(?:sec-(?:fetch|ch)-|te$|priority$)")
DRAWN = 4


def record_of(request):
    headers = []
    record = {"method": "GET", "scheme": "https", "host": "example.com",
              "path": "/"}
    for key, value in request.items():
        if key == "user-agent" or key.startswith("header."):
            headers.append([key.split(".", 1)[-1], str(value)])
        elif key == "headers-known":
            record["headers_known"] = value
        elif key in ("method", "scheme", "host", "path"):
            record[key] = value
        elif key == "http-version":
            record["http_version"] = str(value)
    record["headers"] = headers
    return record


def less(record, known):
    """Only these headers came along."""
    return dict(record, headers_known=known,
                headers=[h for h in record["headers"] if h[0] in known])


def unordered(record):
    short = {key: value for key, value in record.items()
             if key != "http_version"}
    return dict(short, transport="envoy", order_kept=False,
                headers=sorted(record["headers"]))


def plain(record):
    headers = []
    for name, value in record["headers"]:
        if SECURE_ONLY.search(name):
            continue
        if name == "accept-encoding" and re.search(r"\bbr\b", value):
            value = "gzip, deflate"
        headers.append([name, value])
    return dict(record, scheme="http", http_version="1.1", headers=headers)


def variants(record, draw):
    yield "whole", record
    if "headers_known" in record:
        return
    names = sorted({name for name, _ in record["headers"]} | set(ALWAYS))
    for _ in range(DRAWN):
        yield "less", less(record, [n for n in names if draw.random() < 0.5])
    yield "unordered", unordered(record)
    yield "plain", plain(record)


def decide(records):
    with tempfile.TemporaryDirectory() as folder:
        asked = os.path.join(folder, "asked.ndjson")
        told = os.path.join(folder, "told.ndjson")
        with open(asked, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in records)
        subprocess.run([PROGRAM, "replay", "--format", "record", "--out", told,
                        asked], check=True, capture_output=True)
        with open(told, encoding="utf-8") as file:
            return [json.loads(line) for line in file]


def check(path, draw):
    with open(path, encoding="utf-8") as file:
        rows = yaml.safe_load(file)["requests"]
    asked = [(row["about"], how, record) for row in rows
             for how, record in variants(record_of(row["request"]), draw)]
    told = decide([record for _, _, record in asked])
    people = os.path.basename(path).startswith("people")
    wrong = []
    before = set()
    for (about, how, record), decision in zip(asked, told):
        fired = {rule["id"] for rule in decision["rules"]}
        if how == "whole":
            before = fired
        elif how != "plain" and not fired <= before:
            wrong.append("%s (%s): %s" % (about, how, ", ".join(fired - before)))
        if people and how != "whole" and decision["class"] == "agent":
            wrong.append("%s (%s): an agent by %s" % (
                about, how, ", ".join(sorted(fired))))
    return len(asked), wrong if len(told) == len(asked) else ["lines lost"]


def main():
    draw = random.Random(20261121)
    paths = sorted(glob.glob("test/tables/*.test.yaml"))
    failed = False
    for number, path in enumerate(paths, 1):
        count, wrong = check(path, draw)
        print("%sok %d - %d requests of %s with less known" % (
            "not " if wrong else "", number, count, os.path.basename(path)))
        for line in wrong[:20]:
            print("#   " + line)
        failed = failed or bool(wrong)
    print("1..%d" % len(paths))
    sys.exit(failed)


main()
