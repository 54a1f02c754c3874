#!/usr/bin/env python3
"""Hold JSON against man/hr-json.schema.json.

usage: schema.py [--lines] NAME FILE...

NAME is one of the schema's $defs; each FILE is one JSON value, or with --lines
one a line. The schema lets later versions add members; here a member that it
does not name is an error. Each error is a line on standard output. Exit
status: 0 valid, 1 not.
"""
import json
import os
import sys

import jsonschema

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "man", "hr-json.schema.json")


def close(schema):
    """Where members are named, no others are allowed."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for part in schema.values():
            close(part)
    elif isinstance(schema, list):
        for part in schema:
            close(part)


def innermost(error):
    """Of an anyOf's errors, that of the branch that came furthest."""
    deepest = [innermost(part) for part in error.context] or [error]
    return max(deepest, key=lambda part: len(part.absolute_path))


def main():
    words = sys.argv[1:]
    lines = words[:1] == ["--lines"]
    name, *files = words[lines:]
    with open(PATH, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    if name not in schema["$defs"]:
        sys.exit(f"schema.py: there is no {name}")
    close(schema["$defs"])
    validator = jsonschema.Draft202012Validator(
        {"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})
    failed = count = 0
    for path in files:
        with open(path, encoding="utf-8") as file:
            texts = file.readlines() if lines else [file.read()]
        for number, text in enumerate(texts, 1):
            count += 1
            try:
                errors = list(validator.iter_errors(json.loads(text)))
            except ValueError as error:
                failed += 1
                print(f"{path}:{number}: no JSON: {error}: {text[:200]!r}")
                continue
            for error in errors:
                failed += 1
                error = innermost(error)
                print(f"{path}:{number}: {error.json_path}: {error.message[:300]}")
    if count == 0:
        print("nothing to hold against it")
    sys.exit(1 if failed or count == 0 else 0)


main()
