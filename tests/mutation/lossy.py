#!/usr/bin/env python3
"""lossy.py FROM TO: a copy of a LightRAG directory with what the tables don't keep as it is.

Each record lacks another of its members and has one that nobody knows. Prints how often each is
to be counted as lost: STORE.MEMBER COUNT.
"""
import collections
import os
import shutil
import sys

from records import dump, load

source, target = sys.argv[1:]
shutil.copytree(source, target)
counts = collections.Counter()
for name in sorted(os.listdir(source)):
    store = name.removesuffix('.json')
    if store == name:
        continue  # the graph's attributes are all kept
    with open(os.path.join(source, name), encoding='utf-8', newline='') as file:
        content = load(file.read())
    records = content['data'] if 'data' in content else list(content.values())
    for i, record in enumerate(records):
        members = [member for member in record if member not in ('__id__', '_id', 'vector')]
        lost = members[i % len(members)]
        del record[lost]
        record['unheard_of'] = [i]
        counts[store, lost] += 1
        counts[store, 'unheard_of'] += 1
    with open(os.path.join(target, name), 'w', encoding='utf-8', newline='') as file:
        file.write(dump(content))
for (store, member), count in sorted(counts.items()):
    # Of document states the offset of a time that is there is lost as well.
    if store != 'kv_store_doc_status' or not member.endswith('ed_at'):
        print(f'{store}.{member} {count}')
