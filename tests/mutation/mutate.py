#!/usr/bin/env python3
"""Plants faults in a loaded database and holds what hr-verify says against them.

    mutate.py [--positions N] [--single N] [--seed N] SOURCE TARGET

Each kind of fault is planted at N rows of every column and JSON member (plan.py, faults.py), many
at once in different rows: hr-verify must exit 1, name each key and member, and nothing else, and
count rightly. Then so many faults by themselves. PGHOST … say where; the schema public is LightRAG's.
"""
import argparse
import collections
import json
import random
import subprocess

from database import open_tables, psql
from plan import Planner

# Filled by a finishing step and checked as a whole: planted by themselves.
FILLED = {('vdb_chunks', 'tokens'), ('vdb_chunks', 'chunk_order_index')}
failures = 0


def report(good, name, *words):
    global failures
    failures += not good
    print(('ok ' if good else 'not ok ') + name, *(f'# {word}' for word in (() if good else words)), sep='\n', flush=True)


def verify(options, limit):
    done = subprocess.run(['hr-verify', '--json', '--limit', str(limit), options.source, options.target], text=True,
                          check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, json.loads(done.stdout) if done.stdout else {'checks': [], 'differences': []}, done.stderr


def key_words(key):
    return ' – '.join(f'"{part}"' for part in key)


def plant(faults):
    tables = {fault.table.name: fault.table for fault in faults}
    script = ''
    for name, table in tables.items():
        mine = [fault for fault in faults if fault.table is table]
        script += ''.join(table.double(row) for fault in mine for row in fault.doubled)
        script += ''.join(table.delete(row) for fault in mine for row in fault.deleted)
        script += ''.join(table.turn(row) for fault in mine for row in fault.turned)
        script += table.set([change for fault in mine for change in fault.changes])
    psql(f'begin;\n{script}commit;')
    return tables


def counts_of(checks):
    """{store: (missing, extra, changed)} of the checks that failed."""
    counts = {}
    for check in checks:
        if check['name'].startswith('Records of ') and not check['passed']:
            counts[check['store']] = tuple(int(part.split()[0]) for part in check['differences'].split(', '))
    return counts


def judge(faults, status, found):
    """Words for whatever was not as planted."""
    wanted, counts = {}, collections.defaultdict(lambda: [0, 0, 0])
    for fault in faults:
        for kind, key, members in fault.expected:
            wanted[kind, fault.table.store, key_words(key)] = members, fault
            counts[fault.table.store][('missing', 'extra', 'changed').index(kind)] += 1
    words = [] if status == 1 else [f'exit status {status}']
    for one in found['differences']:
        members, fault = None, None
        for key in one['key'], ' – '.join(reversed(one['key'].split(' – '))):
            if (one['difference'], one['store'], key) in wanted:
                members, fault = wanted.pop((one['difference'], one['store'], key))
                break
        if fault is None:
            words.append(f'not planted: {one}')
        elif members != one['members'] and (members != '*' or not one['members']):
            words.append(f'{fault.place}: {fault.kind}: expected {members}: {one}')
    words += [f'not found: {fault.place}: {fault.kind}: {one}' for one, (_, fault) in wanted.items()]
    if {store: tuple(count) for store, count in counts.items()} != counts_of(found['checks']):
        words.append(f'counts: expected {dict(counts)}, but was {counts_of(found["checks"])}')
    return words


def run(options, faults, name):
    tables = plant(faults)
    status, found, said = verify(options, 2 * len(faults) + 1000)
    words = judge(faults, status, found)
    psql(''.join(table.restore() for table in tables.values()))
    report(not words, name, *words[:12], f'{len(words)} in all', said)
    return words


def run_filled(options, tables, planner):
    """The columns that a finishing step fills: exactly as many rows differ as were changed."""
    chunks = next(table for table in tables if table.store == 'vdb_chunks')
    for _, column in sorted(FILLED):
        planner.batches, planner.uses[chunks.name] = [], [0] * len(chunks.rows)
        planner.plan_column(chunks, column)
        for number, faults in enumerate(planner.batches):
            plant(faults)
            status, found, _ = verify(options, 1)
            rows = {chunks.key_of(row) for fault in faults for row in fault.rows}
            check = next(check for check in found['checks'] if check['name'].startswith('Filled columns'))
            words = check['differences'] or 'no difference'
            psql(chunks.restore())
            report(status == 1 and words.startswith(f'{len(rows)} rows differ (') and not found['differences'],
                   f'{chunks.name}.{column}: batch {number}: {len(rows)} rows', f'status {status}', words)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--positions', type=int, default=100)
    parser.add_argument('--single', type=int, default=0)
    parser.add_argument('--seed', default='1')
    parser.add_argument('source')
    parser.add_argument('target')
    options = parser.parse_args()
    tables = open_tables()
    status, found, said = verify(options, 20)
    report(status == 0, 'before any fault', said, found['differences'])
    planner = Planner(tables, options.positions, options.seed)
    planner.plan_all(FILLED)
    batches, total = planner.batches, 0
    for number, faults in enumerate(batches):
        total += len(faults)
        run(options, faults, f'batch {number}: {len(faults)} faults are named, and nothing else')
    rng = random.Random(f'singles {options.seed}')
    every = [fault for faults in batches for fault in faults]
    rng.shuffle(every)
    first = {}  # one of each place, in a random order
    for fault in every:
        first.setdefault((fault.place, fault.kind) if options.single > len(planner.places) else fault.place, fault)
    for fault in list(first.values())[:options.single]:
        run(options, [fault], f'alone: {fault.place}: {fault.kind}')
    run_filled(options, tables, planner)
    status, found, said = verify(options, 20)
    report(status == 0, 'after all faults', said, found['differences'])
    report(not planner.short, f'at {options.positions} rows each (seed {options.seed})', *planner.short)
    nowhere = [kind for kind, count in planner.kinds.items() if count == 0]
    nothing = [place for place, kinds in planner.places.items() if not any(kinds.values())]
    report(not nowhere and not nothing, f'{len(planner.kinds)} kinds in {len(planner.places)} columns and members: '
           f'{total} faults', *nowhere, *nothing)


main()
raise SystemExit(failures > 0)
