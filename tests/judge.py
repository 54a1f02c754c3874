#!/usr/bin/env python3
"""An independent judge of a migration from LightRAG's files to PostgreSQL.

usage: judge.py MODEL DIRECTORY=WORKSPACE...
       judge.py --schema REFERENCE.sql MODEL DIMENSION

It shares no code with hr: it reads the files by Python's own json, base64 and
xml.etree, and the tables by psql, and compares every value of every column,
vectors bit by bit. The tables may hold nothing but the workspaces that are
named. With --schema it compares what pg_dump says of the tables with what
LightRAG made itself. psql's environment says where the database is.

Each difference is a line on standard output. Exit status: 0 none, 1 some.
"""
import base64
import datetime
import decimal
import hashlib
import json
import math
import os
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zlib

SEPARATOR = "<SEP>"
EPOCH = datetime.datetime(1970, 1, 1)
faults = 0


def fault(words):
    global faults
    faults += 1
    print(words if len(words) < 1000 else words[:1000] + " ...")


# --- values ----------------------------------------------------------------------------

class Number(str):
    """A number by the text that PostgreSQL's numeric has for it."""

    def __eq__(self, other):
        return isinstance(other, Number) and str(self) == str(other)

    def __ne__(self, other):
        return not self == other

    __hash__ = str.__hash__


def number(text):
    value = decimal.Decimal(text)
    return Number(format(value.copy_abs() if value == 0 else value, "f"))


def parse(text):
    return json.loads(text, parse_float=number, parse_int=number)


def plain_integer(value):
    """What an integer column holds of a member."""
    if value is None:
        return None
    assert isinstance(value, Number), value
    return value


def time_text(value):
    """As PostgreSQL's JSON has it: no zeros at the end of a fraction."""
    text = value.isoformat()
    return text.rstrip("0") if "." in text else text


def seconds(*candidates, micro=False):
    """The first time that is there and not 0, else the epoch; naive UTC, cut down."""
    for value in candidates:
        if isinstance(value, Number) and decimal.Decimal(value) != 0:
            exact = decimal.Decimal(value)
            if micro:
                return time_text(EPOCH + datetime.timedelta(
                    microseconds=math.floor(exact.scaleb(6))))
            return time_text(EPOCH + datetime.timedelta(seconds=math.floor(exact)))
    return time_text(EPOCH)


def iso_time(*candidates):
    for value in candidates:
        if value:
            moment = datetime.datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                moment = moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)
            return time_text(moment)
    return time_text(EPOCH)


def split_list(text):
    return text.split(SEPARATOR) if text else None


# --- the files -------------------------------------------------------------------------

def read_json(directory, name):
    path = os.path.join(directory, name)
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8-sig", newline="") as file:
        text = file.read()
    return parse(text) if text.strip() else None


def read_kv(directory, name):
    return read_json(directory, "kv_store_%s.json" % name) or {}


def read_vectors(directory, name):
    """[(record, vector as big-endian hex)]"""
    content = read_json(directory, "vdb_%s.json" % name)
    if content is None:
        return [], 0
    dimension = int(content["embedding_dim"])
    matrix = base64.b64decode(content["matrix"], validate=True)
    data = content["data"]
    assert len(matrix) == 4 * dimension * len(data), name
    result = []
    for i, record in enumerate(data):
        row = struct.unpack_from("<%dI" % dimension, matrix, 4 * dimension * i)
        if any(bits & 0x7F800000 == 0x7F800000 for bits in row):
            halves = zlib.decompress(base64.b64decode(record["vector"]))
            floats = struct.unpack("<%de" % dimension, halves)
            row = struct.unpack("<%dI" % dimension, struct.pack("<%df" % dimension, *floats))
        result.append((record, struct.pack(">%dI" % dimension, *row).hex()))
    return result, dimension


def attribute(kind, text):
    text = text or ""
    if kind in ("int", "long"):
        return Number(int(text))
    if kind in ("float", "double"):
        return number(text)
    if kind == "boolean":
        return text.lower() in ("true", "1")
    return text


