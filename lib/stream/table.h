/*
 * Tables as data: what a `home`, `table`, `finish` or `view` line of the stream says.
 * A schema makes them, a writer creates what they describe. Everything is a
 * name or one of a few fixed forms, never SQL, so that loading a stream from
 * elsewhere can't run anything.
 */
#ifndef HR_STREAM_TABLE_H
#define HR_STREAM_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "codec/json.h"

enum column_type {
	TYPE_TEXT,
	TYPE_VARCHAR,       /* limit: characters */
	TYPE_VARCHAR_ARRAY, /* limit: characters of an element */
	TYPE_JSONB,
	TYPE_INTEGER,       /* int4 */
	TYPE_BIGINT,
	TYPE_DOUBLE,
	TYPE_BOOLEAN,
	TYPE_UUID,
	TYPE_BYTEA,
	TYPE_LARGE_OBJECT, /* oid; its value is what lies in the object */
	TYPE_TIMESTAMP,     /* naive, UTC; limit: digits of a second */
	TYPE_TIMESTAMPTZ,
	TYPE_VECTOR,        /* limit: dimension */
	TYPE_HALFVEC
};

enum column_default {
	DEFAULT_NONE,
	DEFAULT_TEXT,             /* default_text, a literal */
	DEFAULT_CURRENT_TIMESTAMP,
	DEFAULT_NOW               /* the same instant, spelt now() */
};

struct column {
	const char *name;
	enum column_type type;
	uint32_t limit; /* what the type says; 0: none */
	bool not_null;
	enum column_default default_form;
	const char *default_text;
};

enum index_order { ORDER_ASCENDING, ORDER_DESCENDING, ORDER_NULLS_FIRST };

struct index_column {
	const char *name;
	enum index_order order;
};

/* A partial index covers the rows for which every condition holds. */
enum condition_form {
	CONDITION_NOT_NULL,  /* column IS NOT NULL */
	CONDITION_NOT_EMPTY, /* column <> '' */
	CONDITION_AFTER      /* column > other, by bytes (collation "C") */
};

struct condition {
	enum condition_form form;
	const char *column;
	const char *other;
};

struct index {
	const char *name;
	bool hnsw; /* cosine, over the one column, m 16, ef_construction 64 */
	struct index_column *columns;
	size_t column_count;
	struct condition *conditions;
	size_t condition_count;
};

struct foreign_key { /* ON DELETE CASCADE */
	const char *name;
	const char **columns;
	const char *table;
	const char **referenced;
	size_t column_count;
};

/* A table in parts, one a month, each made by a function of the application
 * that takes the first instants of the month and of the next. */
struct partitions {
	const char *column;   /* a time; NULL: the table has no such parts */
	const char *function; /* in the schema of the tables */
};

struct table {
	const char *name;
	const char *alias; /* an existing table of this name is used instead */
	const char *described; /* the name before that, which rows use; or NULL */
	const char *store; /* whose records become its rows */
	struct column *columns;
	size_t column_count;
	const char **key;
	size_t key_count;
	const char *key_name; /* of the primary key's constraint */
	const char *scope;    /* the column that holds the workspace */
	struct partitions partitions;
	struct index *indexes;
	size_t index_count;
	struct foreign_key *foreign_keys;
	size_t foreign_key_count;
};

/*
 * What only whole tables can tell:
 * fill: columns of ${table} take the values of ${other}'s row with the same
 * ${on} columns; endpoints: each value of ${columns} in ${table} that ${other}
 * lacks as ${identity} (with the same ${on} columns) becomes a row of
 * ${other}, whose jsonb column ${document} is {"MEMBER": value} and whose
 * time column ${time} is the epoch.
 */
struct finish {
	bool endpoints;
	const char *table;
	const char *other;
	const char **columns;
	size_t column_count;
	const char **on;
	size_t on_count;
	const char *identity;
	const char *document;
	const char *member;
	const char *time;
};

/* What a row of a child table needs in a parent table. */
struct relation {
	const char *name; /* words for people */
	const char *table;
	const char *column;
	const char *parent;
	const char *parent_column;
	bool required; /* a missing parent is a failure, not a note */
};

enum expression_form {
	EXPRESSION_COLUMN,  /* the column text */
	EXPRESSION_LITERAL, /* the text itself */
	EXPRESSION_NUMBER,  /* member ${member} of jsonb column text, as double */
	EXPRESSION_OBJECT   /* the columns in names, as one jsonb object */
};

struct expression {
	const char *name; /* the view's column */
	enum expression_form form;
	const char *text;
	const char *member;
	const char **names;
	size_t name_count;
};

struct view_part {
	const char *table;
	bool family; /* also every table called ${table}_… with these columns */
	struct expression *columns;
	size_t column_count;
};

struct view { /* the parts' rows, one below the other */
	const char *schema;
	const char *name;
	struct view_part *parts;
	size_t part_count;
};

/* Where the tables lie, if it isn't as it is for an application whose tables
 * hr may make in the first schema of search_path. */
struct table_home {
	const char *schema;  /* theirs, by name; or NULL */
	const char *setting; /* a variable of the session that must hold the
	                      * workspace, or rows are hidden; or NULL */
	const char *role;    /* as whom the application works: what hr makes
	                      * is that role's, if there is one; or NULL */
	bool existing;       /* the application makes the tables, not hr */
};

/* All that one schema describes; every pointer lives in the arena. */
struct table_set {
	struct arena arena;
	struct table_home home;
	struct table *tables;
	size_t table_count;
	struct finish *finishes;
	size_t finish_count;
	struct relation *relations;
	size_t relation_count;
	struct view *views;
	size_t view_count;
};

/** table_find(set, name): the table of that name, real or described; or NULL. */
struct table *table_find(const struct table_set *set, struct slice name);

/** table_column(table, name): index of the column, or -1. */
int table_column(const struct table *table, const char *name);

/** table_set_free(set): free all and leave an empty set. */
void table_set_free(struct table_set *set);

/**
 * table_type_parse(text, type, limit):
 * Read a type as PostgreSQL's format_type spells it ("character varying(255)",
 * "vector(32)", "jsonb" …). Return false for a type that hr doesn't know.
 */
bool table_type_parse(struct slice text, enum column_type *type,
    uint32_t *limit);

/** table_type_format(column, buffer): the type as SQL spells it. */
void table_type_format(const struct column *column, struct buffer *buffer);

/** table_write, table_write_finish, table_write_view, table_write_home: as a
 * line without LF. */
void table_write(struct buffer *buffer, const struct table *table);
void table_write_finish(struct buffer *buffer, const struct finish *finish);
void table_write_view(struct buffer *buffer, const struct view *view);
void table_write_home(struct buffer *buffer, const struct table_home *home);

/** table_has_home(set): whether there is anything for such a line to say. */
bool table_has_home(const struct table_set *set);

/**
 * table_read(set, line, error):
 * Add what the parsed `home`, `table`, `finish` or `view` line says to ${set}. Return
 * -1 with STATUS_DATA where a member is missing or of another form.
 */
int table_read(struct table_set *set, yyjson_val *line, struct error *error);

#endif
