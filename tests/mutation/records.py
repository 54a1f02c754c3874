#!/usr/bin/env python3
"""records.py DIRECTORY ROWS SEED: a LightRAG directory in which every store has so many records and
every member is there.

The same number and seed make the same directory. Texts are of the kind that gets damaged on
the way: accents in both normal forms, quotes, line ends, blanks at the edges, other alphabets.
"""
import base64
import json
import os
import random
import struct
import sys
import zlib
from xml.sax.saxutils import escape, quoteattr

DIMENSION = 24
WORDS = ['a tree', 'Ødegård', 'café', 'cafe\u0301', '"quoted"', 'back\\slash', '100%', '日本語', 'naïve',
         'nai\u0308ve', '😀', 'Straße', '$1', 'x < y & z', "it's", 'ﬁn', 'Ελλάδα', 'tab\there', 'line\nbreak']
EPOCH = 1795233449


class Maker:
    def __init__(self, rows, seed):
        self.random = random.Random(f'records {seed}')
        self.rows = rows
        # No two begin alike: a key is named by its first 200 bytes.
        self.names = [f'{i} {self.text(2, forbidden=chr(10) + chr(9))}' for i in range(rows)]
        self.documents = [f'doc-{self.hex()}' for _ in range(rows)]
        self.chunks = [f'{document}-chunk-000' for document in self.documents]
        pairs = self.random.sample([(i, j) for i in range(rows) for j in range(i + 1, min(i + 9, rows))], rows)
        self.pairs = [tuple(self.random.sample((self.names[i], self.names[j]), 2)) for i, j in pairs]

    def hex(self):
        return f'{self.random.getrandbits(128):032x}'

    def text(self, words, forbidden=''):
        chosen = [self.random.choice(WORDS) for _ in range(words)]
        text = ' '.join(['a', *chosen, 'z', *self.random.choice([[], ['']])])
        return ''.join(c for c in text if c not in forbidden)

    def time(self):
        return EPOCH + self.random.randrange(10_000_000)

    def iso(self):
        tail = self.random.choice(['', 'Z', '+00:00', '+02:00', '-03:30'])
        return f'2026-{self.random.randrange(1, 13):02}-{self.random.randrange(1, 29):02}T' \
            f'{self.random.randrange(24):02}:{self.random.randrange(60):02}:00.{self.random.randrange(1, 10**6):06}{tail}'

    def some(self, items, least=2, most=4):
        return self.random.sample(items, self.random.randint(least, most))

    def number(self):
        return Raw(self.random.choice(['1.0', '1', '-0.5', '12345678901234567891', '98765432109876543210', '40000000000000000.5', '1e16',
                                       '0.10', '7', '2.5e-3']))

    def tree(self):
        """An object with members of every kind."""
        return {'text': self.text(2), 'number': self.number(), 'whole': Raw(str(self.random.randrange(10**12))),
                'true': self.random.choice([True, False]), 'nothing': None, 'list': self.some(self.names),
                'pairs': [self.some(self.names, 2, 2), self.some(self.names, 2, 2)], 'empty': [], 'none': {},
                'deep': {'inner': {'text': self.text(1), 'number': self.number()}}}

    def kv(self, key, **members):
        created = self.time()
        updated = self.random.choice([created, self.time()])  # most are never updated
        return key, {**members, 'create_time': created, 'update_time': updated, '_id': key}

    def stores(self):
        each = range(self.rows)
        yield 'full_docs', [self.kv(
            self.documents[i], content=self.text(8) + '\r\n' + self.text(3), file_path=f'{i}/{self.text(1)}.txt',
            parse_format='lightrag', content_hash=self.hex(), sidecar_location=f'file:///{self.text(1)}',
            process_options=self.text(1), chunk_options=self.tree(), parse_engine=self.text(1)) for i in each]
        yield 'text_chunks', [self.kv(
            self.chunks[i], tokens=self.random.randrange(1, 2000), content=self.text(6),
            chunk_order_index=self.random.randrange(100), full_doc_id=self.documents[i],
            file_path=f'{i}/{self.text(1)}.txt', llm_cache_list=self.some(self.names), heading=self.tree(),
            sidecar=self.tree()) for i in each]
        yield 'llm_response_cache', [self.kv(
            f'default:extract:{self.hex()}', **{'return': self.text(5)}, cache_type=self.text(1), chunk_id=self.chunks[i],
            original_prompt=self.text(7), queryparam=self.tree()) for i in each]
        yield 'full_entities', [self.kv(
            self.documents[i], entity_names=self.some(self.names), count=self.random.randrange(1, 100)) for i in each]
        yield 'full_relations', [self.kv(
            self.documents[i], relation_pairs=[list(pair) for pair in self.some(self.pairs)],
            count=self.random.randrange(1, 100)) for i in each]
        yield 'entity_chunks', [self.kv(
            self.names[i], chunk_ids=self.some(self.chunks), count=self.random.randrange(1, 100)) for i in each]
        yield 'relation_chunks', [self.kv(
            '<SEP>'.join(sorted(self.pairs[i])), chunk_ids=self.some(self.chunks),
            count=self.random.randrange(1, 100)) for i in each]
        yield 'doc_status', [(self.documents[i], {
            'status': self.random.choice(['processed', 'failed', 'pending']), 'content_summary': self.text(3),
            'content_length': self.random.randrange(10**6), 'created_at': self.iso(), 'updated_at': self.iso(),
            'file_path': f'{i}/{self.text(1)}.txt', 'track_id': self.text(1), 'content_hash': self.hex(),
            'metadata': self.tree(), 'chunks_count': self.random.randrange(1, 1000),
            'chunks_list': self.some(self.chunks), 'error_msg': self.text(2)}) for i in each]

    def vector_stores(self):
        def record(key, **members):
            return {'__id__': key, '__created_at__': self.time(), **members}

        def sources():
            return '<SEP>'.join(self.some(self.chunks))
        each = range(self.rows)
        yield 'chunks', [record(self.chunks[i], full_doc_id=self.documents[i], content=self.text(6),
                                file_path=f'{i}/{self.text(1)}.txt') for i in each]
        yield 'entities', [record(f'ent-{self.hex()}', entity_name=self.names[i], content=self.text(6),
                                  source_id=sources(), file_path=f'{i}/{self.text(1)}.txt') for i in each]
        yield 'relationships', [record(f'rel-{self.hex()}', src_id=self.pairs[i][0], tgt_id=self.pairs[i][1],
                                       content=self.text(6), source_id=sources(),
                                       file_path=f'{i}/{self.text(1)}.txt') for i in each]

    def attributes(self, more):
        return {**more, 'description': self.text(6), 'source_id': '<SEP>'.join(self.some(self.chunks)),
                'file_path': self.text(1), 'truncate': self.random.choice(['', 'FIFO 200/350']),
                'created_at': str(self.time())}

    def graph(self):
        nodes = [({'id': name}, self.attributes({'entity_id': name, 'entity_type': self.text(1)})) for name in self.names]
        edges = [({'source': one, 'target': two}, self.attributes(
            {'weight': self.random.choice(['1.0', '2.5', '10.0', '0.1']), 'keywords': self.text(2)}))
            for one, two in self.pairs]
        return nodes, edges


