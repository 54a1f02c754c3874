"""All that LightRAG finds in a workspace, by its own functions, a fact a line.

Both kinds of storage, files and PostgreSQL, are read in the same way and give the same lines, so that
`diff` compares them. The few members in which LightRAG itself reads them differently are named
here, each with its reason; nothing else is left out or made alike.
"""

import base64
import dataclasses
import json

import numpy

from lightrag import QueryParam
from lightrag.base import DocStatus
from lightrag.kg.postgres_impl import namespace_to_table_name

MODES = ("local", "global", "hybrid", "mix", "naive")


def say(**fact):
    print(json.dumps(fact, ensure_ascii=False, sort_keys=True), flush=True)


async def read(rag, questions):
    """Prints the contents of every store, what each question finds, and the answers."""
    in_files = rag.kv_storage == "JsonKVStorage"
    for store in (rag.full_docs, rag.text_chunks, rag.llm_response_cache, rag.full_entities,
                  rag.full_relations, rag.entity_chunks, rag.relation_chunks):
        await read_key_value(store, in_files)
    await read_statuses(rag.doc_status)
    await read_graph(rag.chunk_entity_relation_graph)
    for store in (rag.chunks_vdb, rag.entities_vdb, rag.relationships_vdb):
        await read_vectors(store, in_files)
        for question in questions:
            await search(store, question)
    if in_files:
        answer_as_tables(rag.chunk_entity_relation_graph, rag.chunks_vdb)
    for question in questions:
        for mode in MODES:
            await ask(rag, question, mode)


# --- keys and values ---------------------------------------------------------------------

# A table has its columns in every row; a file may lack the member.
IF_MISSING = {
    "full_docs": {"sidecar_location": None, "content_hash": None, "process_options": None,
                  "chunk_options": {}, "parse_format": "raw", "parse_engine": None, "file_path": ""},
    "text_chunks": {"llm_cache_list": [], "heading": {}, "sidecar": {}},
    "llm_response_cache": {"queryparam": None, "chunk_id": None},
}
# Of chunks inserted by hand: the tables have no column for it, nor does LightRAG write it there.
NO_COLUMN = {"text_chunks": ("source_id", "status")}


async def read_key_value(store, in_files):
    times = None if in_files else await times_of(store)
    keys = sorted(store._data if in_files else times)
    for key, value in zip(keys, await store.get_by_ids(keys), strict=True):
        assert alike(value, await store.get_by_id(key)), f"get_by_id and get_by_ids differ: {key}"
        value = {**IF_MISSING.get(store.namespace, {}), **value}
        # Both repeat the key, each under a name of its own, the files not always.
        assert value.pop("_id", key) == value.pop("id", key) == key, f"another key in the value: {key}"
        if store.namespace == "llm_response_cache":  # PostgreSQL gives it under two names
            assert value.pop("return_value", value["return"]) == value["return"], key
        if store.namespace == "full_docs" and not in_files:  # read by LightRAG without its times
            value.update(times[key])
        for member in NO_COLUMN.get(store.namespace, ()):
            value.pop(member, None)
        # LightRAG loses this time when it rewrites the row in a file; hr takes the other for it.
        value["create_time"] = value.get("create_time") or value["update_time"]
        say(store=store.namespace, key=key, value=value)


def alike(one, other):
    # Only the files' functions give the key, and not both of them.
    return {**one, "_id": 0} == {**other, "_id": 0}


async def times_of(store):
    """Of PostgreSQL only: the keys, for which LightRAG has no function, and the times of each."""
    rows = await store.db.query(
        "SELECT id, extract(epoch from create_time)::bigint AS create_time,"
        " extract(epoch from update_time)::bigint AS update_time"
        f" FROM {namespace_to_table_name(store.namespace)} WHERE workspace = $1",
        [store.workspace], multirows=True)
    return {row.pop("id"): row for row in map(dict, rows)}


async def read_statuses(store):
    found = await store.get_docs_by_statuses(list(DocStatus), strict=True)
    for key, status in sorted(found.items()):
        say(store="doc_status", key=key, value=dataclasses.asdict(status))
        single = await store.get_by_id(key)
        for member in ("status", "chunks_list", "created_at", "updated_at", "content_length"):
            assert single[member] == getattr(status, member), f"get_by_id differs: {key}: {member}"
    say(status_counts={status: n for status, n in (await store.get_status_counts()).items() if n})


# --- the graph ---------------------------------------------------------------------------

