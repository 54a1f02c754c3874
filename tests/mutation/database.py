"""The tables of a loaded workspace: their rows, planting faults in them, putting them right."""
import subprocess

from records import dump, load

STORES = {'lightrag_doc_full': 'kv_store_full_docs', 'lightrag_doc_chunks': 'kv_store_text_chunks',
          'lightrag_llm_cache': 'kv_store_llm_response_cache', 'lightrag_graph_nodes': 'graph_nodes',
          'lightrag_graph_edges': 'graph_edges', 'lightrag_vdb_chunks': 'vdb_chunks',
          'lightrag_vdb_entity': 'vdb_entities', 'lightrag_vdb_relation': 'vdb_relationships'}
KEYS = ('workspace', 'namespace', 'id', 'src_id', 'tgt_id')


def psql(script):
    done = subprocess.run(['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1'], input=script, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise SystemExit(f'not ok psql: {done.stderr}\n# {script[:2000]}')
    return done.stdout.split('\n')[:-1]


def quote(text):
    return 'null' if text is None else "'" + text.replace("'", "''") + "'"


class Table:
    def __init__(self, name, suffix):
        self.name = name
        bare = name.removesuffix(suffix)
        self.store = STORES.get(bare, 'kv_store_' + bare.removeprefix('lightrag_'))
        self.is_edge = bare == 'lightrag_graph_edges'
        self.key = ('src_id', 'tgt_id') if self.is_edge else ('id',)
        self.types = dict(line.split('|') for line in psql(f"""select attname, format_type(atttypid, atttypmod)
            from pg_attribute where attrelid = '{name}'::regclass and attnum > 0 and not attisdropped order by attnum"""))
        self.nullable = set(psql(f"""select attname from pg_attribute where attrelid = '{name}'::regclass
            and attnum > 0 and not attnotnull"""))
        vectors = ''.join(f", '{column}', {column}::text::jsonb" for column in self.types if self.is_vector(column))
        psql(f'create table saved.{name} as select * from {name}')
        self.rows = [load(line) for line in psql(f"""select to_jsonb(t) || jsonb_build_object({vectors[2:]})
            from saved.{name} t order by {', '.join(f'{column} collate "C"' for column in self.key)}""")]
        self.values = [column for column in self.types if column not in KEYS]
        for row in self.rows:
            for column in self.types:
                if self.is_vector(column):
                    row[column] = [float(number) for number in row[column]]

    def is_vector(self, column):
        return self.types[column].startswith('vector')

    def key_of(self, row):
        return tuple(row[column] for column in self.key)

    def text_of(self, column, value):
        """A value as PostgreSQL reads it in that column."""
        kind = self.types[column]
        if value is None:
            return None
        if self.is_vector(column):
            return '[' + ','.join(f'{number:.9g}' for number in value) + ']'
        if kind.endswith('[]'):
            quoted = ('null' if item is None else '"' + item.replace('\\', '\\\\').replace('"', '\\"') + '"' for item in value)
            return '{' + ','.join(quoted) + '}'
        return dump(value) if kind == 'jsonb' else str(value)

    def restore(self):
        return f'truncate {self.name}; insert into {self.name} select * from saved.{self.name};\n'

    def where(self, row, prefix=''):
        return ' and '.join(f'{prefix}{column} = {quote(value)}' for column, value in zip(self.key, self.key_of(row)))

    def set(self, changes):
        """SQL for [(row, column, value)], a statement for each column, the key's columns last."""
        script = ''
        for column in sorted({column for _, column, _ in changes}, key=KEYS.count):
            values = ','.join('(' + ','.join(map(quote, (*self.key_of(row), self.text_of(column, value)))) + ')'
                              for row, name, value in changes if name == column)
            names = ','.join(f'key_{name}' for name in self.key)
            match = ' and '.join(f't.{name} = key_{name}' for name in self.key)
            script += f'update {self.name} t set {column} = new_value::{self.types[column]}' \
                f' from (values {values}) as v({names}, new_value) where {match};\n'
        return script

    def delete(self, row):
        return f'delete from {self.name} where {self.where(row)};\n'

    def turn(self, row):
        """An edge's ends the other way round."""
        return f'update {self.name} set src_id = tgt_id, tgt_id = src_id where {self.where(row)};\n'

    def double(self, row):
        """The same row once more, under another key."""
        columns = ', '.join(self.types)
        values = ', '.join(f"{column} || '!'" if column == self.key[-1] else column for column in self.types)
        return f'insert into {self.name} ({columns}) select {values} from {self.name} where {self.where(row)};\n'


def open_tables():
    """All tables of LightRAG, each with a copy that they are put right from."""
    names = psql("""select table_name from information_schema.tables where table_schema = 'public'
        and table_name like 'lightrag%' order by 1""")
    suffix = next(name for name in names if name.startswith('lightrag_vdb_chunks')).removeprefix('lightrag_vdb_chunks')
    # What makes changing slow or impossible, and isn't compared: indexes for searching, foreign keys.
    psql("""create schema saved; set client_min_messages = warning;
        do $$ declare name text; begin
            for name in select indexname from pg_indexes where indexdef like '% USING hnsw %'
                loop execute format('drop index %I', name); end loop;
        end $$""")
    for line in psql("select conrelid::regclass || '|' || conname from pg_constraint where contype = 'f'"):
        psql('alter table {} drop constraint {}'.format(*line.split('|')))
    return [Table(name, suffix) for name in names]