def read_graph(directory):
    path = os.path.join(directory, "graph_chunk_entity_relation.graphml")
    if not os.path.exists(path):
        return {}, []
    space = "{http://graphml.graphdrawing.org/xmlns}"
    root = ElementTree.parse(path).getroot()
    keys = {key.get("id"): (key.get("attr.name"), key.get("attr.type", "string"))
            for key in root.iter(space + "key")}

    def attributes(element):
        return {keys[data.get("key")][0]: attribute(keys[data.get("key")][1], data.text)
                for data in element.iter(space + "data")}

    nodes = {node.get("id"): attributes(node) for node in root.iter(space + "node")}
    edges = [(edge.get("source"), edge.get("target"), attributes(edge))
             for edge in root.iter(space + "edge")]
    return nodes, edges


# --- what the tables must hold: DECISIONS' mapping, by hand ------------------------------

def expect_kv(directory):
    tables = {}

    def table(name, store, make):
        tables[name] = {(key,): make(value, value.get) for key, value in
                        read_kv(directory, store).items()}

    def times(get, micro=False):
        return {"create_time": seconds(get("create_time"), get("update_time"), micro=micro),
                "update_time": seconds(get("update_time"), get("create_time"), micro=micro)}

    table("lightrag_doc_full", "full_docs", lambda value, get: {
        "doc_name": get("file_path", ""), "content": get("content"), "meta": None,
        "sidecar_location": get("sidecar_location"), "parse_format": get("parse_format", "raw"),
        "content_hash": get("content_hash"), "process_options": get("process_options"),
        "chunk_options": get("chunk_options", {}), "parse_engine": get("parse_engine"),
        **times(get)})
    table("lightrag_doc_chunks", "text_chunks", lambda value, get: {
        "full_doc_id": get("full_doc_id"), "content": get("content"),
        "chunk_order_index": plain_integer(get("chunk_order_index")),
        "tokens": plain_integer(get("tokens")), "file_path": get("file_path"),
        "llm_cache_list": get("llm_cache_list", []), "heading": get("heading", {}),
        "sidecar": get("sidecar", {}), **times(get)})
    table("lightrag_llm_cache", "llm_response_cache", lambda value, get: {
        "original_prompt": get("original_prompt"), "return_value": get("return"),
        "chunk_id": get("chunk_id"), "cache_type": get("cache_type", "extract"),
        "queryparam": get("queryparam"), **times(get, micro=True)})
    for name, store, member in (
            ("lightrag_full_entities", "full_entities", "entity_names"),
            ("lightrag_full_relations", "full_relations", "relation_pairs"),
            ("lightrag_entity_chunks", "entity_chunks", "chunk_ids"),
            ("lightrag_relation_chunks", "relation_chunks", "chunk_ids")):
        table(name, store, lambda value, get, member=member: {
            member: get(member), "count": plain_integer(get("count")), **times(get)})
    table("lightrag_doc_status", "doc_status", lambda value, get: {
        "content_summary": get("content_summary"),
        "content_length": plain_integer(get("content_length")),
        "chunks_count": plain_integer(get("chunks_count")), "status": get("status"),
        "file_path": get("file_path"), "chunks_list": get("chunks_list", []),
        "track_id": get("track_id"), "metadata": get("metadata", {}),
        "error_msg": value["error_msg"] if "error_msg" in value else get("error"),
        "content_hash": get("content_hash"),
        "created_at": iso_time(get("created_at"), get("updated_at")),
        "updated_at": iso_time(get("updated_at"), get("created_at"))})
    return tables


def expect_vectors(directory, suffix_of):
    tables = {}
    chunks = read_kv(directory, "text_chunks")

    def table(name, store, make):
        records, dimension = read_vectors(directory, store)
        if dimension == 0:
            return
        rows = {}
        for record, vector in records:
            time = seconds(record.get("__created_at__"))
            rows[(record["__id__"],)] = {
                "content": record.get("content"), "file_path": record.get("file_path"),
                # pgvector's binary form: dimension, a zero, then the numbers
                "content_vector": struct.pack(">HH", dimension, 0).hex() + vector,
                "create_time": time, "update_time": time, **make(record)}
        tables[name + suffix_of(dimension)] = rows

    table("lightrag_vdb_chunks", "chunks", lambda record: {
        "full_doc_id": record.get("full_doc_id"),
        "tokens": chunks.get(record["__id__"], {}).get("tokens"),
        "chunk_order_index": chunks.get(record["__id__"], {}).get("chunk_order_index")})
    table("lightrag_vdb_entity", "entities", lambda record: {
        "entity_name": record.get("entity_name"),
        "chunk_ids": split_list(record.get("source_id"))})
    table("lightrag_vdb_relation", "relationships", lambda record: {
        "source_id": record.get("src_id"), "target_id": record.get("tgt_id"),
        "chunk_ids": split_list(record.get("source_id"))})
    return tables


