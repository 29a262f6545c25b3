#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Random packs and requests for the differential test, from a seed.

    generate.py --seed N --packs P --requests R --out DIR

writes DIR/pack-K.yaml (with DIR/pack-K-part-I.yaml that it imports) and
DIR/pack-K.ndjson. All packs are valid. Labels form a DAG because each label
has a level: a rule gives labels of its own level or above it and reads labels
below it. Levels from LATE on may read score and class, and give no score.
Address sets are the same for all requests of a pack: `in_sets` of a record is
given for every address, or for none when the set is not to be had.
"""
import argparse
import base64
import json
import os
import random
import re
import sys

import vocabulary as words
from regexes import RegexMaker

LATE, LEVELS = 4, 6
MAX_REGEXES = 40            # below the engine's limit of runs a decision
TEXT_TESTS = ["is", "in", "contains", "word", "starts-with", "ends-with",
              "glob", "matches"]
CLASSES = ["human", "suspect", "agent", "unknown"]


class Plain(str):
    """A scalar that must stand without quotes."""


# --- YAML --------------------------------------------------------------------

def scalar(rng, value):
    if isinstance(value, Plain):
        return str(value)
    kind = rng.random()
    if (kind < 0.3 and re.fullmatch("[A-Za-z][A-Za-z0-9]*", value)
            and value not in ("present", "absent")):
        return value
    if kind < 0.5 and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=rng.random() < 0.5)


def flow(rng, value):
    if isinstance(value, dict):
        return "{ " + ", ".join("%s: %s" % (key, flow(rng, item))
                                for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(flow(rng, item) for item in value) + "]"
    return scalar(rng, value)


def block(rng, value, indent):
    """Lines of a map or list in block style; parts of it in flow style."""
    pad, lines = " " * indent, []
    if isinstance(value, dict):
        items = [("%s%s:" % (pad, key), item) for key, item in value.items()]
    else:
        items = [(pad + "-", item) for item in value]
    for head, item in items:
        if isinstance(item, (dict, list)) and rng.random() < 0.5:
            lines += [head] + block(rng, item, indent + 2)
        else:
            lines.append(head + " " + flow(rng, item))
    return lines


# --- packs -------------------------------------------------------------------

class PackMaker:
    """Makes the rules of one pack."""

    def __init__(self, rng, vocabulary):
        self.rng = rng
        self.words = vocabulary
        self.regexes = RegexMaker(rng, vocabulary)
        self.regex_count = 0
        self.labels = {}                # name -> level
        for name in (["t:%s" % c for c in "abcdefgh"]
                     + ["agent:%s:%s" % (kind, c)
                        for kind in ("name", "org", "category")
                        for c in "xyz"] + ["solo", "t", "s.u_v-w:x"]):
            self.labels[name] = rng.randint(0, LEVELS - 1)
        self.given = set()

    def rules(self, count):
        """Rules in a random order, so that import order and levels differ."""
        levels = [self.rng.choice([0, 0, 0, 0, 1, 1, 2, 3, 4, 5])
                  for _ in range(count)]
        made = [None] * count
        order = sorted(range(count), key=lambda at: levels[at])
        for at in order:
            made[at] = self.rule("r%d" % at, levels[at])
        return made

    def rule(self, name, level):
        rng = self.rng
        rule = {"id": Plain(name)}
        required = None
        if rng.random() < 0.15 and self.regex_count < MAX_REGEXES:
            rule["when"], required = self.with_literal()
        else:
            rule["when"] = self.condition(level, rng.randint(0, 4))
        if required is not None:
            rule["with"] = required
        if level < LATE and rng.random() < 0.6:
            rule["score"] = Plain(rng.choice([-100, -30, -5, 0, 1, 10, 15,
                                              20, 29, 30, 40, 60, 100]))
        names = [label for label, least in self.labels.items()
                 if least >= level]
        if names and rng.random() < 0.7:
            rule["labels"] = [Plain(label)
                              for label in self.words.some(names, 3)]
            self.given.update(rule["labels"])
        self.action(rule)
        if rng.random() < 0.2:
            rule["mode"] = Plain("count")
        if rng.random() < 0.1:
            rule["about"] = "says %s" % self.words.literal()
        return rule

    def action(self, rule):
        rng = self.rng
        if rng.random() < 0.18 or not ("score" in rule or "labels" in rule):
            rule["action"] = Plain(rng.choice(["reject", "reject", "stop"]))
            if rule["action"] == "reject" and rng.random() < 0.5:
                rule["status"] = Plain(rng.choice([400, 403, 429, 499]))
                rule["reason"] = Plain(rng.choice(["no-entry", "x_1"]))

    def with_literal(self):
        self.regex_count += 1
        pattern, literal = self.regexes.make_with()
        field = self.rng.choice(["user-agent", "header.x-a", "path",
                                 "query|url-decode"])
        return {field: {"matches": pattern}}, literal

    def condition(self, level, depth):
        rng = self.rng
        if depth == 0 or rng.random() < 0.25:
            return self.leaves(level)
        kind = rng.random()
        if kind < 0.2:
            return {"not": self.condition(level, depth - 1)}
        parts = [self.condition(level, depth - 1)
                 for _ in range(rng.choice([1, 2, 2, 2, 3]))]
        result = {rng.choice(["all", "any"]): parts}
        if rng.random() < 0.15:
            result.update(self.leaves(level))
        return result

    def leaves(self, level):
        result = {}
        for _ in range(self.rng.choice([1, 1, 1, 1, 2])):
            key, test = self.leaf(level)
            result[key] = test
        return result

    def leaf(self, level):
        rng = self.rng
        kind = rng.random()
        readable = sorted(label for label in self.given
                          if self.labels[label] < level)
        if level > 0 and readable and kind < 0.4:
            return "label", self.label_test(readable)
        if level >= LATE and kind < 0.7:
            if rng.random() < 0.5:
                return "score", self.number_test([0, 1, 15, 29, 30, 31, 59,
                                                  60, 100])
            return "class", self.closed_test(CLASSES)
        if kind < 0.45:
            return self.odd_leaf()
        return self.text_leaf()

    def label_test(self, readable):
        rng = self.rng
        kind = rng.random()
        if kind < 0.4:
            return rng.choice(readable)
        if kind < 0.6:
            return self.words.some(readable, 3)
        if kind < 0.7:
            return {"in": self.words.some(readable, 3)}
        # A prefix stands for all labels that begin so, of any level: only
        # one that meets no label that this rule must not read will do.
        label = rng.choice(readable)
        cuts = [label[:at] for at in range(1, len(label) + 1)
                if all(other in readable for other in self.labels
                       if other.startswith(label[:at]))]
        prefixes = cuts + ["none-such:"]
        if rng.random() < 0.3:
            return {"starts-with": self.words.some(prefixes, 2)}
        return {"starts-with": rng.choice(prefixes)}

    def closed_test(self, values):
        """Tests on a field with few values."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.1:
            return Plain(rng.choice(["present", "absent"]))
        if kind < 0.5:
            return rng.choice(values)
        if kind < 0.8:
            return self.words.some(values, 2)
        return {"in": self.words.some(values, 2)}

    def number_test(self, numbers):
        rng = self.rng
        some = [Plain(number) for number in self.words.some(numbers, 3)]
        return rng.choice([
            some[0], some, {"is": some[0]}, {"in": some},
            {"less-than": some[0]}, {"at-least": some[0]},
            {"at-least": some}, {"less-than": some},
            {"at-least": some[0], "less-than": some[-1]},
            Plain("present"), Plain("absent")])

    def odd_leaf(self):
        """Fields that are not free text."""
        rng = self.rng
        address = words.ADDRESSES
        return rng.choice([
            lambda: ("method", self.closed_test(words.METHODS)),
            lambda: ("scheme", self.closed_test(["http", "https"])),
            lambda: ("host", self.closed_test(words.HOSTS)),
            lambda: ("http-version",
                     self.closed_test(["1.0", "1.1", "2", "3"])),
            lambda: ("country", self.closed_test(words.COUNTRIES)),
            lambda: ("as-org", self.closed_test(words.ORGANISATIONS)),
            lambda: ("ja3", self.closed_test(["0123abcd", "ffff"])),
            lambda: ("ja4", self.closed_test(["t13d_a", "T13D_a"])),
            lambda: ("asn", self.number_test(words.NUMBERS)),
            lambda: ("header-count", self.number_test([0, 1, 2, 3, 4, 5])),
            lambda: ("header-order", self.order_test()),
            lambda: ("rate.minute", self.number_test(words.NUMBERS)),
            lambda: ("rate.hour", self.number_test(words.NUMBERS)),
            lambda: ("path-ambiguous",
                     Plain(rng.choice(["true", "false", "present",
                                       "absent"]))),
            lambda: ("client-ip", self.closed_test(address)),
            lambda: ("client-ip", {"in-net": rng.choice(words.NETWORKS)}),
            lambda: ("client-ip",
                     {"in-net": self.words.some(words.NETWORKS, 3)}),
            lambda: ("client-ip",
                     {"in-set": rng.choice(sorted(self.words.sets))}),
            lambda: ("client-ip", {"in-net": rng.choice(words.NETWORKS),
                                   "in-set": "s1"}),
        ])()

    def order_test(self):
        rng = self.rng
        names = self.words.some(words.HEADERS, 2)
        return rng.choice([
            ",".join(names), {"contains": ",".join(names)},
            {"starts-with": names[0]}, {"ends-with": names[0]},
            {"word": names[0]}, {"glob": "*" + "*".join(names) + "*"}])

    def text_leaf(self):
        rng = self.rng
        field = rng.choice(
            ["user-agent"] * 5 + ["header." + rng.choice(words.HEADERS)] * 5
            + ["path"] * 3 + ["raw-path", "query", "query"]
            + ["query." + rng.choice(words.PARAMETERS)] * 2
            + ["cookie." + rng.choice(words.COOKIES)])
        if field.startswith("header.") and rng.random() < 0.2:
            field = "header." + field[7:].title()
        key, kind = self.transformed(field)
        if kind == "number":
            return key, self.number_test([0, 1, 2, 3, 5, 8, 12])
        if rng.random() < 0.12:
            return key, Plain(rng.choice(["present", "absent"]))
        return key, self.text_test(field)

    def transformed(self, field):
        rng = self.rng
        chosen = []
        if rng.random() < 0.3:
            chosen = self.words.some(["lower", "url-decode", "trim"], 3)
        if rng.random() < 0.06:
            return "|".join([field] + chosen + ["length"]), "number"
        return "|".join([field] + chosen), "text"

    def text_test(self, field):
        rng = self.rng
        if rng.random() < 0.15:
            return self.operand(field, "is")
        if rng.random() < 0.1:
            return [self.operand(field, "is"), "bot"]
        tests = {}
        for _ in range(rng.choice([1, 1, 1, 1, 2])):
            test = rng.choice(TEXT_TESTS)
            if test == "matches":
                if self.regex_count >= MAX_REGEXES - 3:
                    continue
            operands = {self.operand(field, test)
                        for _ in range(rng.choice([1, 1, 1, 2, 3]))}
            operands = sorted(operands)
            if test == "matches":
                self.regex_count += len(operands)
            single = len(operands) == 1 and test != "in"
            tests[test] = operands[0] if single else operands
        return tests or {"contains": self.operand(field, "contains")}

    def operand(self, field, test):
        rng = self.rng
        in_path = field in ("path", "raw-path")
        if test == "matches":
            return self.regexes.make()
        if test == "glob":
            return self.words.path_glob() if in_path else self.words.glob()
        if test in ("is", "in") and rng.random() < 0.05:
            return ""
        if test == "starts-with" and in_path:
            return self.words.path_literal()
        if in_path and test in ("is", "in"):
            return "/" + rng.choice(self.words.plain)
        return self.words.recase(self.words.literal())


