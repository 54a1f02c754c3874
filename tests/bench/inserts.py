#!/usr/bin/env python3
"""The way that hr replaces, for the bench: the files are parsed whole, and their records go
into LightRAG's tables by INSERT ... ON CONFLICT DO UPDATE, embeddings as text.

usage: inserts.py rows|batches DIRECTORY URI SUFFIX

rows      one INSERT a record, each a transaction (HybridRAG's staged migration)
batches   executemany, 100 records a transaction (HybridRAG's direct migration)

The tables are there, empty. Only what decides about time is as it was there: which columns
are filled is simpler here, so that less is written than hr writes.
"""
import asyncio
import base64
import datetime
import json
import struct
import sys
import xml.etree.ElementTree as ElementTree

import asyncpg

BATCH = 100
WORKSPACE = "default"
GRAPH = "{http://graphml.graphdrawing.org/xmlns}"


def load(directory, store):
    with open(f"{directory}/{store}.json", encoding="utf-8") as file:
        return json.load(file)


def time(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).replace(tzinfo=None)


def values(directory, store, *members):
    """Of a key-value file: id and members; lists and objects as JSON."""
    for key, value in load(directory, store).items():
        yield [key] + [json.dumps(value[name]) if isinstance(value[name], (list, dict)) else value[name]
                       for name in members]


def vectors(directory, store, *members):
    """Of a vector file: id, members, the creation time, and the embedding as pgvector's text."""
    content = load(directory, store)
    size = content["embedding_dim"]
    matrix = base64.b64decode(content["matrix"])
    for index, record in enumerate(content["data"]):
        row = struct.unpack_from(f"<{size}f", matrix, index * size * 4)
        yield [record["__id__"]] + [record.get(name) for name in members] + \
            [time(record["__created_at__"]), "[" + ",".join(map(str, row)) + "]"]


def graph(directory, element, *attributes):
    root = ElementTree.parse(f"{directory}/graph_chunk_entity_relation.graphml").getroot()
    names = {key.get("id"): key.get("attr.name") for key in root.iter(GRAPH + "key")}
    for item in root.iter(GRAPH + element):
        properties = {names[data.get("key")]: data.text for data in item.iter(GRAPH + "data")}
        yield ["graph"] + [item.get(name) for name in attributes] + [json.dumps(properties)]


def tables(directory, suffix):
    """Table, key columns, other columns (with their casts), rows."""
    kv, vector = values, vectors
    yield ("lightrag_doc_full", ["id"], ["content", "doc_name"],
           kv(directory, "kv_store_full_docs", "content", "file_path"))
    yield ("lightrag_doc_chunks", ["id"], ["tokens", "content", "chunk_order_index", "full_doc_id", "file_path"],
           kv(directory, "kv_store_text_chunks", "tokens", "content", "chunk_order_index", "full_doc_id", "file_path"))
    yield ("lightrag_llm_cache", ["id"], ["return_value", "cache_type", "chunk_id", "original_prompt"],
           kv(directory, "kv_store_llm_response_cache", "return", "cache_type", "chunk_id", "original_prompt"))
    yield ("lightrag_full_entities", ["id"], ["entity_names", "count"],
           kv(directory, "kv_store_full_entities", "entity_names", "count"))
    yield ("lightrag_full_relations", ["id"], ["relation_pairs", "count"],
           kv(directory, "kv_store_full_relations", "relation_pairs", "count"))
    for name in "entity", "relation":
        yield (f"lightrag_{name}_chunks", ["id"], ["chunk_ids", "count"],
               kv(directory, f"kv_store_{name}_chunks", "chunk_ids", "count"))
    yield (f"lightrag_vdb_chunks_{suffix}", ["id"], ["content", "full_doc_id", "file_path", "create_time", "content_vector"],
           vector(directory, "vdb_chunks", "content", "full_doc_id", "file_path"))
    yield (f"lightrag_vdb_entity_{suffix}", ["id"], ["content", "entity_name", "file_path", "create_time", "content_vector"],
           vector(directory, "vdb_entities", "content", "entity_name", "file_path"))
    yield (f"lightrag_vdb_relation_{suffix}", ["id"],
           ["content", "source_id", "target_id", "file_path", "create_time", "content_vector"],
           vector(directory, "vdb_relationships", "content", "src_id", "tgt_id", "file_path"))
    yield "lightrag_graph_nodes", ["namespace", "id"], ["properties"], graph(directory, "node", "id")
    yield ("lightrag_graph_edges", ["namespace", "src_id", "tgt_id"], ["properties"],
           graph(directory, "edge", "source", "target"))
    yield ("lightrag_doc_status", ["id"], ["status", "content_summary", "content_length", "chunks_count", "chunks_list"],
           kv(directory, "kv_store_doc_status", "status", "content_summary", "content_length", "chunks_count",
              "chunks_list"))


def statement(table, keys, columns):
    every = ["workspace"] + keys + columns
    places = [f"${i + 1}" + ("::text::vector" if name == "content_vector" else "") for i, name in enumerate(every)]
    updates = [f"{name} = excluded.{name}" for name in columns]
    return (f'INSERT INTO "{table}" ({", ".join(every)}) VALUES ({", ".join(places)}) '
            f'ON CONFLICT (workspace, {", ".join(keys)}) DO UPDATE SET {", ".join(updates)}')


async def write(connection, way, sql, rows):
    batch = []
    for row in rows:
        if way == "rows":
            await connection.execute(sql, WORKSPACE, *row)
            continue
        batch.append([WORKSPACE] + row)
        if len(batch) == BATCH:
            await connection.executemany(sql, batch)
            batch = []
    if batch:
        await connection.executemany(sql, batch)


async def main(way, directory, uri, suffix):
    connection = await asyncpg.connect(uri)
    for table, keys, columns, rows in tables(directory, suffix):
        await write(connection, way, statement(table, keys, columns), rows)
    await connection.close()


if len(sys.argv) != 5 or sys.argv[1] not in ("rows", "batches"):
    sys.exit(__doc__)
asyncio.run(main(*sys.argv[1:]))
