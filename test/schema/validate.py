#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# What `weighbridge schema` prints, held against the files that there are: it
# is a JSON Schema, says something of every key, takes all that is shipped and
# all that the tests load, and refuses what loading refuses for its form
# (codes WB-S, a condition's shape, a field, a test). Prints TAP.
#
#   validate.py PROGRAM
import glob
import json
import os
import re
import subprocess
import sys

try:
    import jsonschema
    import yaml
    from jsonschema import Draft202012Validator
except ImportError as error:
    print("1..0 # SKIP %s (python3-jsonschema, python3-yaml)" % error)
    sys.exit(0)

PROGRAM = sys.argv[1]
# Of the form of single values and keys: no schema knows the rest.
FORM = re.compile(r"\[WB-(?:S00[1-4]|S00[67]|R011|R012|R014)\]")


class Core(yaml.SafeLoader):
    """YAML's core schema, as editors read it: `on` is a word, a date too."""


Core.yaml_implicit_resolvers = {}
for tag, pattern, first in (
        ("null", r"^(?:~|null|)$", "~n\0"),
        ("bool", r"^(?:true|false)$", "tf"),
        ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
        ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)"
                  r"(?:[eE][-+]?[0-9]+)?$", "-+.0123456789")):
    for letter in first:
        Core.add_implicit_resolver("tag:yaml.org,2002:" + tag,
                                   re.compile(pattern),
                                   ["" if letter == "\0" else letter])
Core.add_constructor("tag:yaml.org,2002:int",
                     lambda loader, node: int(node.value))

tests = 0
failed = False


def verdict(name, wrong):
    global tests, failed
    tests += 1
    print("%sok %d - %s" % ("not " if wrong else "", tests, name))
    for line in list(wrong)[:20]:
        print("#   %s" % line)
    failed = failed or bool(wrong)


def schema_of(name):
    said = subprocess.run([PROGRAM, "schema", name], capture_output=True,
                          check=True, text=True)
    return json.loads(said.stdout)


def says_nothing(schema, path=""):
    """Keys of which the schema says no more than that they exist."""
    for name, value in schema.get("properties", {}).items():
        if not {"type", "enum", "anyOf", "$ref"} & set(value):
            yield path + "/" + name
        yield from says_nothing(value, path + "/" + name)
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), dict):
            yield from says_nothing(schema[inner], path + "/*")
    for one in schema.get("anyOf", []):
        yield from says_nothing(one, path)
    for name, value in schema.get("$defs", {}).items():
        yield from says_nothing(value, name)


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Core)


def first_error(validator, tree):
    error = next(iter(validator.iter_errors(tree)), None)
    return error and "%s: %s" % (
        "/".join(str(step) for step in error.absolute_path),
        error.message[:100])


def kind_of(tree):
    """Which schema a file is for, by its keys; None: none of the three."""
    if not isinstance(tree, dict):
        return None
    if "requests" in tree:
        return None
    if "pack" in tree and isinstance(tree["pack"], dict):
        return "rules"
    if set(tree) & {"routes", "assets", "pay-to", "otherwise", "quotes"}:
        return "policy"
    if set(tree) & {"listen", "policy", "sites", "claims", "networks"} or \
            list(tree) == ["version"]:
        return "config"
    if set(tree) <= {"rules", "rates", "import", "sets", "mode"} and \
            isinstance(tree.get("rules"), list):
        return "rules"
    return None


def good_files(validators):
    counts = dict.fromkeys(validators, 0)
    wrong = []
    places = ["rules/*.yaml", "policy/*.yaml", "examples/**/*.yaml",
              "examples/**/*.yml", "packaging/**/*.yaml", "test/**/*.yaml"]
    for path in sorted({p for place in places
                        for p in glob.glob(place, recursive=True)}):
        if re.search("/bad/|/node_modules/|/corpus/", path):
            continue
        try:
            kind = kind_of(load(path))
        except yaml.YAMLError:
            continue
        if kind:
            counts[kind] += 1
            error = first_error(validators[kind], load(path))
            if error:
                wrong.append("%s: %s" % (path, error))
    for kind, count in counts.items():
        verdict("takes %d files: %s" % (count, kind),
                [line for line in wrong
                 if kind_of(load(line.split(": ")[0])) == kind]
                or ([] if count > 4 else ["too few were found"]))


def bad_files(validators):
    for kind, place in (("rules", "test/load/bad"),
                        ("config", "test/settings/bad"),
                        ("policy", "test/policy/bad")):
        taken = []
        count = 0
        for path in sorted(glob.glob(place + "/*.yaml")):
            said = path[:-len("yaml")] + "err"
            if not os.path.exists(said):
                continue
            with open(said, encoding="utf-8") as file:
                errors = [line for line in file if " error: " in line]
            # Mistakes in another file than this one are not its form.
            own = [line for line in errors
                   if line.startswith(os.path.basename(os.path.dirname(path))
                                      + "/" + os.path.basename(path) + ":")]
            if not any(FORM.search(line) for line in own):
                continue
            try:
                tree = load(path)
            except yaml.YAMLError:
                continue
            count += 1
            if not first_error(validators[kind], tree):
                taken.append("%s: %s" % (path, own[0].strip()))
        verdict("refuses %d files with a mistake of form: %s" % (count, kind),
                taken or ([] if count > 2 else ["too few were found"]))


def main():
    validators = {}
    for kind in ("config", "rules", "policy"):
        schema = schema_of(kind)
        try:
            Draft202012Validator.check_schema(schema)
            wrong = []
        except jsonschema.SchemaError as error:
            wrong = [error.message]
        verdict("%s is a JSON Schema" % kind, wrong)
        verdict("%s says something of each key" % kind,
                list(says_nothing(schema)))
        validators[kind] = Draft202012Validator(schema)
    good_files(validators)
    bad_files(validators)
    print("1..%d" % tests)
    sys.exit(failed)


main()
