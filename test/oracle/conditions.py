# SPDX-License-Identifier: Apache-2.0
"""Conditions of the rule language as closures: condition(run) -> T, U or F.

`run` has slot(FIELD), label(NAME, counted) and `facts.sets`. There is no
prefilter and no automaton: every test looks at the whole value, each time.
A `with:` literal decides nothing: it may only save work, never change an
answer; a value that matches without holding it is an error of the pack.
"""
import ipaddress
import re

from pack_file import Map, PackError, Text
from request_facts import (ABSENT, PRESENT, UNKNOWN, case_sensitive,
                           field_kind, left_out, parse_address)

T, U, F = "T", "U", "F"


# --- Kleene's logic ----------------------------------------------------------

def kleene_not(value):
    if value == T:
        return F
    if value == F:
        return T
    return U


def kleene_all(values):
    unknown = False
    for value in values:
        if value == F:
            return F
        if value == U:
            unknown = True
    return U if unknown else T


def kleene_any(values):
    unknown = False
    for value in values:
        if value == T:
            return T
        if value == U:
            unknown = True
    return U if unknown else F


# --- transforms --------------------------------------------------------------

def url_decode(value):
    def one(match):
        if match.group(0) == b"+":
            return b" "
        return bytes([int(match.group(0)[1:], 16)])
    return re.sub(rb"%[0-9A-Fa-f]{2}|\+", one, value)


TRANSFORMS = {
    "lower": bytes.lower,
    "url-decode": url_decode,
    "trim": lambda value: value.strip(b" \t"),
    "length": len,
}


# --- tests on text -----------------------------------------------------------

def is_word_byte(byte):
    return (0x30 <= byte <= 0x39 or 0x41 <= byte <= 0x5a
            or 0x61 <= byte <= 0x7a)


def has_word(value, literal):
    for at in range(len(value) - len(literal) + 1):
        end = at + len(literal)
        if value[at:end] != literal:
            continue
        if at > 0 and is_word_byte(value[at - 1]):
            continue
        if end < len(value) and is_word_byte(value[end]):
            continue
        return True
    return False


def glob_pattern(glob, in_path):
    """The glob as a regular expression for the whole value."""
    one, run = (b"[^/]", b"[^/]*") if in_path else (b"(?s:.)", b"(?s:.*)")
    result, at = b"", 0
    while at < len(glob):
        if glob[at:at + 2] == b"**":
            result, at = result + b"(?s:.*)", at + 2
        elif glob[at:at + 1] == b"*":
            result, at = result + run, at + 1
        elif glob[at:at + 1] == b"?":
            result, at = result + one, at + 1
        else:
            result, at = result + re.escape(glob[at:at + 1]), at + 1
    return re.compile(result)


def text_test(field, test, operand):
    """A function value -> bool for one operand of a text test."""
    literal = operand.encode("utf-8")
    if test == "matches":
        pattern = re.compile(literal)
        return lambda value: pattern.search(value) is not None
    fold = not case_sensitive(field)
    if fold:
        literal = literal.lower()
    if test == "glob":
        pattern = glob_pattern(literal, field in ("path", "raw-path"))
        plain = lambda value: pattern.fullmatch(value) is not None
    else:
        plain = {
            "is": lambda value: value == literal,
            "contains": lambda value: literal in value,
            "word": lambda value: has_word(value, literal),
            "starts-with": lambda value: value.startswith(literal),
            "ends-with": lambda value: value.endswith(literal),
        }[test]
    return (lambda value: plain(value.lower())) if fold else plain


# --- tests on the other kinds ------------------------------------------------

def number_test(test, operand):
    if not re.fullmatch("[0-9]+", operand):
        raise PackError("not a number: %s" % operand)
    bound = int(operand)
    return {
        "is": lambda value: value == bound,
        "less-than": lambda value: value < bound,
        "at-least": lambda value: value >= bound,
    }[test]


def boolean_test(test, operand):
    wanted = {"true": True, "false": False}[operand]
    return {"is": lambda value: value is wanted}[test]


def address_test(test, operand):
    if test == "is":
        address = parse_address(operand)
        if address is None:
            raise PackError("not an address: %s" % operand)
        return lambda value: value == address
    if test == "in-net":
        net = ipaddress.ip_network(operand)
        return lambda value: value.version == net.version and value in net
    raise KeyError(test)


def value_test(field, kind, test, operand):
    if kind == "text":
        return text_test(field, test, operand)
    if kind == "number":
        return number_test(test, operand)
    if kind == "boolean":
        return boolean_test(test, operand)
    return address_test(test, operand)


# --- the compiler ------------------------------------------------------------

