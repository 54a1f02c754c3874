/* SQLite databases are read in every state that a program can leave them in,
 * and nothing of them changes; what is no good in a row is a reject. */
#include "scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "reader/llmspell.h"
#include "reader/render.h"
#include "reader/sqlite.h"
#include "reader/sqlite_rows.h"

static struct error error;
static struct buffer lines;

static sqlite3 *
make(const char *name, const char *sql)
{
	sqlite3 *database = NULL;

	assert_int_equal(sqlite3_open(scratch_path(name), &database),
	    SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL),
	    SQLITE_OK);
	return database;
}

static void
copy(const char *from, const char *to)
{
	static char bytes[1 << 20];
	FILE *file = fopen(scratch_path(from), "rb");
	size_t length;

	assert_non_null(file);
	length = fread(bytes, 1, sizeof bytes, file);
	assert_true(length < sizeof bytes);
	fclose(file);
	scratch_write(to, bytes, length);
}

static struct buffer
contents(const char *name)
{
	struct buffer bytes = {0};
	FILE *file = fopen(scratch_path(name), "rb");
	int c;

	while (file != NULL && (c = getc(file)) != EOF)
		buffer_append_char(&bytes, (char)c);
	if (file != NULL)
		fclose(file);
	return bytes;
}

static int64_t
number(const struct sqlite *sqlite, const char *sql)
{
	sqlite3_stmt *statement = sqlite_prepare(sqlite, sql, &error);
	int64_t value;

	assert_non_null(statement);
	assert_int_equal(sqlite_step(sqlite, statement, &error), 1);
	value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

static void
refused(const char *name, enum status status, const char *words)
{
	struct sqlite sqlite;

	error = (struct error){0};
	assert_int_equal(sqlite_open(&sqlite, scratch_path(name), &error), -1);
	assert_int_equal(error.status, status);
	if (strstr(error.message, words) == NULL)
		fail_msg("%s", error.message);
	sqlite_close(&sqlite);
}

static bool
exists(const char *name)
{
	return access(scratch_path(name), F_OK) == 0;
}

static const char one_row[] = "PRAGMA journal_mode = wal; "
    "CREATE TABLE t (x); INSERT INTO t VALUES (1)";

static void
a_database_without_a_log(void **state)
{
	struct buffer before, after;
	struct sqlite sqlite;

	(void)state;
	scratch_clear();
	sqlite3_close(make("a.db", one_row));
	before = contents("a.db");
	assert_int_equal(sqlite_open(&sqlite, scratch_path("a.db"), &error), 0);
	assert_int_equal(number(&sqlite, "SELECT count(*) FROM t"), 1);
	assert_int_equal(sqlite_check(&sqlite, &error), 0);
	assert_false(exists("a.db-wal") || exists("a.db-shm"));
	sqlite_close(&sqlite);
	after = contents("a.db");
	assert_true(slice_equal(buffer_slice(&before), buffer_slice(&after)));
	assert_false(exists("a.db-wal") || exists("a.db-shm"));
	buffer_free(&before);
	buffer_free(&after);
}

/* A copy of a database in use: nobody has its log open. */
static void
a_log_that_nobody_has_open(void **state)
{
	struct buffer before, log, after, log_after;
	struct sqlite sqlite;
	sqlite3 *other;

	(void)state;
	scratch_clear();
	other = make("a.db", one_row);
	copy("a.db", "b #%?.db");
	copy("a.db-wal", "b #%?.db-wal");
	sqlite3_close(other);
	before = contents("b #%?.db");
	log = contents("b #%?.db-wal");
	if (sqlite_open(&sqlite, scratch_path("b #%?.db"), &error) != 0)
		fail_msg("%s", error.message);
	assert_int_equal(number(&sqlite, "SELECT count(*) FROM t"), 1);
	assert_int_equal(sqlite_check(&sqlite, &error), 0);
	sqlite_close(&sqlite);
	after = contents("b #%?.db");
	log_after = contents("b #%?.db-wal");
	assert_true(slice_equal(buffer_slice(&before), buffer_slice(&after)));
	assert_true(slice_equal(buffer_slice(&log), buffer_slice(&log_after)));
	assert_false(exists("b #%?.db-shm"));
	buffer_free(&before);
	buffer_free(&log);
	buffer_free(&after);
	buffer_free(&log_after);
}

static void
a_snapshot_while_others_write(void **state)
{
	struct sqlite sqlite;
	sqlite3 *other;

	(void)state;
	scratch_clear();
	other = make("a.db", one_row);
	assert_int_equal(sqlite_open(&sqlite, scratch_path("a.db"), &error), 0);
	assert_true(sqlite.live);
	assert_int_equal(number(&sqlite, "SELECT count(*) FROM t"), 1);
	assert_int_equal(sqlite3_exec(other, "INSERT INTO t VALUES (2)", NULL,
	    NULL, NULL), SQLITE_OK);
	assert_int_equal(number(&sqlite, "SELECT count(*) FROM t"), 1);
	assert_int_equal(sqlite_check(&sqlite, &error), 0);
	sqlite_close(&sqlite);
	assert_true(exists("a.db-wal"));
	sqlite3_close(other);
}

static void
a_change_is_noticed(void **state)
{
	struct sqlite sqlite;

	(void)state;
	scratch_clear();
	sqlite3_close(make("a.db", one_row));
	assert_int_equal(sqlite_open(&sqlite, scratch_path("a.db"), &error), 0);
	sqlite3_close(make("a.db", "INSERT INTO t VALUES (2)"));
	error = (struct error){0};
	assert_int_equal(sqlite_check(&sqlite, &error), -1);
	assert_int_equal(error.status, STATUS_CONFLICT);
	sqlite_close(&sqlite);
}

static void
what_is_no_database_is_refused(void **state)
{
	struct buffer page = {0};

	(void)state;
	scratch_clear();
	scratch_write_text("text.db", "nothing but a text");
	refused("text.db", STATUS_DATA, "is no SQLite database, or an "
	    "encrypted one");
	scratch_write_text("empty.db", "");
	refused("empty.db", STATUS_DATA, "is empty");
	refused("missing.db", STATUS_SOURCE, "No such file");
	assert_int_equal(mkdir(scratch_path("directory"), 0700), 0);
	refused("directory", STATUS_SOURCE, "is no regular file");
	sqlite3_close(make("a.db", "CREATE TABLE t (x); WITH RECURSIVE "
	    "n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
	    "INSERT INTO t SELECT i || ' row' FROM n"));
	page = contents("a.db");
	memset(page.data + page.length - 4096, 'x', 4096);
	scratch_write("damaged.db", page.data, page.length);
	refused("damaged.db", STATUS_DATA, "is damaged");
	scratch_write("short.db", page.data, 4096);
	refused("short.db", STATUS_DATA, "is damaged");
	buffer_free(&page);
}

static void
a_transaction_under_way_is_waited_for(void **state)
{
	int ready[2];
	char byte;
	pid_t child;

	(void)state;
	scratch_clear();
	sqlite3_close(make("a.db", "CREATE TABLE t (x)"));
	scratch_write_text("a.db-journal", "half of one");
	refused("a.db", STATUS_TEMPORARY, "never ended");
	unlink(scratch_path("a.db-journal"));
	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		make("a.db", "BEGIN EXCLUSIVE");
		(void)!write(ready[1], "", 1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	refused("a.db", STATUS_TEMPORARY, "in the middle of writing");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(ready[0]);
	close(ready[1]);
}

static const struct sqlite_column columns[] = {
	{"txt", SQLITE_FORM_TEXT}, {"num", SQLITE_FORM_NUMBER},
	{"flag", SQLITE_FORM_BOOLEAN}, {"doc", SQLITE_FORM_JSON},
	{"bin", SQLITE_FORM_BYTES}
};

static void
read_rows(const struct sqlite_store *store, uint64_t after)
{
	struct sqlite sqlite;
	struct sqlite_rows rows;
	struct record record;
	struct json json;

	buffer_clear(&lines);
	json_open(&json);
	assert_int_equal(sqlite_open(&sqlite, scratch_path("a.db"), &error), 0);
	assert_int_equal(sqlite_rows_open(&rows, &sqlite, store, "who", "me",
	    after, &error), 0);
	while (sqlite_rows_next(&rows, &record, &error) == 1) {
		if (record.value_text.data != NULL)
			assert_int_equal(json_parse(&json, record.value_text,
			    &record.value), JSON_GOOD);
		render(&lines, &record);
	}
	sqlite_rows_close(&rows);
	sqlite_close(&sqlite);
	json_close(&json);
}

static void
every_kind_of_value(void **state)
{
	static const struct sqlite_store store = {.store = "s", .table = "t",
	    .id = "id", .columns = columns, .column_count = 5};

	(void)state;
	scratch_clear();
	sqlite3_close(make("a.db", "CREATE TABLE t (who, id, txt, num, flag, "
	    "doc, bin); INSERT INTO t VALUES "
	    "('me', 'a', 'x', 9223372036854775807, 1, "
	    "'{ \"n\": 12345678901234567890.0, \"e\": 1e16 }', x'00ff'), "
	    "('you', 'b', NULL, NULL, NULL, NULL, NULL), "
	    "('me', 'c', NULL, NULL, NULL, NULL, NULL), "
	    "('me', 'd', '', -0.5, 0, 'null', 'text')"));
	read_rows(&store, 0);
	assert_string_equal(buffer_text(&lines),
	    "1 kv a {\"txt\":\"x\",\"num\":9223372036854775807,\"flag\":true,"
	    "\"doc\":{\"n\":12345678901234567890.0,\"e\":1e16},"
	    "\"bin\":\"AP8=\"}\n"
	    "2 kv c {\"txt\":null,\"num\":null,\"flag\":null,\"doc\":null,"
	    "\"bin\":null}\n"
	    "3 kv d {\"txt\":\"\",\"num\":-0.5,\"flag\":false,\"doc\":null,"
	    "\"bin\":\"dGV4dA==\"}\n");
	read_rows(&store, 2);
	assert_int_equal(lines.data[0], '3');
}

static void
one_reject(const char *values, const char *reason)
{
	static const struct sqlite_store store = {.store = "s", .table = "t",
	    .id = "id", .columns = columns, .column_count = 5};
	char sql[512], expected[64];

	scratch_clear();
	snprintf(sql, sizeof sql, "CREATE TABLE t (who, id, txt, num, flag, "
	    "doc, bin); INSERT INTO t VALUES ('me', %s)", values);
	sqlite3_close(make("a.db", sql));
	read_rows(&store, 0);
	snprintf(expected, sizeof expected, "%s {\"id\":", reason);
	if (strstr(buffer_text(&lines), expected) == NULL)
		fail_msg("%s: %s", values, buffer_text(&lines));
}

static void
what_is_no_good_is_a_reject(void **state)
{
	(void)state;
	one_reject("NULL, '', 1, 1, '1', x''", "no-id");
	one_reject("x'61', '', 1, 1, '1', x''", "no-id");
	one_reject("CAST(x'ff' AS TEXT), '', 1, 1, '1', x''", "no-id");
	one_reject("'a', x'61', 1, 1, '1', x''", "wrong-type");
	one_reject("'a', CAST(x'ff' AS TEXT), 1, 1, '1', x''", "not-utf-8");
	one_reject("'a', '', 'one', 1, '1', x''", "wrong-type");
	one_reject("'a', '', 1, 2, '1', x''", "wrong-type");
	one_reject("'a', '', 1, 1, '{', x''", "not-json");
	one_reject("'a', '', 1, 1, '1, \"bin\": 2', x''", "not-json");
	one_reject("'a', '', 1, 1, '\"\\ud800\"', x''", "lone-surrogate");
	one_reject("'a', '', 1, 1, '{\"a\":1,\"a\":2}', x''",
	    "duplicate-member");
	one_reject("'a', '', 1, 1, printf('%.600c', '['), x''", "not-json");
	one_reject("'a', '', 1, 1, replace(printf('%.600c', 'x'), 'x', '[') || "
	    "replace(printf('%.600c', 'x'), 'x', ']'), x''", "too-deep");
	one_reject("'a', '', 1, 1, x'31', x''", "wrong-type");
}

static void
checksums_are_compared(void **state)
{
	static const struct sqlite_column two[] = {
	    {"doc", SQLITE_FORM_JSON}, {"sum", SQLITE_FORM_TEXT}};
	static const struct sqlite_store store = {.store = "s", .table = "t",
	    .id = "id", .columns = two, .column_count = 2, .checksum = "sum",
	    .checked = "doc"};

	(void)state;
	scratch_clear();
	sqlite3_close(make("a.db", "CREATE TABLE t (who, id, doc, sum); "
	    "INSERT INTO t VALUES ('me', 'good', '{}', '44136fa355b3678a1146"
	    "ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'), "
	    "('me', 'bad', '{ }', '44136fa355b3678a1146"
	    "ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'), "
	    "('me', 'none', '{}', NULL)"));
	read_rows(&store, 0);
	assert_non_null(strstr(buffer_text(&lines), "1 kv good"));
	assert_non_null(strstr(buffer_text(&lines),
	    "2 reject bad bad-checksum"));
	assert_non_null(strstr(buffer_text(&lines),
	    "3 reject none bad-checksum"));
}

/* 1.0 and -2.0, as JSON, as bytes, and bytes that begin like JSON. */
static void
vectors_of_both_forms(void **state)
{
	static const struct sqlite_store store = {.store = "s", .table = "t",
	    .id = "id", .vectors = "v", .dimension = 2};

	(void)state;
	scratch_clear();
	sqlite3_close(make("a.db", "CREATE TABLE t (who, id); CREATE TABLE v "
	    "(embedding); INSERT INTO t VALUES ('me', 'json'), "
	    "('me', 'bytes'), ('me', 'bracket'), ('me', 'short'), "
	    "('me', 'words'), ('me', 'null'), ('me', 'none'); "
	    "INSERT INTO v VALUES (CAST('[1, -2.0e0]' AS BLOB)), "
	    "(x'0000803f000000c0'), (x'5b00803f000000c0'), (x'0000803f'), "
	    "('[1, \"2\"]'), (NULL)"));
	read_rows(&store, 0);
	assert_string_equal(buffer_text(&lines),
	    "1 vector json {} AACAPwAAAMA=\n"
	    "2 vector bytes {} AACAPwAAAMA=\n"
	    "3 vector bracket {} WwCAPwAAAMA=\n"
	    "4 reject short no-vector {\"id\":\"short\","
	    "\"embedding\":\"AACAPw==\"}\n"
	    "5 reject words no-vector {\"id\":\"words\","
	    "\"embedding\":\"[1, \\\"2\\\"]\"}\n"
	    "6 reject null no-vector {\"id\":\"null\",\"embedding\":null}\n"
	    "7 reject none no-vector {\"id\":\"none\",\"embedding\":null}\n");
}

static struct reader *
open_tenant(const char *tenant, bool sample)
{
	struct reader_options options = {.workspace = tenant,
	    .sample = sample};

	error = (struct error){0};
	return llmspell_class.open(scratch_path("a.db"), &options, &error);
}

static const char table_of_agents[] = "CREATE TABLE agent_states (tenant_id "
    "TEXT, agent_id TEXT, state_id, agent_type, state_data, schema_version, "
    "data_version, checksum, created_at, updated_at); ";

static void
which_tenant(void **state)
{
	struct reader *reader;

	(void)state;
	scratch_clear();
	sqlite3_close(make("a.db", table_of_agents));
	reader = open_tenant(NULL, false);
	assert_non_null(reader);
	assert_string_equal(reader_header(reader)->workspace, "");
	reader_close(reader);
	sqlite3_close(make("a.db", "INSERT INTO agent_states (tenant_id) "
	    "VALUES ('one')"));
	reader = open_tenant(NULL, false);
	assert_non_null(reader);
	assert_string_equal(reader_header(reader)->workspace, "one");
	reader_close(reader);
	sqlite3_close(make("a.db", "INSERT INTO agent_states (tenant_id) "
	    "VALUES ('two')"));
	assert_null(open_tenant(NULL, false));
	assert_int_equal(error.status, STATUS_USAGE);
	assert_null(open_tenant("three", false));
	assert_int_equal(error.status, STATUS_SOURCE);
	sqlite3_close(make("a.db", "INSERT INTO agent_states (tenant_id) "
	    "VALUES (x'00')"));
	assert_null(open_tenant("one", false));
	assert_int_equal(error.status, STATUS_DATA);
}

static void
what_other_databases_lack(void **state)
{
	(void)state;
	scratch_clear();
	sqlite3_close(make("a.db", "CREATE TABLE other (x)"));
	assert_null(open_tenant(NULL, false));
	assert_int_equal(error.status, STATUS_DATA);
	assert_non_null(strstr(error.message, "none of llmspell's tables"));
	sqlite3_close(make("a.db", "CREATE TABLE vector_metadata (id, "
	    "tenant_id, scope, dimension, metadata, created_at, updated_at); "
	    "INSERT INTO vector_metadata (tenant_id, dimension) VALUES "
	    "('me', 768)"));
	assert_null(open_tenant("me", false));
	assert_int_equal(error.status, STATUS_DATA);
	assert_non_null(strstr(error.message, "vec_embeddings_768"));
}

/* Few of many, spread over all; the count is of all. */
static void
samples(void **state)
{
	struct reader *reader;
	struct record record;
	uint64_t count = 0, last = 0;

	(void)state;
	scratch_clear();
	sqlite3_close(make("a.db", table_of_agents));
	sqlite3_close(make("a.db", "WITH RECURSIVE n(i) AS (SELECT 1 UNION "
	    "ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO agent_states "
	    "(tenant_id, agent_id) SELECT 'me', i FROM n"));
	reader = open_tenant("me", true);
	assert_non_null(reader);
	assert_int_equal(reader_header(reader)->stores[0].count, 5000);
	while (reader_next(reader, &record, &error) == 1) {
		assert_true(record.seq > last);
		last = record.seq;
		count++;
	}
	assert_true(count > 100 && count <= 512 && last > 4000);
	reader_close(reader);
}

static int
clean(void **state)
{
	buffer_free(&lines);
	return scratch_remove(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_database_without_a_log),
	    cmocka_unit_test(a_log_that_nobody_has_open),
	    cmocka_unit_test(a_snapshot_while_others_write),
	    cmocka_unit_test(a_change_is_noticed),
	    cmocka_unit_test(what_is_no_database_is_refused),
	    cmocka_unit_test(a_transaction_under_way_is_waited_for),
	    cmocka_unit_test(every_kind_of_value),
	    cmocka_unit_test(what_is_no_good_is_a_reject),
	    cmocka_unit_test(checksums_are_compared),
	    cmocka_unit_test(vectors_of_both_forms),
	    cmocka_unit_test(which_tenant),
	    cmocka_unit_test(what_other_databases_lack),
	    cmocka_unit_test(samples)};

	return cmocka_run_group_tests(tests, scratch_make, clean);
}