async def read_graph(graph):
    # GraphML has no empty strings: NetworkX reads them back as missing.
    def present(properties):
        return {name: value for name, value in properties.items() if value != ""}

    nodes = sorted(await graph.get_all_nodes(), key=lambda node: node["id"])
    for node in nodes:
        name = node["id"]
        say(node=name, properties=present(node), degree=await graph.node_degree(name),
            neighbours=sorted(other for _, other in await graph.get_node_edges(name)))
        assert present(await graph.get_node(name)) == present({**node, "id": ""}), f"get_node differs: {name}"
    # An edge has no direction; either end may be called the source.
    for edge in sorted(await graph.get_all_edges(), key=lambda edge: sorted((edge["source"], edge["target"]))):
        ends = sorted((edge.pop("source"), edge.pop("target")))
        say(edge=ends, properties=present(edge), degree=await graph.edge_degree(*ends))
        for one, other in (ends, reversed(ends)):
            assert present(await graph.get_edge(one, other)) == present(edge), f"get_edge differs: {ends}"
    say(labels=sorted(await graph.get_all_labels()))
    whole = await graph.get_knowledge_graph("*", max_nodes=len(nodes) + 1)
    say(knowledge_graph=[sorted(node.id for node in whole.nodes),
                         sorted(sorted((edge.source, edge.target)) for edge in whole.edges), whole.is_truncated])


# --- vectors -----------------------------------------------------------------------------

# PostgreSQL has other names for a relation's ends, and chunk ids as an array. For chunks it also has
# two columns of text_chunks, which the test compares with those.
AS_IN_FILES = {"source_id": "src_id", "target_id": "tgt_id"}
MEMBERS = {
    "chunks": ("full_doc_id", "content", "file_path", "created_at"),
    "entities": ("entity_name", "content", "source_id", "file_path", "created_at"),
    "relationships": ("src_id", "tgt_id", "source_id", "content", "file_path", "created_at"),
}
IDENTITY = {"chunks": ("id",), "entities": ("entity_name",), "relationships": ("src_id", "tgt_id")}


async def read_vectors(store, in_files):
    vectors = matrix_rows(store) if in_files else await table_rows(store)
    keys = sorted(vectors)
    for key, record in zip(keys, await store.get_by_ids(keys), strict=True):
        assert record == await store.get_by_id(key), f"get_by_id and get_by_ids differ: {key}"
        if not in_files:
            record = {AS_IN_FILES.get(name, name): value for name, value in record.items()}
            record["source_id"] = "<SEP>".join(record.get("chunk_ids") or ())
        record["source_id"] = record.get("source_id") or None  # no chunks: NULL in a table
        say(vectors=store.namespace, key=key, vector=vectors[key].astype(">f4").tobytes().hex(),
            value={name: record.get(name) for name in MEMBERS[store.namespace]})
    assert sorted(await store.get_vectors_by_ids(keys)) == keys, "get_vectors_by_ids finds others"


def matrix_rows(store):
    """From the file, since LightRAG normalizes what it loads once more, and get_vectors_by_ids
    decodes a copy in half precision."""
    with open(store._client_file_name, encoding="utf-8") as file:
        saved = json.load(file)
    matrix = numpy.frombuffer(base64.b64decode(saved["matrix"]), dtype="<f4")
    matrix = matrix.reshape(len(saved["data"]), saved["embedding_dim"])
    return {record["__id__"]: row for record, row in zip(saved["data"], matrix, strict=True)}


async def table_rows(store):
    rows = await store.db.query(
        f"SELECT id FROM {store.table_name} WHERE workspace = $1", [store.workspace], multirows=True)
    found = await store.get_vectors_by_ids([row["id"] for row in rows])
    return {key: numpy.array(vector, dtype=numpy.float32) for key, vector in found.items()}


async def search(store, question):
    """The ten nearest, in their order."""
    embedding = (await store.embedding_func([question], context="query"))[0]
    found = await store.query(question, top_k=10, query_embedding=embedding)
    say(search=store.namespace, question=question,
        found=[{name: hit[name] for name in (*IDENTITY[store.namespace], "created_at")} for hit in found])


# --- questions ---------------------------------------------------------------------------

def answer_as_tables(graph, chunks):
    """Lets the files answer as PostgreSQL does in the two things that decide in which order equals
    stand in a context, and which of them is the last that fits: an entity's neighbours come by name,
    not as they came into the graph; a chunk's vector is the one that was searched, not its copy in
    half precision."""
    neighbours, vectors = graph.get_nodes_edges_batch, matrix_rows(chunks)

    async def by_name(names):
        return {name: sorted(edges) for name, edges in (await neighbours(names)).items()}

    async def exact(ids):
        return {key: vectors[key].tolist() for key in ids if key in vectors}

    graph.get_nodes_edges_batch, chunks.get_vectors_by_ids = by_name, exact


async def ask(rag, question, mode):
    context = await rag.aquery(question, QueryParam(mode=mode, only_need_context=True))
    say(context=mode, question=question, found=context)
    say(answer=mode, question=question, found=await rag.aquery(question, QueryParam(mode=mode)))
