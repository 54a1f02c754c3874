"""What is planted where: every kind of fault in every column, and in every member of every JSON
column, at so many rows as asked for; spread over batches in which no row has two faults."""
import random

import faults
from faults import UNFIT
from records import Raw, dump

UNTOUCHED = 10  # one row in so many never has a fault: whoever names it is wrong


class Fault:
    """Changes of one row or of two that belong together, and what must be said of them."""

    def __init__(self, table, kind, rows, changes=(), deleted=(), doubled=(), turned=()):
        self.table, self.kind, self.rows = table, kind, rows
        self.changes, self.deleted, self.doubled, self.turned = changes, deleted, doubled, turned
        self.expected = []  # (difference, key, members); * is any

    def expect(self, difference, key, members=''):
        self.expected.append((difference, key, members))
        return self


def column_kinds(table, column):
    kind = table.types[column]
    if kind == 'jsonb':
        return {}
    if kind == 'integer':
        kinds = faults.INTEGER
    elif kind.startswith('timestamp(0)'):
        kinds = faults.SECONDS
    elif kind.startswith('timestamp'):
        kinds = faults.MICROSECONDS
    elif table.is_vector(column):
        kinds = faults.VECTOR
    elif kind.endswith('[]'):
        kinds = faults.TEXT_ARRAY
    else:
        kinds = {**faults.TEXT, **(faults.SOME_TEXT if column in ('content', 'original_prompt', 'return_value') else {}),
                 **(faults.CRLF if table.store == 'kv_store_full_docs' and column == 'content' else {})}
    if column in table.nullable and not table.is_vector(column):
        kinds = {**kinds, 'null': lambda rng, value: None}
    return {name: without_null(change) for name, change in kinds.items()}


def without_null(change):
    return lambda rng, value: UNFIT if value is None else change(rng, value)


def member_of(table, column):
    """What hr-verify calls a difference in that column."""
    store = table.store
    if store.startswith('vdb_'):
        if column in ('create_time', 'update_time'):  # one is compared with the other, which is its copy
            return '__created_at__, column update_time' if column == 'create_time' else 'column update_time'
        names = {'chunk_ids': 'source_id', 'content_vector': 'vector'}
        if store == 'vdb_relationships':
            names.update(source_id='src_id', target_id='tgt_id')
        return names.get(column, column)
    if store.startswith('graph_'):
        return '*' if column == 'properties' else f'column {column}'
    names = {'kv_store_full_docs': {'doc_name': 'file_path', 'meta': 'column meta'},
             'kv_store_llm_response_cache': {'return_value': 'return'}}
    return names.get(store, {}).get(column, column)


def property_members(old, new):
    """Of a graph's properties: those that changed, and the column that repeats one of them."""
    names = {name for name in {*old, *new} if (name in old) != (name in new) or dump(old[name]) != dump(new[name])}
    if 'entity_id' in old and 'entity_id' not in new:  # the record's id, which the source needn't repeat
        names = names - {'entity_id'} | {'column entity_id'}
    before, after = old.get('created_at'), new.get('created_at')
    if not (isinstance(after, Raw) and float(after) == float(before)):
        names.add('column updated_at')
    return ', '.join(sorted(names))


def list_members(old, new):
    """Of source_id, split in the column: another text, or a list that no text is split into."""
    text = faults.SEP.join(item or '' for item in new or [])
    names = ['column chunk_ids'] if new is not None and new != (text.split(faults.SEP) if text else None) else []
    return ', '.join(names + ['source_id'] * (text != faults.SEP.join(old)))


