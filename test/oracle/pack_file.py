# SPDX-License-Identifier: Apache-2.0
"""Pack files for the oracle: YAML text -> a list of Rule, in import order.

It reads a pack with its imports and keeps every scalar as the text that
stands in the file, with whether it was written plain: `present` and
`"present"` mean different things. It checks only what the oracle needs to be
sure of its answers. It shares nothing with the engine's loader on purpose.

    file.yaml: [pack] [import] [rates] [sets] [mode] [rules]
      imports first, depth first, each file once; then the file's own rules
"""
import os
import re

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FILE_KEYS = {"pack", "import", "rates", "sets", "mode", "rules"}
RULE_KEYS = {"id", "about", "source", "when", "score", "labels", "action",
             "status", "reason", "mode", "since", "with", "hits", "misses"}
LABEL = re.compile(r"[a-z0-9][a-z0-9._-]*(:[a-z0-9][a-z0-9._-]*)*")


class PackError(Exception):
    """What is wrong with a pack, with its place."""


class Text(str):
    """A scalar as written; `plain` if it stood without quotes."""
    plain = False


class Map(dict):
    """A mapping that remembers its line."""
    line = 0


class Rule:
    """One rule. `counted` is mode: count, its own or its pack's."""

    def __init__(self, identifier, body, counted, place):
        self.id = identifier
        self.place = place
        self.counted = counted
        self.when = body["when"]
        self.score = int(body["score"]) if "score" in body else None
        self.labels = list(body.get("labels", []))
        self.action = body.get("action")
        self.status = int(body.get("status", "403"))
        self.reason = str(body.get("reason", "rejected"))
        self.literal = body.get("with")
        self.hits = body.get("hits", [])
        self.misses = body.get("misses", [])


class Pack:
    """All rules in import order and all declared rates."""

    def __init__(self):
        self.rules = []
        self.rates = {}
        self.name = None


def plain_value(node, path):
    """A YAML node as Map, list and Text; nothing is typed by its looks."""
    if isinstance(node, yaml.ScalarNode):
        text = Text(node.value)
        text.plain = not node.style
        return text
    if isinstance(node, yaml.SequenceNode):
        return [plain_value(item, path) for item in node.value]
    result = Map()
    result.line = node.start_mark.line + 1
    for key, value in node.value:
        if key.value in result:
            raise PackError("%s:%d: doubled key %s" % (
                path, key.start_mark.line + 1, key.value))
        result[key.value] = plain_value(value, path)
    return result


def read_tree(path):
    with open(path, "rb") as stream:
        try:
            node = yaml.compose(stream, Loader=LOADER)
        except yaml.YAMLError as error:
            raise PackError("%s: %s" % (path, error)) from None
    tree = plain_value(node, path) if node is not None else Map()
    if not isinstance(tree, Map):
        raise PackError("%s: a pack file is a map" % path)
    for key in tree:
        if key not in FILE_KEYS:
            raise PackError("%s: unknown key %s" % (path, key))
    return tree


def check_rule(body, place):
    for key in body:
        if key not in RULE_KEYS:
            raise PackError("%s: unknown key %s" % (place, key))
    for key in ("id", "when"):
        if key not in body:
            raise PackError("%s: a rule needs %s" % (place, key))
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", body["id"]):
        raise PackError("%s: bad id %s" % (place, body["id"]))
    if not ("score" in body or "labels" in body or "action" in body):
        raise PackError("%s: needs score, labels or action" % place)
    if body.get("action") not in (None, "reject", "stop"):
        raise PackError("%s: action is reject or stop" % place)
    if body.get("mode") not in (None, "count"):
        raise PackError("%s: mode is count" % place)
    if not -100 <= int(body.get("score", "0")) <= 100:
        raise PackError("%s: score is -100 to 100" % place)
    for label in body.get("labels", []):
        if not LABEL.fullmatch(label) or len(label) > 64:
            raise PackError("%s: bad label %s" % (place, label))


def load_file(pack, path, owner, seen):
    """Adds what `path` holds; `owner` is (pack name, counted) or None."""
    real = os.path.realpath(path)
    if real in seen:
        return
    seen.add(real)
    tree = read_tree(path)
    counted = tree.get("mode") == "count"
    if "pack" in tree:
        owner = (tree["pack"]["name"], counted)
    elif owner is None:
        stem = os.path.splitext(os.path.basename(path))[0]
        owner = (stem, counted)
    elif counted:
        owner = (owner[0], True)
    if pack.name is None:
        pack.name = owner[0]
    for name in tree.get("import", []):
        load_file(pack, os.path.join(os.path.dirname(path), name), owner,
                  seen)
    pack.rates.update(tree.get("rates", {}))
    for body in tree.get("rules", []):
        place = "%s:%d" % (path, body.line)
        check_rule(body, place)
        pack.rules.append(Rule("%s/%s" % (owner[0], body["id"]), body,
                               owner[1] or body.get("mode") == "count",
                               place))


def load_pack(path):
    pack = Pack()
    load_file(pack, path, None, set())
    places = {}
    for rule in pack.rules:
        if rule.id in places:
            raise PackError("%s: id %s stands at %s too" % (
                rule.place, rule.id, places[rule.id]))
        places[rule.id] = rule.place
    return pack
