#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A deliberately naive evaluator of the rule language: what the engine's
answers are compared with. It shares no code and no idea with the engine:
every rule of every request is evaluated, by direct search.

    oracle.py PACK.yaml [REQUESTS.ndjson|-]    one JSON line per request
    oracle.py --examples PACK.yaml             runs all hits and misses
    oracle.py --classify PACK.yaml FILE        labelled requests: a TSV of
        label, source, user agent, or request records that have a `label`

Left out: ua.*, ch.*, header-shape, payment.* and site are always unknown
here; wb:limit is never given; pins and overrides are not read. `shadow` holds
the labels that rules in count mode give, `labels` those of all others.
"""
import json
import sys

from conditions import Compiler, F, T, U, kleene_any
from pack_file import PackError, load_pack
from request_facts import PRESENT, UNKNOWN, Facts, octets

BANDS = (("human", 0), ("suspect", 30), ("agent", 60))
AGENT_KEYS = ("name", "org", "category")


class Program:
    """A pack, compiled: conditions, evaluation order, phases."""

    def __init__(self, path):
        pack = load_pack(path)
        self.rules = pack.rules
        self.givers = {}                # label -> rules that may give it
        for rule in self.rules:
            for label in rule.labels:
                self.givers.setdefault(label, []).append(rule)
        for rule in self.rules:
            compiler = Compiler(list(self.givers), rule.counted, pack.rates,
                                rule.literal)
            try:
                rule.condition = compiler.condition(rule.when)
            except PackError as error:
                raise PackError("%s: %s: %s" % (rule.place, rule.id,
                                                error)) from None
            rule.reads = compiler.labels
            rule.late = compiler.reads_score
            rule.left_out = compiler.left_out
        self.spread("late")
        self.spread("left_out")
        self.order = []
        for rule in self.rules:
            self.place(rule, [])
        for rule in self.rules:
            if rule.late and rule.score is not None:
                raise PackError("%s: %s reads score or class and gives a "
                                "score" % (rule.place, rule.id))
        self.early = [rule for rule in self.order if not rule.late]
        self.late = [rule for rule in self.order if rule.late]

    def spread(self, mark):
        """Who reads a label that a marked rule may give is marked too."""
        changed = True
        while changed:
            changed = False
            for rule in self.rules:
                if not getattr(rule, mark) and any(
                        getattr(giver, mark) for label in rule.reads
                        for giver in self.givers[label]):
                    setattr(rule, mark, True)
                    changed = True

    def place(self, rule, above):
        """Puts all rules that `rule` reads from before it."""
        if rule in above:
            circle = [r.id for r in above[above.index(rule):]] + [rule.id]
            raise PackError("circle: " + " -> ".join(circle))
        if rule in self.order:
            return
        for label in sorted(rule.reads):
            for giver in self.givers[label]:
                self.place(giver, above + [rule])
        self.order.append(rule)


class Run:
    """The evaluation of one request."""

    def __init__(self, program, record):
        self.program = program
        self.facts = Facts(record)
        self.truth = {}                 # rule -> T, U or F
        for rule in program.early:
            self.truth[rule] = rule.condition(self)
        self.score = self.sum_score()
        self.klass = self.classify()
        for rule in program.late:
            self.truth[rule] = rule.condition(self)

    def slot(self, field):
        if field == "score":
            return (PRESENT, self.score)
        if field == "class":
            return (PRESENT, self.klass.encode())
        return self.facts.slot(field)

    def plane(self, name, counted):
        """A label's truth in the shadow plane or in the real one."""
        return kleene_any(self.truth[rule]
                          for rule in self.program.givers[name]
                          if rule.counted == counted)

    def label(self, name, counted):
        """A label's truth as a rule sees it that is counted or not."""
        real = self.plane(name, False)
        if not counted:
            return real
        return kleene_any([real, self.plane(name, True)])

    def firing(self, rules):
        """Rules that fire and are not counted, in import order."""
        return [rule for rule in rules
                if not rule.counted and self.truth.get(rule) == T]

    def sum_score(self):
        total = 0
        for rule in self.firing(self.program.rules):
            total += rule.score or 0
            if rule.action == "stop":
                break
        return max(0, min(100, total))

    def classify(self):
        state, _ = self.slot("user-agent")
        if state == UNKNOWN and not self.firing(self.program.rules):
            return "unknown"
        result = None
        for name, least in BANDS:
            if self.score >= least:
                result = name
        return result

    def agent(self, key):
        best, found = None, None
        prefix = "agent:%s:" % key
        for rule in self.firing(self.program.rules):
            names = [label for label in rule.labels
                     if label.startswith(prefix)]
            if names and (best is None or (rule.score or 0) > best):
                best, found = rule.score or 0, names[0][len(prefix):]
        return found

    def reject(self):
        for rule in self.firing(self.program.rules):
            if rule.action == "stop":
                return None
            if rule.action == "reject":
                return {"rule": rule.id, "status": rule.status,
                        "reason": rule.reason}
        return None

    def labels(self, counted):
        result = {}
        for name in self.program.givers:
            truth = self.plane(name, counted)
            if truth != F:
                result[name] = truth
        return result

    def result(self):
        return {
            "id": self.facts.record.get("id"),
            "rules": {rule.id: self.truth[rule]
                      for rule in self.program.rules},
            "labels": self.labels(False),
            "shadow": self.labels(True),
            "score": self.score,
            "class": self.klass,
            "agent": {key: self.agent(key) for key in AGENT_KEYS},
            "reject": self.reject(),
        }


def evaluate(program, record):
    return Run(program, record).result()