class Compiler:
    """Compiles one rule's condition and notes what it reads."""

    def __init__(self, givable, counted, rates, literal=None):
        self.literal = literal          # `with:`
        self.givable = givable          # label names that some rule can give
        self.counted = counted
        self.rates = rates
        self.labels = set()             # label names read
        self.reads_score = False        # score or class
        self.left_out = False           # a field that the oracle lacks

    def condition(self, tree):
        if not isinstance(tree, Map) or not tree:
            raise PackError("a condition is a map with entries")
        parts = [self.entry(key, value) for key, value in tree.items()]
        if len(parts) == 1:
            return parts[0]
        return lambda run: kleene_all(part(run) for part in parts)

    def conditions(self, tree):
        if isinstance(tree, Map):
            return [self.condition(tree)]
        if not isinstance(tree, list) or not tree:
            raise PackError("all and any take a list of conditions")
        return [self.condition(item) for item in tree]

    def entry(self, key, value):
        if key == "all":
            parts = self.conditions(value)
            return lambda run: kleene_all(part(run) for part in parts)
        if key == "any":
            parts = self.conditions(value)
            return lambda run: kleene_any(part(run) for part in parts)
        if key == "not":
            part = self.condition(value)
            return lambda run: kleene_not(part(run))
        return self.field_entry(key, value)

    def field_entry(self, key, value):
        field, *transforms = key.split("|")
        kind = field_kind(field)
        if kind is None:
            raise PackError("unknown field %s" % field)
        if field in ("score", "class"):
            self.reads_score = True
        if left_out(field):
            self.left_out = True
        if field.startswith("rate.") and field[5:] not in self.rates:
            raise PackError("rate not declared: %s" % field)
        for at, name in enumerate(transforms):
            if name not in TRANSFORMS or kind != "text":
                raise PackError("transform %s on %s" % (name, key))
            if name == "length":
                kind = "number"
        if kind == "label":
            return self.label_entry(value)
        change = [TRANSFORMS[name] for name in transforms]
        if isinstance(value, Text):
            if value.plain and value in ("present", "absent"):
                return self.presence(field, value)
            return self.value_entry(field, kind, change, "is", [value])
        if isinstance(value, list):
            return self.value_entry(field, kind, change, "is", value)
        parts = []
        for test, operand in value.items():
            operands = operand if isinstance(operand, list) else [operand]
            parts.append(self.value_entry(field, kind, change, test,
                                          operands))
        return lambda run: kleene_all(part(run) for part in parts)

    def presence(self, field, wanted):
        def test(run):
            state, _ = run.slot(field)
            if state == UNKNOWN:
                return U
            return T if state == wanted else F
        return test

    def value_entry(self, field, kind, change, test, operands):
        if test == "in":
            test = "is"
        if kind == "address" and test == "in-set":
            return self.set_entry(field, operands)
        try:
            checks = [value_test(field, kind, test, operand)
                      for operand in operands]
        except (KeyError, ValueError, re.error) as error:
            raise PackError("%s: bad %s: %s" % (field, test,
                                                error)) from None

        def entry(run):
            state, value = run.slot(field)
            if state == UNKNOWN:
                return U
            if state == ABSENT:
                return F
            for transform in change:
                value = transform(value)
            for check in checks:
                if check(value):
                    if test == "matches":
                        self.check_literal(value)
                    return T
            return F
        return entry

    def check_literal(self, value):
        """A rule's `with:` must stand in whatever its regex matches."""
        if (self.literal is not None
                and self.literal.encode().lower() not in value.lower()):
            raise PackError("with: %s is not in what matches: %r" % (
                self.literal, value))

    def set_entry(self, field, names):
        def one(run, name):
            state, _ = run.slot(field)
            if state == UNKNOWN or name not in run.facts.sets:
                return U
            return T if run.facts.sets[name] else F
        return lambda run: kleene_any(one(run, name) for name in names)

    def label_entry(self, value):
        tests = value if isinstance(value, Map) else Map({"in": value})
        parts = []
        for test, operand in tests.items():
            operands = operand if isinstance(operand, list) else [operand]
            parts.append(self.label_test(test, operands))
        return lambda run: kleene_all(part(run) for part in parts)

    def label_test(self, test, operands):
        if test not in ("is", "in", "starts-with"):
            raise PackError("label has no test %s" % test)
        names = []
        for operand in operands:
            if test == "starts-with":
                names += [name for name in self.givable
                          if name.startswith(operand)]
            elif operand in self.givable:
                names.append(operand)
            elif not operand.startswith("wb:"):
                raise PackError("no rule gives label %s" % operand)
        self.labels.update(names)
        counted = self.counted
        return lambda run: kleene_any(run.label(name, counted)
                                      for name in names)
