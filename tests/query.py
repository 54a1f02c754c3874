#!/usr/bin/env python3
"""Judges hr-query's answers over LightRAG's files with a reading of its own: exact cosine
distances by Python's floats, Okapi BM25, entities and edges of the GraphML.

usage: query.py DIR similar STORE ID | text WORDS | entity NAME | neighbors NAME  <ANSWER.json

Prints nothing and exits 0 if the answer, hr-query's JSON, is right.
"""
import base64, json, math, struct, sys, unicodedata
import xml.etree.ElementTree as tree


def vectors(directory, store):
    content = json.load(open(f"{directory}/{store}.json", encoding="utf-8"))
    raw, size = base64.b64decode(content["matrix"]), content["embedding_dim"]
    return [(record["__id__"], struct.unpack_from(f"<{size}f", raw, 4 * size * i), record)
            for i, record in enumerate(content["data"])]


def distance(a, b):
    return 1 - sum(x * y for x, y in zip(a, b)) / math.sqrt(
        sum(x * x for x in a) * sum(x * x for x in b))


def similar(directory, store, identity):
    records = vectors(directory, store)
    wanted = next(vector for name, vector, _ in records if name == identity)
    found = [(distance(wanted, vector), name) for name, vector, _ in records if name != identity]
    return sorted(found, key=lambda hit: (hit[0], hit[1].encode()))


def alone(c):
    return 0x3040 <= ord(c) <= 0x9FFF or 0xAC00 <= ord(c) <= 0xD7AF


def letter(c):
    return c.isalnum() or unicodedata.category(c)[0] == "M"


def words(text):
    word, found = "", []
    for c in text + " ":
        if alone(c) or not letter(c):
            found += [word] if word else []
            found += [c] if alone(c) else []
            word = ""
        else:
            word += c.lower()[0]
    return found


def text(directory, query):
    chunks = {name: words(record["content"]) for name, _, record in vectors(directory, "vdb_chunks")}
    average = sum(map(len, chunks.values())) / len(chunks)
    terms = list(dict.fromkeys(words(query)))
    holding = {term: sum(term in chunk for chunk in chunks.values()) for term in terms}
    found = []
    for name, chunk in chunks.items():
        if not set(terms) & set(chunk):
            continue
        score = 0
        for term in terms:
            rare = math.log(1 + (len(chunks) - holding[term] + 0.5) / (holding[term] + 0.5))
            here = chunk.count(term)
            score += rare * here * 2.2 / (here + 1.2 * (0.25 + 0.75 * len(chunk) / average))
        found.append((score, name))
    return sorted(found, key=lambda hit: (-hit[0], hit[1].encode()))


def graph(directory):
    space = "{http://graphml.graphdrawing.org/xmlns}"
    return tree.parse(f"{directory}/graph_chunk_entity_relation.graphml").getroot(), space


def neighbors(directory, name):
    root, space = graph(directory)
    edges = {tuple(sorted((edge.get("source"), edge.get("target")), key=str.encode))
             for edge in root.iter(space + "edge") if name in (edge.get("source"), edge.get("target"))}
    return sorted(edges, key=lambda ends: (ends[0].encode(), ends[1].encode()))


def main():
    directory, form, *rest = sys.argv[1:]
    answer = json.load(sys.stdin)
    results = answer["results"]
    if form == "neighbors":
        assert [(hit["source"], hit["target"]) for hit in results] == neighbors(directory, *rest), results
        return
    if form == "entity":
        root, space = graph(directory)
        assert [hit["id"] for hit in results] == [n.get("id") for n in root.iter(space + "node") if n.get("id") == rest[0]]
        return
    expected = (similar if form == "similar" else text)(directory, *rest)[:len(results)]
    assert results, "nothing was found"
    for hit, (rank, name) in zip(results, expected, strict=True):
        got = hit["distance" if form == "similar" else "score"]
        assert hit["id"] == name and math.isclose(got, rank, rel_tol=1e-9, abs_tol=1e-9), (hit, rank, name)


main()