def print_results(program, stream):
    for line in stream:
        if line.strip():
            print(json.dumps(evaluate(program, json.loads(line)),
                             sort_keys=True, separators=(",", ":")))


# --- examples ----------------------------------------------------------------

EXAMPLE_KEYS = {"method": "method", "scheme": "scheme", "host": "host",
                "path": "path", "http-version": "http_version",
                "client-ip": "client_ip", "transport": "transport"}


def example_record(example):
    """A request record from a hit or a miss, with the defaults."""
    record = {"method": "GET", "scheme": "https", "host": "example.com",
              "path": "/", "http_version": "1.1",
              "client_ip": "192.0.2.1", "headers": [], "rates": {},
              "in_sets": {}}
    for key, value in example.items():
        if key in EXAMPLE_KEYS:
            record[EXAMPLE_KEYS[key]] = str(value)
        elif key == "user-agent":
            record["headers"].append(["user-agent", str(value)])
        elif key.startswith("header."):
            record["headers"].append([key[7:], str(value)])
        elif key == "headers-known":
            record["headers_known"] = [str(name) for name in value]
        elif key.startswith("rate."):
            record["rates"][key[5:]] = int(value)
        elif key.startswith("in-set."):
            record["in_sets"][key[7:]] = {"true": True,
                                          "false": False}[value]
        else:
            raise PackError("an example has no key %s" % key)
    return record


def run_examples(program):
    counts = {"ok": 0, "failed": 0, "skipped": 0}
    for rule in program.rules:
        if rule.left_out:
            counts["skipped"] += len(rule.hits) + len(rule.misses)
            print("skip %s: rests on a field that the oracle leaves out"
                  % rule.id)
            continue
        cases = ([("hit", item) for item in rule.hits]
                 + [("miss", item) for item in rule.misses])
        for number, (kind, example) in enumerate(cases):
            truth = Run(program, example_record(example)).truth[rule]
            good = (truth == T) == (kind == "hit")
            counts["ok" if good else "failed"] += 1
            if not good:
                print("%s: %s: %s %d is %s: %s" % (
                    rule.place, rule.id, kind, number + 1
                    - (len(rule.hits) if kind == "miss" else 0), truth,
                    json.dumps(example)))
        if not rule.hits or not rule.misses:
            print("note %s: %s: %d hits, %d misses" % (
                rule.place, rule.id, len(rule.hits), len(rule.misses)))
    print("%(ok)d ok, %(failed)d failed, %(skipped)d skipped" % counts)
    return 1 if counts["failed"] else 0


# --- labelled user agents ----------------------------------------------------

def labelled_records(path):
    """(label, source, shown, record) of a TSV or NDJSON file."""
    with open(path, "rb") as stream:
        for line in stream:
            if path.endswith(".ndjson"):
                record = json.loads(line)
                client = str(record.get("client", "-"))
                yield (record.get("label", "-"), client.split("/")[0],
                       "%s %s" % (client, record.get("kind", "")), record)
                continue
            row = line.rstrip(b"\r\n").split(b"\t", 2)
            if len(row) == 3:
                label, source, agent = (item.decode("utf-8", "replace")
                                        for item in row)
                yield (label, source, agent,
                       {"headers": [["user-agent", agent]],
                        "headers_known": ["user-agent"]})


def classify_file(program, path):
    """Classes of labelled requests; then the misjudged rows."""
    table, misjudged = {}, []
    for label, source, shown, record in labelled_records(path):
        run = Run(program, record)
        counts = table.setdefault((label, source), {})
        counts[run.klass] = counts.get(run.klass, 0) + 1
        if run.klass != ("agent" if label == "bot" else "human"):
            misjudged.append((label, source, run.klass, run.score, shown))
    for (label, source), counts in sorted(table.items()):
        total = sum(counts.values())
        caught = counts.get("agent", 0)
        raised = caught + counts.get("suspect", 0)
        print("%s %s: %d rows; agent %d (%.2f%%), agent or suspect %d "
              "(%.2f%%), human %d, unknown %d" % (
                  label, source, total, caught, 100.0 * caught / total,
                  raised, 100.0 * raised / total, counts.get("human", 0),
                  counts.get("unknown", 0)))
    for kind, word in (("bot", "recall"), ("human", "false positives")):
        rows = [counts for (label, _), counts in table.items()
                if label == kind]
        total = sum(sum(counts.values()) for counts in rows)
        caught = sum(counts.get("agent", 0) for counts in rows)
        raised = caught + sum(counts.get("suspect", 0) for counts in rows)
        if total:
            print("%s: %d of %d agent (%.2f%%), %d agent or suspect" % (
                word, caught, total, 100.0 * caught / total, raised))
    for row in misjudged:
        print("%s\t%s\t%s\t%d\t%s" % row)
    return 0


def main(arguments):
    mode = "print"
    if arguments and arguments[0] in ("--examples", "--classify"):
        mode = arguments.pop(0)[2:]
    least, most = {"print": (1, 2), "examples": (1, 1),
                   "classify": (2, 2)}[mode]
    if not least <= len(arguments) <= most:
        sys.stderr.write("usage: oracle.py PACK [REQUESTS|-] | --examples "
                         "PACK | --classify PACK FILE\n")
        return 2
    try:
        program = Program(arguments[0])
        if mode == "examples":
            return run_examples(program)
        if mode == "classify":
            return classify_file(program, arguments[1])
    except PackError as error:
        sys.stderr.write("%s\n" % error)
        return 1
    if len(arguments) == 1 or arguments[1] == "-":
        print_results(program, sys.stdin)
    else:
        with open(arguments[1], encoding="utf-8") as stream:
            print_results(program, stream)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        sys.exit(1)
