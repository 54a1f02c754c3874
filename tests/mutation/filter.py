#!/usr/bin/env python3
"""filter.py COUNT SEED EXPECTED: faults on the way: a filter of records between hr-extract and hr-transform.

Of each store so many records are dropped, as many get another id, another value of one member and,
where there is one, another vector. EXPECTED becomes the lines that hr-verify is to print of them.
"""
import base64
import random
import sys

from records import dump, load

count, seed, expected = int(sys.argv[1]), sys.argv[2], open(sys.argv[3], 'w', encoding='utf-8', newline='')
rng = random.Random(f'filter {seed}')
NEVER = {'_id', '__id__', 'entity_id'}  # copies of the id, which hr would reject
ENDS = ('source', 'target')


def words(record):
    return ' – '.join(f'"{record[name]}"' for name in (('id',) if 'id' in record else ENDS))


def drop(record):
    print(f'missing: {record["store"]} {words(record)}', file=expected)
    return []


def rekey(record):
    print(f'missing: {record["store"]} {words(record)}', file=expected)
    last = 'id' if 'id' in record else 'target'
    record[last] += 'x'
    for name in NEVER & set(record['value']):
        record['value'][name] = record[last]
    shown = record if 'id' in record else dict(zip(ENDS, sorted((record[name] for name in ENDS), key=str.encode)))
    print(f'extra: {record["store"]} {words({**record, **shown})}', file=expected)
    return [record]


def change(record):
    texts = [name for name, value in record['value'].items()
             if type(value) is str and name not in NEVER and not name.endswith('ed_at')]
    if not texts:
        texts = [name for name, value in record['value'].items() if type(value) is list]
    name = rng.choice(texts)
    record['value'][name] += 'x' if type(record['value'][name]) is str else ['x']
    print(f'changed: {record["store"]} {words(record)}: {name}', file=expected)
    return [record]


def flip(record):
    floats = bytearray(base64.b64decode(record['vector']))
    floats[4 * rng.randrange(len(floats) // 4) + rng.randrange(3)] ^= 1 << rng.randrange(7)
    record['vector'] = base64.b64encode(floats).decode()
    print(f'changed: {record["store"]} {words(record)}: vector', file=expected)
    return [record]


chosen = {}
for line in sys.stdin:
    record = load(line)
    if record['kind'] == 'begin':
        for store in record['stores']:
            kinds = [drop, rekey, change] + [flip] * (store['shape'] == 'vector')
            rows = rng.sample(range(1, int(store['count']) + 1), count * len(kinds))
            chosen.update({(store['store'], row): kinds[i // count] for i, row in enumerate(rows)})
    fault = chosen.get((record.get('store'), int(record.get('seq', 0))))
    if fault is None:
        sys.stdout.write(line)
    else:
        for one in fault(record):
            print(dump(one))