def expect_graph(directory):
    namespace = "chunk_entity_relation"
    nodes, edges = read_graph(directory)
    node_rows = {}
    edge_rows = {}

    def moment(attributes):
        text = seconds(attributes.get("created_at"), micro=True)
        return text + "+00:00"

    for name, attributes in nodes.items():
        node_rows[(namespace, name)] = {"properties": {**attributes, "entity_id": name},
                                        "updated_at": moment(attributes)}
    for source, target, attributes in edges:
        low, high = sorted((source, target), key=lambda end: end.encode())
        edge_rows[(namespace, low, high)] = {"properties": attributes,
                                             "updated_at": moment(attributes)}
        for end in (low, high):
            node_rows.setdefault((namespace, end), {
                "properties": {"entity_id": end}, "updated_at": moment({})})
    return {"lightrag_graph_nodes": node_rows, "lightrag_graph_edges": edge_rows}


def expect(directory, suffix_of):
    return {**expect_kv(directory), **expect_vectors(directory, suffix_of),
            **expect_graph(directory)}


# --- the tables ------------------------------------------------------------------------

def psql(sql):
    environment = dict(os.environ, PGTZ="UTC", PGCLIENTENCODING="UTF8")
    done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql],
                          stdout=subprocess.PIPE, env=environment, check=True)
    return done.stdout.decode().split("\n")[:-1]


def columns_of(schema, table):
    return [line.split("|") for line in psql(
        "select column_name, udt_name from information_schema.columns where table_schema = '%s' "
        "and table_name = '%s' order by ordinal_position" % (schema, table))]


KEYS = {"lightrag_graph_nodes": ("namespace", "id"),
        "lightrag_graph_edges": ("namespace", "src_id", "tgt_id")}


def read_table(table):
    """{workspace: {key: {column: value}}}"""
    columns = columns_of("public", table)
    names = ", ".join('encode(vector_send("%s"), \'hex\') as "%s"' % (name, name)
                      if kind == "vector" else '"%s"' % name for name, kind in columns)
    found = {}
    for line in psql("select row_to_json(t) from (select %s from %s) t" % (names, table)):
        row = parse(line)
        key = tuple(row.pop(name) for name in KEYS.get(table, ("id",)))
        found.setdefault(row.pop("workspace"), {})[key] = row
    return found