class Planner:
    def __init__(self, tables, positions, seed):
        self.tables, self.positions = tables, positions
        self.random = random.Random(f'faults {seed}')
        self.uses = {table.name: [0] * len(table.rows) for table in tables}
        self.batches = []
        self.places = {}  # name of a place: {kind: how many}
        self.kinds = {}   # the same over all places; 0: fits nowhere
        self.short = []   # where a kind fits some rows, but too few

    def pick(self, table):
        """Rows in a random order, those with the fewest faults so far first."""
        uses = self.uses[table.name]
        rows = [i for i in range(len(table.rows)) if i % UNTOUCHED]
        self.random.shuffle(rows)
        return sorted(rows, key=uses.__getitem__)

    def add(self, table, rows, place, fault):
        uses = self.uses[table.name]
        batch = max(uses[i] for i in rows)
        for i in rows:
            uses[i] = batch + 1
        while len(self.batches) <= batch:
            self.batches.append([])
        fault.place = place
        self.batches[batch].append(fault)

    def count(self, place, kind, found):
        self.places.setdefault(place, {})[kind] = found
        self.kinds[kind] = self.kinds.get(kind, 0) + found
        if 0 < found < self.positions:
            self.short.append(f'{place}: {kind}: {found}')

    def plan(self, table, place, kind, make):
        """Plant what ${make} gives for as many rows as are asked for."""
        found = 0
        for i in self.pick(table):
            if found == self.positions:
                break
            fault = make(table.rows[i])
            if fault is not None:
                found += 1
                self.add(table, [i], place, fault)
        self.count(place, kind, found)

    def plan_pairs(self, table, place, kind, make):
        found = 0
        rows = self.pick(table)
        while found < self.positions and len(rows) > 1:
            one, two = rows.pop(0), rows.pop(0)
            fault = make(table.rows[one], table.rows[two])
            if fault is not None:
                found += 1
                self.add(table, [one, two], place, fault)
            if len(rows) < 2 and found < self.positions and fault is not None:
                rows = self.pick(table)
        self.count(place, kind, found)

    def change(self, table, column, kind, change):
        def make(row):
            new = change(self.random, row[column])
            if new is UNFIT:
                return None
            members = list_members(row[column], new) if table.types[column].endswith('[]') else member_of(table, column)
            return Fault(table, kind, [row], [(row, column, new)]).expect('changed', table.key_of(row), members)
        self.plan(table, f'{table.name}.{column}', kind, make)

    def change_json(self, table, column, pattern, kind):
        def make(row):
            paths = [path for at, path in faults.json_places(row[column]) if at == pattern]
            if not paths or (column == 'properties' and not pattern):
                return None
            path = self.random.choice(paths)
            old = faults.json_get(row[column], path)
            change = faults.json_kinds(old).get(kind)
            new = UNFIT if change is None else change(self.random, old)
            if new is UNFIT or dump(new) == dump(old):
                return None
            whole = faults.json_put(row[column], path, new)
            members = property_members(row[column], whole) if column == 'properties' else member_of(table, column)
            return Fault(table, kind, [row], [(row, column, whole)]).expect('changed', table.key_of(row), members)
        self.plan(table, '.'.join((table.name, column, *pattern)), kind, make)

    def swap(self, table, columns, kind):
        """The values of two rows exchanged."""
        def make(one, two):
            differ = [column for column in columns if dump(one[column]) != dump(two[column])]
            if not differ:
                return None
            changes = [change for column in differ for change in ((one, column, two[column]), (two, column, one[column]))]
            members = member_of(table, differ[0]) if len(columns) == 1 else '*'
            return Fault(table, kind, [one, two], changes).expect('changed', table.key_of(one), members) \
                .expect('changed', table.key_of(two), members)
        self.plan_pairs(table, f'{table.name}.{columns[0] if len(columns) == 1 else "*"}', kind, make)

    def plan_column(self, table, column):
        for kind, change in column_kinds(table, column).items():
            if any(row[column] is not None for row in table.rows):
                self.change(table, column, kind, change)
        if table.types[column] == 'jsonb':
            kinds = {}
            for row in table.rows:
                for pattern, path in faults.json_places(row[column]):
                    kinds.setdefault(pattern, {}).update(faults.json_kinds(faults.json_get(row[column], path)))
            for pattern, names in kinds.items():
                for kind in names:
                    if column != 'properties' or pattern:
                        self.change_json(table, column, pattern, kind)
        if len({dump(row[column]) for row in table.rows}) > 1:
            self.swap(table, [column], 'swapped with another row')

    def plan_rows(self, table):
        place = f'{table.name}.*'

        def key(row, column, more):
            return tuple(row[name] + more if name == column else row[name] for name in table.key)
        self.plan(table, place, 'deleted', lambda row: Fault(table, 'deleted', [row], deleted=[row])
                  .expect('missing', table.key_of(row)))
        self.plan(table, place, 'doubled', lambda row: Fault(table, 'doubled', [row], doubled=[row])
                  .expect('extra', key(row, table.key[-1], '!')))
        for name in table.key:
            self.plan(table, f'{table.name}.{name}', 'another key', lambda row, name=name: Fault(
                table, 'another key', [row], [(row, name, row[name] + 'x')]).expect('missing', table.key_of(row))
                .expect('extra', key(row, name, 'x')))
        self.plan(table, f'{table.name}.workspace', 'another workspace', lambda row: Fault(
            table, 'another workspace', [row], [(row, 'workspace', 'elsewhere')]).expect('missing', table.key_of(row)))
        if 'namespace' in table.types:
            self.plan(table, f'{table.name}.namespace', 'another namespace', lambda row: Fault(
                table, 'another namespace', [row], [(row, 'namespace', 'elsewhere')])
                .expect('changed', table.key_of(row), 'column namespace'))
        if table.is_edge:
            self.plan(table, place, 'ends exchanged', lambda row: Fault(table, 'ends exchanged', [row], turned=[row])
                      .expect('changed', table.key_of(row), 'column tgt_id'))
        self.swap(table, table.values, 'exchanged with another row')

    def plan_all(self, without):
        for table in self.tables:
            for column in table.values:
                if (table.store, column) not in without:
                    self.plan_column(table, column)
            self.plan_rows(table)
