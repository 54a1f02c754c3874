/*
 * The partitions are made, each step in a transaction of its own that can be
 * run again.
 */
#include <string.h>

#include "base/program.h"
#include "postgres/sql.h"
#include "writer/indexes.h"
#include "writer/list_partitions.h"
#include "writer/patience.h"
#include "writer/tables.h"

/* How long it is tried to get a lock on the others' rows. */
static const double patience = 30;

/* One table, and what it is called. */
struct preparation {
	struct loader *loader;
	const struct table *table;
	struct list_partition_names names;
};

static int
run(struct preparation *preparation, struct buffer *sql, struct error *error)
{
	int result = connection_run(&preparation->loader->connection,
	    buffer_text(sql), error);

	buffer_free(sql);
	return result;
}

static void
name_in(struct preparation *preparation, struct buffer *sql,
    const char *before, const char *schema)
{
	buffer_append_text(sql, before);
	sql_table(&preparation->loader->connection, sql, schema,
	    preparation->table->name);
}

static void
write_literal(struct preparation *preparation, struct buffer *sql,
    const char *before, const char *text)
{
	buffer_append_text(sql, before);
	connection_literal(&preparation->loader->connection, sql, text);
}

/* "; CREATE …" of the table and its indexes, all empty. */
static void
write_table(struct preparation *preparation, struct buffer *sql,
    const char *schema, enum table_form form)
{
	struct loader *loader = preparation->loader;
	const struct table *table = preparation->table;

	buffer_append_text(sql, "; ");
	tables_write(loader, schema, table, form, sql);
	for (size_t i = 0; i < table->index_count; i++) {
		buffer_append_text(sql, "; ");
		indexes_write(loader, schema, table, &table->indexes[i], sql);
	}
}

/* The application's table, with a place for everybody's rows. */
static int
make_table(struct preparation *preparation, struct error *error)
{
	struct connection *connection = &preparation->loader->connection;
	struct buffer sql = {0};

	sql_name(connection, &sql, "BEGIN; CREATE SCHEMA IF NOT EXISTS ",
	    preparation->names.rest);
	write_table(preparation, &sql, preparation->loader->home,
	    TABLE_PARTITIONED);
	name_in(preparation, &sql, "; CREATE TABLE ", preparation->names.rest);
	name_in(preparation, &sql, " PARTITION OF ",
	    preparation->loader->home);
	buffer_append_text(&sql, " DEFAULT; COMMIT");
	return run(preparation, &sql, error);
}

/* Autovacuum is sent away before the lock that others would notice is asked
 * for, and not waited for (exchange_swap.c). */
static void
write_lock(struct preparation *preparation, struct buffer *sql)
{
	buffer_append_text(sql, "; SET LOCAL lock_timeout TO 3000");
	name_in(preparation, sql, "; LOCK TABLE ", preparation->names.rest);
	buffer_append_text(sql, " IN SHARE UPDATE EXCLUSIVE MODE; SET LOCAL "
	    "lock_timeout TO 250");
}

/* From here on the workspace can't have rows among the rest, which is looked
 * through without a lock that anybody would notice. */
static int
exclude(struct preparation *preparation, struct error *error)
{
	struct connection *connection = &preparation->loader->connection;
	struct buffer sql = {0};
	const char *without = preparation->names.without;

	buffer_append_text(&sql, "BEGIN");
	write_lock(preparation, &sql);
	name_in(preparation, &sql, "; ALTER TABLE ", preparation->names.rest);
	sql_name(connection, &sql, " DROP CONSTRAINT IF EXISTS ", without);
	sql_name(connection, &sql, ", ADD CONSTRAINT ", without);
	sql_name(connection, &sql, " CHECK (", preparation->table->scope);
	write_literal(preparation, &sql, " <> ",
	    preparation->loader->workspace);
	buffer_append_text(&sql, ") NOT VALID; COMMIT");
	if (run(preparation, &sql, error) != 0)
		return -1;
	name_in(preparation, &sql, "ALTER TABLE ", preparation->names.rest);
	sql_name(connection, &sql, " VALIDATE CONSTRAINT ", without);
	return run(preparation, &sql, error);
}

static void
write_bound(struct preparation *preparation, struct buffer *sql)
{
	write_literal(preparation, sql, " FOR VALUES IN (",
	    preparation->loader->workspace);
	buffer_append_char(sql, ')');
}

/* The workspace's partition, and an empty one below it for its rows. */
static int
attach(struct preparation *preparation, struct error *error)
{
	struct connection *connection = &preparation->loader->connection;
	const struct list_partition_names *names = &preparation->names;
	const char *home = preparation->loader->home;
	struct buffer sql = {0};

	sql_name(connection, &sql, "BEGIN; CREATE SCHEMA IF NOT EXISTS ",
	    names->part);
	sql_name(connection, &sql, "; CREATE SCHEMA IF NOT EXISTS ",
	    names->rows);
	name_in(preparation, &sql, "; CREATE TABLE ", names->part);
	name_in(preparation, &sql, " (LIKE ", home);
	sql_name(connection, &sql, " INCLUDING DEFAULTS, CONSTRAINT ",
	    list_partition_constraint);
	sql_name(connection, &sql, " CHECK (", preparation->table->scope);
	write_literal(preparation, &sql, " = ",
	    preparation->loader->workspace);
	sql_name(connection, &sql, ")) PARTITION BY LIST (",
	    preparation->table->scope);
	buffer_append_char(&sql, ')');
	write_table(preparation, &sql, names->rows, TABLE_OF_WORKSPACE);
	name_in(preparation, &sql, "; ALTER TABLE ", names->part);
	name_in(preparation, &sql, " ATTACH PARTITION ", names->rows);
	write_bound(preparation, &sql);
	write_lock(preparation, &sql);
	name_in(preparation, &sql, "; ALTER TABLE ", home);
	name_in(preparation, &sql, " ATTACH PARTITION ", names->part);
	write_bound(preparation, &sql);
	name_in(preparation, &sql, "; ALTER TABLE ", names->rest);
	sql_name(connection, &sql, " DROP CONSTRAINT ", names->without);
	buffer_append_text(&sql, "; COMMIT");
	return run(preparation, &sql, error);
}