def same(expected, found):
    """Equal with types: True is no number, and an order of keys doesn't matter."""
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(
            same(value, found[name]) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    return type(expected) is type(found) and expected == found


def compare_rows(table, workspace, expected, found):
    for key in expected.keys() - found.keys():
        fault("%s: %s: missing: %r" % (table, workspace, key))
    for key in found.keys() - expected.keys():
        fault("%s: %s: extra: %r" % (table, workspace, key))
    for key in expected.keys() & found.keys():
        if expected[key].keys() != found[key].keys():
            fault("%s: columns: %r" % (table, sorted(expected[key].keys() ^ found[key].keys())))
        for column, value in expected[key].items():
            if column in found[key] and not same(value, found[key][column]):
                fault("%s: %s: %r: %s: %r instead of %r" % (
                    table, workspace, key, column, found[key][column], value))
    return len(expected)


def compare_workspaces(sides):
    compared = 0
    for table in sorted({table for tables in sides.values() for table in tables}):
        found = read_table(table)
        for workspace in found.keys() - sides.keys():
            fault("%s: rows of another workspace: %s" % (table, workspace))
        for workspace, tables in sides.items():
            compared += compare_rows(table, workspace, tables.get(table, {}),
                                     found.get(workspace, {}))
    there = set(psql("select table_name from information_schema.tables where table_schema = "
                     "'public' and table_name like 'lightrag%'"))
    for table in there ^ {table for tables in sides.values() for table in tables}:
        fault("table too many or too few: %s" % table)
    return compared


# --- the requirements' tables as views -------------------------------------------------

VIEWS = {
    "lightrag_entities": "workspace:text entity_id:text content:jsonb created_at:timestamptz",
    "lightrag_relations": "workspace:text source_id:text target_id:text weight:float8 "
                          "properties:jsonb",
    "lightrag_chunks": "workspace:varchar chunk_id:varchar content:text embedding:vector "
                       "metadata:jsonb",
    "lightrag_doc_status": "workspace:varchar doc_id:varchar status_data:jsonb",
    "lightrag_kv_store": "workspace:varchar namespace:text key:varchar value:jsonb",
    "lightrag_llm_cache": "id:varchar workspace:varchar original_prompt:text return_value:text "
                          "chunk_id:varchar cache_type:varchar queryparam:jsonb "
                          "created_at:timestamp",
    "lightrag_vdb_chunks": "id:varchar workspace:varchar content:text embedding:vector "
                           "metadata:jsonb",
    "lightrag_vdb_entities": "id:varchar workspace:varchar content:text embedding:vector "
                             "metadata:jsonb",
    "lightrag_vdb_relationships": "id:varchar workspace:varchar content:text embedding:vector "
                                  "metadata:jsonb",
}


def expect_views(tables, suffix_of):
    """{view: {key: {column: value}}}, of what can be said without repeating the tables."""
    def vectors(name, dimension_table):
        rows = next((rows for table, rows in tables.items()
                     if table.startswith(dimension_table)), {})
        return {key: {"content": row["content"], "embedding": row["content_vector"]}
                for key, row in rows.items()}

    views = {
        "lightrag_entities": {key[1:]: {"content": row["properties"],
                                        "created_at": row["updated_at"]}
                              for key, row in tables["lightrag_graph_nodes"].items()},
        "lightrag_relations": {key[1:]: {"properties": row["properties"], "weight": float(
            row["properties"]["weight"])} for key, row in
            tables["lightrag_graph_edges"].items()},
        "lightrag_chunks": vectors("chunks", "lightrag_vdb_chunks"),
        "lightrag_doc_status": {key: {} for key in tables["lightrag_doc_status"]},
        "lightrag_llm_cache": {key: {
            "original_prompt": row["original_prompt"], "return_value": row["return_value"],
            "chunk_id": row["chunk_id"], "cache_type": row["cache_type"],
            "queryparam": row["queryparam"], "created_at": row["create_time"]}
            for key, row in tables["lightrag_llm_cache"].items()},
        "lightrag_vdb_chunks": vectors("chunks", "lightrag_vdb_chunks"),
        "lightrag_vdb_entities": vectors("entities", "lightrag_vdb_entity"),
        "lightrag_vdb_relationships": vectors("relationships", "lightrag_vdb_relation"),
        "lightrag_kv_store": {},
    }
    for namespace, table in (
            ("full_docs", "lightrag_doc_full"), ("text_chunks", "lightrag_doc_chunks"),
            ("llm_response_cache", "lightrag_llm_cache"),
            ("full_entities", "lightrag_full_entities"),
            ("full_relations", "lightrag_full_relations"),
            ("entity_chunks", "lightrag_entity_chunks"),
            ("relation_chunks", "lightrag_relation_chunks")):
        for key in tables[table]:
            views["lightrag_kv_store"][(namespace,) + key] = {}
    return views


VIEW_KEYS = {"lightrag_entities": ("entity_id",), "lightrag_relations": ("source_id", "target_id"),
             "lightrag_chunks": ("chunk_id",), "lightrag_doc_status": ("doc_id",),
             "lightrag_kv_store": ("namespace", "key")}


def compare_view(view, expected_rows):
    columns = columns_of("hybridrag", view)
    described = " ".join("%s:%s" % (name, kind) for name, kind in columns)
    if described != VIEWS[view]:
        fault("hybridrag.%s: columns %s instead of %s" % (view, described, VIEWS[view]))
        return
    names = ", ".join('encode(vector_send(%s), \'hex\') as %s' % (name, name)
                      if kind == "vector" else name for name, kind in columns)
    found = {}
    count = 0
    for line in psql("select row_to_json(t) from (select %s from hybridrag.%s) t"
                     % (names, view)):
        row = parse(line)
        count += 1
        key = (row["workspace"],) + tuple(row[name] for name in VIEW_KEYS.get(view, ("id",)))
        if isinstance(row.get("weight"), Number):
            row["weight"] = float(row["weight"])
        found[key] = row
    if count != len(expected_rows):
        fault("hybridrag.%s: %d rows instead of %d" % (view, count, len(expected_rows)))
    for key, row in expected_rows.items():
        if key not in found:
            fault("hybridrag.%s: missing: %r" % (view, key))
            continue
        for column, value in row.items():
            if not same(value, found[key][column]):
                fault("hybridrag.%s: %r: %s: %r instead of %r" % (
                    view, key, column, found[key][column], value))


def compare_views(sides, suffix_of):
    there = set(psql("select table_name from information_schema.views where table_schema = "
                     "'hybridrag'"))
    for view in there ^ VIEWS.keys():
        fault("view too many or too few: hybridrag.%s" % view)
    for view in there & VIEWS.keys():
        rows = {}
        for workspace, tables in sides.items():
            for key, row in expect_views(tables, suffix_of)[view].items():
                rows[(workspace,) + key] = row
        compare_view(view, rows)


# --- the tables' definitions -------------------------------------------------------------

def suffix(model, dimension):
    return "_%s_%dd" % (re.sub("[^a-z0-9_]", "_", model.strip().lower()), dimension)


def statements(text, dimension, model_suffix):
    """The statements of a dump that make tables, keys and indexes, in one spelling each."""
    lines = [line for line in text.splitlines()
             if line and not line.startswith("--") and not line.startswith("\\")]
    found = []
    for statement in "\n".join(lines).split(";\n"):
        statement = " ".join(statement.split()).rstrip(";")
        if not re.match("CREATE (TABLE|INDEX|UNIQUE)|ALTER TABLE .* ADD CONSTRAINT", statement):
            continue
        table = re.search(r" ON public\.(\S+) ", statement)
        if table:  # too long a name holds a hash of the table's name
            statement = statement.replace("idx_%s_" % hashlib.md5(
                table.group(1).encode()).hexdigest()[:12], "idx_%s_" % table.group(1))
        statement = statement.replace(model_suffix, "_MODEL")
        found.append(re.sub(r"vector\(%d\)" % dimension, "vector(D)", statement))
    return set(found)


def compare_schema(reference, model, dimension):
    with open(reference, encoding="utf-8") as file:
        expected = statements(file.read(), 8, suffix("BAAI/bge-m3", 8))
    dump = subprocess.run(["pg_dump", "-s", "-O", "-x", "-n", "public", "-T",
                           "hybridrag_migration_jobs"], stdout=subprocess.PIPE, check=True)
    found = statements(dump.stdout.decode(), dimension, suffix(model, dimension))
    for statement in sorted(expected - found):
        fault("LightRAG has: %s" % statement)
    for statement in sorted(found - expected):
        fault("LightRAG hasn't: %s" % statement)
    return len(expected)


def main(arguments):
    if len(arguments) == 4 and arguments[0] == "--schema":
        print("# %d statements" % compare_schema(arguments[1], arguments[2], int(arguments[3])))
        return 1 if faults else 0
    if len(arguments) < 2 or any("=" not in side for side in arguments[1:]):
        print(__doc__, file=sys.stderr)
        return 2

    def suffix_of(dimension):
        return suffix(arguments[0], dimension)

    sides = {}
    for side in arguments[1:]:
        directory, _, workspace = side.rpartition("=")
        sides[workspace] = expect(directory, suffix_of)
    print("# %d rows" % compare_workspaces(sides))
    compare_views(sides, suffix_of)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