def write_lines(path, lines):
    with open(path, "w", encoding="utf-8") as stream:
        stream.write("\n".join(lines) + "\n")


def pack_lines(rng, head, imports, rates, counted, rules):
    lines = ["pack: { name: %s, release: 2026.11, language: 1 }" % head
             ] if head else []
    if imports:
        lines.append("import: [%s]" % ", ".join(imports))
    if rates:
        lines += ["rates:",
                  "  minute: { per: client-ip, window: 60s }",
                  "  hour: { per: client-ip, window: 1h }"]
    if counted:
        lines.append("mode: count")
    if rules:
        lines.append("rules:")
    for rule in rules:
        body = block(rng, rule, 4)
        lines += ["  - " + body[0].lstrip()] + body[1:]
    return lines


def write_pack(rng, vocabulary, out, name):
    """One pack; its rules in one to three files, some of another pack."""
    maker = PackMaker(rng, vocabulary)
    rules = maker.rules(rng.randint(3, 26))
    parts = rng.choice([1, 1, 2, 3])
    cuts = sorted(rng.randint(0, len(rules)) for _ in range(parts - 1))
    pieces = [rules[a:b] for a, b in zip([0] + cuts, cuts + [len(rules)])]
    imports = []
    for number, piece in enumerate(pieces[1:], 1):
        part = "%s-part-%d.yaml" % (name, number)
        if not piece:
            continue
        own = "other%d" % number if rng.random() < 0.5 else None
        counted = own is not None and rng.random() < 0.4
        write_lines(os.path.join(out, part),
                    pack_lines(rng, own, [], False, counted, piece))
        imports.append(part)
    write_lines(os.path.join(out, name + ".yaml"),
                pack_lines(rng, "main", imports, True,
                           rng.random() < 0.05, pieces[0]))


