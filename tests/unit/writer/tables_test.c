/* Servers without pgvector, or with one that is too old. */
#include "stand_in.h"

#include "writer/compression.h"
#include "writer/tables.h"

static struct column columns[] = {{.name = "v", .type = TYPE_VECTOR}};
static struct table table = {.name = "t", .columns = columns,
    .column_count = 1};
static const struct table_set with_vectors = {.tables = &table,
    .table_count = 1};
static struct connection connection;
static struct error error;

/* Of a server that was told so; the status of what is ${asked} of it. */
static enum status
status_of(const struct stand_in *told, int (*ask)(void))
{
	int result;

	error = (struct error){0};
	assert_int_equal(connection_open(&connection, stand_in_start(told),
	    "hr-test", &error), 0);
	result = ask();
	assert_int_equal(result == 0, error.status == STATUS_DONE);
	connection_close(&connection);
	stand_in_end();
	return error.status;
}

static int
need_vector(void)
{
	return tables_need_vector(&connection, &with_vectors, true, &error);
}

static int
need_nothing(void)
{
	return tables_need_vector(&connection, &(struct table_set){0}, true,
	    &error);
}

static void
pgvector(void **state)
{
	struct stand_in told = {.asked = "FROM pg_extension", .answer = "5"};

	(void)state;
	assert_int_equal(status_of(&told, need_vector), STATUS_DONE);
	told.answer = "1003";
	assert_int_equal(status_of(&told, need_vector), STATUS_DONE);
	told.answer = "4";
	assert_int_equal(status_of(&told, need_vector), STATUS_TARGET);
	assert_non_null(strstr(error.message, "pgvector is older than 0.5"));
	/* Not in the database, though it could be. */
	told.answer = NULL;
	assert_int_equal(status_of(&told, need_vector), STATUS_TARGET);
	assert_non_null(strstr(error.message, "pgvector isn't in this "
	    "database"));
	assert_int_equal(status_of(&told, need_nothing), STATUS_DONE);
	told.refused = "CREATE EXTENSION";
	told.state = "42501";
	told.message = "permission denied";
	assert_int_equal(status_of(&told, need_vector), STATUS_TARGET);
	assert_non_null(strstr(error.message, "this role may not add it"));
	/* Not on the server. */
	told.asked = "'vector'";
	told.answer = "0";
	assert_int_equal(status_of(&told, need_vector), STATUS_TARGET);
	assert_non_null(strstr(error.message, "apt-get install "
	    "postgresql-15-pgvector"));
}

/* A server that goes away isn't one without pgvector. */
static void
server_that_goes(void **state)
{
	struct stand_in told = {.state = "57P01", .message = "shutting down",
	    .asked = "pg_extension", .answer = "0"};

	(void)state;
	told.refused = "FROM pg_extension";
	assert_int_equal(status_of(&told, need_vector), STATUS_TEMPORARY);
	told.refused = "pg_available_extensions";
	assert_int_equal(status_of(&told, need_vector), STATUS_TEMPORARY);
}

static int
choose_compression(void)
{
	return compression_choose(&connection, &error);
}

static void
compression(void **state)
{
	struct stand_in told = {.refused = "SET default_toast_compression",
	    .state = "22023", .message = "no lz4 here",
	    .asked = "pg_settings", .answer = "0"};

	(void)state;
	assert_int_equal(status_of(&told, choose_compression), STATUS_DONE);
	told.answer = "1";
	assert_int_equal(status_of(&told, choose_compression), STATUS_TARGET);
	told.refused = "pg_settings";
	told.state = "57P01";
	assert_int_equal(status_of(&told, choose_compression),
	    STATUS_TEMPORARY);
}

/* Of which sizes embeddings stay in their rows: those that fill pages. */
static void
toast_target(void **state)
{
	static const struct {
		uint32_t dimension;
		bool inline_halves, inline_floats;
	} sizes[] = {{0, false, false}, {32, false, false},
	    {384, true, false}, {768, false, true}, {1024, true, false},
	    {1536, true, true}, {2000, false, false}, {3072, true, false},
	    {16000, false, false}};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		columns[0].limit = sizes[i].dimension;
		columns[0].type = TYPE_VECTOR;
		assert_int_equal(tables_toast_target(&table) > 0,
		    sizes[i].inline_floats);
		columns[0].type = TYPE_HALFVEC;
		assert_int_equal(tables_toast_target(&table) > 0,
		    sizes[i].inline_halves);
		columns[0].type = TYPE_TEXT;
		assert_int_equal(tables_toast_target(&table), 0);
	}
	columns[0] = (struct column){.name = "v", .type = TYPE_VECTOR};
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pgvector),
		cmocka_unit_test(toast_target),
		cmocka_unit_test(server_that_goes),
		cmocka_unit_test(compression),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