class Raw(str):
    """A number, by its text."""


def dump(value):
    """JSON with numbers as they are spelt; json.loads with parse_int and parse_float = Raw reads it."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return '{' + ', '.join(f'{json.dumps(name, ensure_ascii=False)}: {dump(item)}' for name, item in value.items()) + '}'
    if isinstance(value, list):
        return '[' + ', '.join(map(dump, value)) + ']'
    return json.dumps(value, ensure_ascii=False)


def load(text):
    return json.loads(text, parse_int=Raw, parse_float=Raw)


def graphml(nodes, edges):
    types = {'weight': 'double', 'created_at': 'long'}
    keys, body = {}, []
    for kind, elements in (('node', nodes), ('edge', edges)):
        for ends, attributes in elements:
            body.append(f'<{kind} ' + ' '.join(f'{name}={quoteattr(end)}' for name, end in ends.items()) + '>')
            for name, value in attributes.items():
                key = keys.setdefault((kind, name), f'd{len(keys)}')
                body.append(f'  <data key="{key}">{escape(value)}</data>')
            body.append(f'</{kind}>')
    head = [f'<key id="{key}" for="{kind}" attr.name="{name}" attr.type="{types.get(name, "string")}"/>'
            for (kind, name), key in keys.items()]
    return '\n'.join(["<?xml version='1.0' encoding='utf-8'?>", '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
                      *head, '<graph edgedefault="undirected">', *body, '</graph></graphml>', ''])


def generate(directory, rows, seed):
    maker = Maker(rows, seed)
    os.makedirs(directory)

    def write(name, text):
        with open(os.path.join(directory, name), 'w', encoding='utf-8', newline='') as file:
            file.write(text)
    for name, records in maker.stores():
        write(f'kv_store_{name}.json', dump(dict(records)))
    for name, records in maker.vector_stores():
        matrix = b''
        for record in records:
            floats = [maker.random.gauss(0, 0.2) for _ in range(DIMENSION)]
            matrix += struct.pack(f'<{DIMENSION}f', *floats)
            record['vector'] = base64.b64encode(zlib.compress(struct.pack(f'<{DIMENSION}e', *floats))).decode()
        write(f'vdb_{name}.json', dump({'embedding_dim': DIMENSION, 'data': records,
                                        'matrix': base64.b64encode(matrix).decode()}))
    write('graph_chunk_entity_relation.graphml', graphml(*maker.graph()))


if __name__ == '__main__':
    generate(sys.argv[1], int(sys.argv[2]), sys.argv[3])