# --- requests ----------------------------------------------------------------

class RequestMaker:
    def __init__(self, rng, vocabulary):
        self.rng = rng
        self.words = vocabulary

    def text(self, value):
        """A record's value: a string, or {"b64"} where it must or may be."""
        try:
            if self.rng.random() > 0.03:
                return value.decode("utf-8")
        except UnicodeDecodeError:
            pass
        return {"b64": base64.b64encode(value).decode("ascii")}

    def record(self, number):
        rng = self.rng
        record = {"id": "q%d" % number, "time": 1767225600 + number}
        choices = [("method", words.METHODS), ("host", words.HOSTS),
                   ("scheme", ["http", "https"]),
                   ("http_version", ["1.0", "1.1", "2", "3"]),
                   ("client_ip", words.ADDRESSES)]
        for key, values in choices:
            if rng.random() < 0.93:
                record[key] = rng.choice(values)
        if rng.random() < 0.95:
            record["path"] = self.text(self.words.target())
        for key, values in (("country", words.COUNTRIES),
                            ("asn", words.NUMBERS[:14]),
                            ("as_org", words.ORGANISATIONS),
                            ("ja3", ["0123abcd", "FFFF"]),
                            ("ja4", ["t13d_a", "t13d_b"])):
            if rng.random() < 0.5:
                record[key] = rng.choice(values)
        record["rates"] = {name: rng.choice(words.NUMBERS[:14])
                           for name in ("minute", "hour")
                           if rng.random() < 0.7}
        self.sets(record)
        self.headers(record)
        return record

    def sets(self, record):
        record["in_sets"] = {
            name: record["client_ip"] in self.words.members[name]
            for name, known in self.words.sets.items()
            if known and "client_ip" in record}

    def headers(self, record):
        rng = self.rng
        lines = []
        for name in ["user-agent"] + words.HEADERS:
            if rng.random() < 0.65:
                for _ in range(rng.choice([1] * 12 + [2, 3])):
                    lines.append([self.name(name), self.value()])
        for _ in range(rng.choice([0, 0, 1, 1, 1, 2])):
            lines.append([self.name("cookie"),
                          self.text(self.words.cookie())])
        if rng.random() < 0.5:
            rng.shuffle(lines)
        record["headers"] = lines
        names = {name.lower() for name, _ in lines}
        if rng.random() < 0.2:
            rest = [name for name in words.HEADERS + ["user-agent", "cookie"]
                    if rng.random() < 0.3]
            record["headers_known"] = sorted(names | set(rest))
        if (rng.random() < 0.05 and len(lines)
                == len({name for name, _ in lines})):
            record["headers"] = dict(lines)

    def name(self, name):
        return name.title() if self.rng.random() < 0.5 else name

    def value(self):
        value = self.words.value()
        if self.rng.random() < 0.1:
            value = self.rng.choice([b" ", b"\t", b"  "]) + value + b" "
        return self.text(value)


def generate_pack(seed, number, requests, out):
    """Pack `number` of a seed; each is independent of the others."""
    rng = random.Random("%d/%d" % (seed, number))
    vocabulary = words.Vocabulary(rng)
    name = "pack-%d" % number
    write_pack(rng, vocabulary, out, name)
    maker = RequestMaker(rng, vocabulary)
    with open(os.path.join(out, name + ".ndjson"), "w",
              encoding="utf-8") as stream:
        for at in range(requests):
            json.dump(maker.record(at), stream, separators=(",", ":"),
                      ensure_ascii=rng.random() < 0.5)
            stream.write("\n")
    return os.path.join(out, name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--packs", type=int, required=True)
    parser.add_argument("--requests", type=int, required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    for number in range(options.packs):
        generate_pack(options.seed, number, options.requests, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