/* Whether the workspace has its partition, and whether rows of it lie where
 * those of all others do. */
static int
look_for_rows(struct preparation *preparation, bool *has, bool *mixed,
    struct error *error)
{
	struct connection *connection = &preparation->loader->connection;
	const char *values[] = {preparation->names.part,
	    preparation->table->name};
	const char *workspace = preparation->loader->workspace;
	struct buffer sql = {0};
	int64_t there = 0, rows;
	int result;

	name_in(preparation, &sql, "SELECT EXISTS (SELECT FROM ",
	    preparation->names.rest);
	sql_name(connection, &sql, " WHERE ", preparation->table->scope);
	buffer_append_text(&sql, " = $1)::int");
	result = connection_number(connection, buffer_text(&sql), 1,
	    &workspace, &rows, error) != 0 ? -1 : connection_number(
	    connection, "SELECT count(*) FROM pg_inherits WHERE inhrelid = "
	    "to_regclass(quote_ident($1) || '.' || quote_ident($2))", 2,
	    values, &there, error);
	buffer_free(&sql);
	*has = there > 0;
	*mixed = rows > 0;
	return result;
}

static int
forget(struct connection *connection, const struct list_partition_names *names,
    const char *table, struct error *error)
{
	const char *values[] = {names->rest, table, names->without};
	struct buffer sql = {0};
	int64_t there;
	int result = connection_number(connection, "SELECT count(*) FROM "
	    "pg_constraint WHERE conrelid = to_regclass(quote_ident($1) || "
	    "'.' || quote_ident($2)) AND conname = $3", 3, values, &there,
	    error);

	if (result != 0 || there == 0)
		return result;
	buffer_append_text(&sql, "ALTER TABLE ");
	sql_table(connection, &sql, names->rest, table);
	sql_name(connection, &sql, " DROP CONSTRAINT ", names->without);
	result = connection_run(connection, buffer_text(&sql), error);
	buffer_free(&sql);
	return result;
}

/* Rows that came until they were excluded stay where they are, and will be
 * copied. */
static int
give_up(struct preparation *preparation, struct error *error)
{
	struct connection *connection = &preparation->loader->connection;

	if (strcmp(connection->sqlstate, "23514") != 0)
		return -1;
	return forget(connection, &preparation->names,
	    preparation->table->name, error);
}

static int
separate(void *context, struct error *error)
{
	struct preparation *preparation = context;
	struct connection *connection = &preparation->loader->connection;
	struct error unused;

	connection->sqlstate[0] = '\0';
	if (exclude(preparation, error) == 0 &&
	    attach(preparation, error) == 0)
		return 0;
	if (PQstatus(connection->pg) == CONNECTION_OK &&
	    PQtransactionStatus(connection->pg) != PQTRANS_IDLE)
		(void)connection_run(connection, "ROLLBACK", &unused);
	return give_up(preparation, error);
}

static int
prepare(struct preparation *preparation, struct error *error)
{
	struct loader *loader = preparation->loader;
	bool has, mixed;
	char kind;

	if (list_partitions_kind(loader, preparation->table, &kind, error) != 0 ||
	    (kind == ' ' && make_table(preparation, error) != 0) ||
	    look_for_rows(preparation, &has, &mixed, error) != 0)
		return -1;
	if (has)
		return 0;
	if (mixed) {
		program_note(loader->program, "%s: rows of workspace \"%s\" lie "
		    "in the partition of all others, so the rows will be "
		    "copied", preparation->table->name, loader->workspace);
		return 0;
	}
	return patience_try(&loader->connection, loader->workspace, patience,
	    separate, preparation, error);
}

int
list_partitions_prepare(struct loader *loader, struct error *error)
{
	struct preparation preparation = {.loader = loader};

	list_partitions_name(&preparation.names, loader->home, loader->workspace);
	for (size_t i = 0; i < loader->set->table_count; i++) {
		preparation.table = &loader->set->tables[i];
		if (loader->list_partitions[i] &&
		    prepare(&preparation, error) != 0)
			return -1;
	}
	return 0;
}

int
list_partitions_forget(struct connection *connection, const char *job,
    struct error *error)
{
	PGresult *found = connection_query(connection, "SELECT j.pg_schema, "
	    "j.workspace, e->>'table' FROM hybridrag_migration_jobs j, "
	    "jsonb_array_elements(j.tables) AS e WHERE job_id = $1", 1, &job,
	    error);
	struct list_partition_names names;
	int result = found == NULL ? -1 : 0;

	for (int i = 0; result == 0 && i < PQntuples(found); i++) {
		list_partitions_name(&names, PQgetvalue(found, i, 0),
		    PQgetvalue(found, i, 1));
		result = forget(connection, &names, PQgetvalue(found, i, 2),
		    error);
	}
	PQclear(found);
	return result;
}
