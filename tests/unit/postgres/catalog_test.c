/* Tables that are there, held against those that a stream describes. */
#include "scratch.h"

#include "postgres/catalog.h"

static struct connection connection;
static struct error error;

/* A schema of the run's own server, which tests/run has started. */
static int
make_schema(void **state)
{
	(void)state;
	return connection_open(&connection, NULL, "hr-test", &error) == 0 &&
	    connection_run(&connection, "DROP SCHEMA IF EXISTS hr_catalog "
	    "CASCADE; CREATE SCHEMA hr_catalog; CREATE EXTENSION IF NOT "
	    "EXISTS vector; SET search_path TO hr_catalog", &error) == 0 ?
	    0 : -1;
}

static int
drop_schema(void **state)
{
	(void)state;
	(void)connection_run(&connection, "DROP SCHEMA hr_catalog CASCADE",
	    &error);
	connection_close(&connection);
	return 0;
}

static struct column columns[2];
static const char *key[] = {"id"};
static struct table tables[2];
static struct finish finish;
static struct relation relation;
static struct table_set set;

/* Tables "t", which an older one called "old" may stand for, and "u". */
static int
resolve(const char *sql, bool **existing)
{
	columns[0] = (struct column){.name = "id", .type = TYPE_TEXT};
	columns[1] = (struct column){.name = "v", .type = TYPE_VECTOR,
	    .limit = 3};
	tables[0] = (struct table){.name = "t", .alias = "old",
	    .columns = columns, .column_count = 2, .key = key, .key_count = 1,
	    .index_count = 1};
	tables[1] = (struct table){.name = "u"};
	finish = (struct finish){.table = "u", .other = "t"};
	relation = (struct relation){.table = "t", .parent = "u"};
	set = (struct table_set){.tables = tables, .table_count = 2,
	    .finishes = &finish, .finish_count = 1, .relations = &relation,
	    .relation_count = 1};
	error = (struct error){0};
	if (connection_run(&connection, "DROP TABLE IF EXISTS t, old",
	    &error) != 0 ||
	    connection_run(&connection, sql, &error) != 0)
		fail_msg("%s", error.message);
	return catalog_resolve(&connection, "hr_catalog", &set, existing,
	    &error);
}

static void
expect_refused(const char *sql, const char *words)
{
	bool *existing;

	assert_int_equal(resolve(sql, &existing), -1);
	assert_int_equal(error.status, STATUS_TARGET);
	if (strstr(error.message, words) == NULL)
		fail_msg("\"%s\" isn't in: %s", words, error.message);
	free(existing);
}

static void
fitting(void **state)
{
	bool *existing;

	(void)state;
	assert_int_equal(resolve("SELECT 1", &existing), 0);
	assert_false(existing[0]);
	assert_false(existing[1]);
	free(existing);
	/* More columns than hr knows, where hr needn't fill them. */
	assert_int_equal(resolve("CREATE TABLE t (id varchar(9) PRIMARY KEY, "
	    "v public.vector(3), a int, b int NOT NULL DEFAULT 1, c int "
	    "GENERATED ALWAYS AS IDENTITY)", &existing), 0);
	assert_true(existing[0]);
	assert_int_equal(columns[0].type, TYPE_VARCHAR);
	assert_int_equal(columns[0].limit, 9);
	assert_int_equal(columns[1].type, TYPE_VECTOR);
	assert_int_equal(columns[1].limit, 3);
	assert_null(tables[0].described);
	free(existing);
	/* Vectors of any dimension fit all. */
	assert_int_equal(resolve("CREATE TABLE t (id text PRIMARY KEY, "
	    "v public.vector)", &existing), 0);
	assert_int_equal(columns[1].limit, 0);
	free(existing);
}

/* What else names the table names the older one then. */
static void
older_name(void **state)
{
	bool *existing;

	(void)state;
	assert_int_equal(resolve("CREATE TABLE old (id text PRIMARY KEY, "
	    "v public.vector(3))", &existing), 0);
	assert_true(existing[0]);
	assert_string_equal(tables[0].name, "old");
	assert_string_equal(tables[0].described, "t");
	assert_int_equal(tables[0].index_count, 0);
	assert_string_equal(finish.table, "u");
	assert_string_equal(finish.other, "old");
	assert_string_equal(relation.table, "old");
	assert_string_equal(relation.parent, "u");
	free(existing);
}

static void
unlike(void **state)
{
	(void)state;
	expect_refused("CREATE TABLE t (id text PRIMARY KEY)",
	    "t has no column v");
	expect_refused("CREATE TABLE t (id text PRIMARY KEY, v point)",
	    "t.v has type point, which hr doesn't know");
	expect_refused("CREATE TABLE t (id text PRIMARY KEY, "
	    "v public.vector(4))", "t.v has 4 dimensions, the source's "
	    "vectors 3");
	expect_refused("CREATE TABLE t (id text PRIMARY KEY, "
	    "v public.vector(3), more int NOT NULL)", "t.more is NOT NULL "
	    "without a default");
	expect_refused("CREATE TABLE t (id text, v public.vector(3))",
	    "t has no primary key");
	expect_refused("CREATE TABLE t (id text, v public.vector(3), "
	    "UNIQUE (id, v))", "t has no primary key");
	expect_refused("CREATE VIEW t AS SELECT 'a'::text AS id, "
	    "'[1,2,3]'::public.vector(3) AS v", "t is there, but as no table");
	assert_int_equal(connection_run(&connection, "DROP VIEW t", &error),
	    0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fitting),
		cmocka_unit_test(older_name),
		cmocka_unit_test(unlike),
	};

	return cmocka_run_group_tests(tests, make_schema, drop_schema);
}
