/* Which servers are taken, and what each refusal leads to. */
#include "stand_in.h"

#include "postgres/connection.h"
#include "postgres/copy_in.h"

static struct connection connection;
static struct error error;

static int
open_to(const struct stand_in *told)
{
	error = (struct error){0};
	return connection_open(&connection, stand_in_start(told), "hr-test",
	    &error);
}

static void
end(void)
{
	connection_close(&connection);
	stand_in_end();
}

static void
refused(const struct stand_in *told, enum status status, const char *words)
{
	assert_int_equal(open_to(told), -1);
	assert_int_equal(error.status, status);
	if (strstr(error.message, words) == NULL)
		fail_msg("\"%s\" isn't in: %s", words, error.message);
	end();
}

static void
servers(void **state)
{
	(void)state;
	assert_int_equal(open_to(&(struct stand_in){0}), 0);
	assert_string_equal(connection.place, "postgresql://me@/db");
	assert_string_equal(connection.identity, "1");
	assert_int_equal(connection.version, 150002);
	end();
	refused(&(struct stand_in){.version = "13.9"}, STATUS_TARGET,
	    "the server is PostgreSQL 13, hr needs 14 or newer");
	refused(&(struct stand_in){.encoding = "LATIN1"}, STATUS_TARGET,
	    "the database's encoding is LATIN1, hr needs UTF8");
	refused(&(struct stand_in){.encoding = ""}, STATUS_TARGET,
	    "the database's encoding is unknown, hr needs UTF8");
}

/* Some don't pass by themselves. */
static void
not_let_in(void **state)
{
	static const char *const final[] = {
	    "password authentication failed for user \"me\"",
	    "database \"db\" does not exist",
	    "no pg_hba.conf entry for host \"[local]\"",
	    "role \"me\" is not permitted to log in"};

	(void)state;
	for (size_t i = 0; i < sizeof final / sizeof final[0]; i++)
		refused(&(struct stand_in){.refusal = final[i]},
		    STATUS_TARGET, "check user, database and password");
	refused(&(struct stand_in){.refusal = "sorry, too many clients\n"
	    "already"}, STATUS_TEMPORARY, "too many clients already (check");
	assert_int_equal(connection_open(&connection,
	    "postgresql://me:secret@127.0.0.1:1/db", "hr-test", &error), -1);
	assert_int_equal(error.status, STATUS_TEMPORARY);
	assert_non_null(strstr(error.message, "check that the server runs"));
	assert_null(strstr(error.message, "secret"));
	assert_string_equal(connection.place, "postgresql://me@127.0.0.1:1/db");
	connection_close(&connection);
	assert_int_equal(connection_open(&connection,
	    "postgresql://%zz@nowhere/x", "hr-test", &error), -1);
	assert_int_equal(error.status, STATUS_USAGE);
	assert_null(strstr(error.message, "%zz"));
	connection_close(&connection);
}

/* A managed server that hides its identifier is known by the database; one
 * that fails there is no other server. */
static void
identity(void **state)
{
	struct stand_in told = {.refused = "pg_control_system",
	    .state = "42501", .message = "permission denied"};

	(void)state;
	assert_int_equal(open_to(&told), 0);
	assert_string_equal(connection.identity, "1");
	end();
	told.state = "57P01";
	told.message = "terminating connection";
	refused(&told, STATUS_TEMPORARY, "terminating connection");
	told.refused = "set_config";
	refused(&told, STATUS_TEMPORARY, "terminating connection");
}

static void
states(void **state)
{
	static const struct {
		const char *state;
		enum status status;
	} all[] = {{"08006", STATUS_TEMPORARY}, {"28P01", STATUS_TARGET},
	    {"3D000", STATUS_TARGET}, {"40P01", STATUS_TEMPORARY},
	    {"42P01", STATUS_TARGET}, {"53100", STATUS_IO},
	    {"53200", STATUS_TEMPORARY}, {"55P03", STATUS_TEMPORARY},
	    {"57014", STATUS_TEMPORARY}, {"58030", STATUS_IO},
	    {"XX000", STATUS_TEMPORARY}, {"22001", STATUS_TARGET}};
	char words[3000];

	(void)state;
	memset(words, 'w', sizeof words);
	memcpy(words, "line\tand\nline ", 14);
	words[sizeof words - 1] = '\0';
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		struct stand_in told = {.refused = "wrong",
		    .state = all[i].state, .message = words};
		int64_t number = 7;

		assert_int_equal(open_to(&told), 0);
		assert_int_equal(connection_run(&connection, "wrong", &error),
		    -1);
		assert_int_equal(error.status, all[i].status);
		assert_string_equal(connection.sqlstate, all[i].state);
		assert_non_null(strstr(error.message,
		    "postgresql://me@/db: line and line www"));
		assert_int_equal(connection_number(&connection, "wrong", 0,
		    NULL, &number, &error), -1);
		assert_int_equal(connection_number(&connection, "right", 0,
		    NULL, &number, &error), 0);
		assert_int_equal(number, 1);
		end();
	}
}

/* Rows on their way when the server goes: told at once or at the end. */
static void
copy_that_breaks(void **state)
{
	struct stand_in told = {.hang_up = "COPY"};
	char *rows = calloc(1, 1 << 20);

	(void)state;
	assert_int_equal(open_to(&(struct stand_in){0}), 0);
	assert_int_equal(copy_in_begin(&connection, "COPY", &error), 0);
	assert_int_equal(copy_in_send(&connection, rows, 1 << 20, &error), 0);
	assert_int_equal(copy_in_end(&connection, &error), 0);
	end();

	assert_int_equal(open_to(&told), 0);
	assert_int_equal(copy_in_begin(&connection, "COPY", &error), 0);
	stand_in_end();
	(void)copy_in_send(&connection, rows, 1 << 20, &error);
	assert_int_equal(copy_in_end(&connection, &error), -1);
	assert_int_equal(error.status, STATUS_TEMPORARY);
	assert_int_equal(copy_in_begin(&connection, "COPY", &error), -1);
	assert_int_equal(error.status, STATUS_TEMPORARY);
	assert_non_null(strstr(error.message, "the connection is lost"));
	connection_close(&connection);
	free(rows);
}

static void
copy_that_is_refused(void **state)
{
	struct stand_in told = {.refused = "COPY", .state = "42501",
	    .message = "permission denied for table t"};

	(void)state;
	assert_int_equal(open_to(&told), 0);
	assert_int_equal(copy_in_begin(&connection, "COPY", &error), -1);
	assert_int_equal(error.status, STATUS_TARGET);
	/* What is no COPY can't be one. */
	assert_int_equal(copy_in_begin(&connection, "SELECT", &error), -1);
	end();
}

static void
names(void **state)
{
	struct buffer out = {0};
	char *schema;

	(void)state;
	assert_int_equal(open_to(&(struct stand_in){0}), 0);
	connection_identifier(&connection, &out, "a\"b");
	connection_literal(&connection, &out, "it's");
	assert_string_equal(buffer_text(&out), "\"a\"\"b\"'it''s'");
	schema = connection_schema(&connection, &error);
	assert_string_equal(schema, "1");
	free(schema);
	buffer_free(&out);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers),
		cmocka_unit_test(not_let_in),
		cmocka_unit_test(identity),
		cmocka_unit_test(states),
		cmocka_unit_test(copy_that_breaks),
		cmocka_unit_test(copy_that_is_refused),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
