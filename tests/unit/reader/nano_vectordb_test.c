#include "scratch.h"

#include "codec/base64.h"
#include "reader/nano_vectordb.h"
#include "reader/render.h"

/* What reading a file gave. */
static struct buffer lines;
static struct error error;
static struct nano_vectordb_layout layout;
static uint64_t widened;

static void
read_text(const char *text, uint64_t after, size_t max_record)
{
	struct nano_vectordb_options options = {
	    .store = "vdb_x", .after = after, .max_record = max_record};
	struct nano_vectordb *reader;
	struct input input;
	struct record record;
	int result;

	buffer_clear(&lines);
	error = (struct error){0};
	nano_vectordb_layout_free(&layout);
	assert_int_equal(input_open(&input, scratch_write_text("vdb.json",
	    text), &error), 1);
	if (nano_vectordb_scan(&input, max_record, &layout, &error) != 0) {
		input_close(&input);
		return;
	}
	reader = nano_vectordb_open(&input, &layout, &options);
	while ((result = nano_vectordb_next(reader, &record, &error)) == 1)
		render(&lines, &record);
	assert_int_equal(result, error.status == STATUS_DONE ? 0 : -1);
	widened = nano_vectordb_widened(reader);
	nano_vectordb_close(reader);
	input_close(&input);
}

static void
expect(const char *text, uint64_t count, const char *wanted)
{
	read_text(text, 0, 0);
	assert_string_equal(error.message, "");
	assert_string_equal(buffer_text(&lines), wanted);
	assert_int_equal(layout.scan.count, count);
}

/* ${wanted} is the message without the path. */
static void
expect_broken(const char *text, const char *wanted)
{
	char message[600];

	read_text(text, 0, 0);
	snprintf(message, sizeof message, "%s: %s", scratch_path("vdb.json"),
	    wanted);
	assert_string_equal(error.message, message);
	assert_int_equal(error.status, STATUS_DATA);
}

/* Facts: row 0 is .6 .8 0 0, row 1 .5 .5 .5 .5. */
#define ROWS "mpkZP83MTD8AAAAAAAAAAAAAAD8AAAA/AAAAPwAAAD8="
#define ROW0 "mpkZP83MTD8AAAAAAAAAAA=="
#define ROW1 "AAAAPwAAAD8AAAA/AAAAPw=="

static void
good_files(void **state)
{
	(void)state;
	expect("{\"embedding_dim\": 4, \"data\": [{\"__id__\": \"a\", "
	    "\"vector\": \"x\", \"c\": 1}, {\"__id__\": \"b\"}], "
	    "\"matrix\": \"" ROWS "\"}", 2,
	    "1 vector a {\"__id__\":\"a\",\"c\":1} " ROW0 "\n"
	    "2 vector b {\"__id__\":\"b\"} " ROW1 "\n");
	assert_int_equal(layout.dimension, 4);
	assert_null(layout.model);
	/* Names in any order, unknown ones, the model. */
	expect("\xEF\xBB\xBF{\"matrix\":\"" ROWS "\",\"more\":[{}],"
	    "\"additional_data\":{\"lightrag_embedding_model\":\"m:latest\"},"
	    "\"data\":[{\"__id__\":\"a\"},{\"__id__\":\"b\"}]\n,"
	    "\"embedding_dim\":4}\n", 2,
	    "1 vector a {\"__id__\":\"a\"} " ROW0 "\n"
	    "2 vector b {\"__id__\":\"b\"} " ROW1 "\n");
	assert_string_equal(layout.model, "m:latest");
	assert_true(layout.scan.byte_order_mark);
	/* Only what stands behind a resume position. */
	read_text("{\"embedding_dim\": 4, \"data\": [{\"__id__\": \"a\"}, "
	    "{\"__id__\": \"b\"}], \"matrix\": \"" ROWS "\"}", 1, 0);
	assert_string_equal(buffer_text(&lines),
	    "2 vector b {\"__id__\":\"b\"} " ROW1 "\n");
}

static void
empty_files(void **state)
{
	(void)state;
	expect("", 0, "");
	assert_true(layout.scan.blank);
	expect("{\"embedding_dim\": 8, \"data\": [], \"matrix\": \"\"}", 0, "");
	assert_int_equal(layout.dimension, 8);
	expect("{\"data\": [], \"matrix\": \"\"}", 0, "");
	assert_int_equal(layout.dimension, 0);
}

/* `vector` is taken out wherever it stands, the rest stays as it is. */
static void
vector_removed(void **state)
{
	static const char *const places[][2] = {
	    {"{\"vector\":\"x\",\"__id__\":\"a\",\"l\":[1,{\"m\":[]}],\"z\":2}",
	     "{\"__id__\":\"a\",\"l\":[1,{\"m\":[]}],\"z\":2}"},
	    {"{\"__id__\":\"a\",\"l\":[1,{\"m\":[]}],\"vector\":\"x\",\"z\":2}",
	     "{\"__id__\":\"a\",\"l\":[1,{\"m\":[]}],\"z\":2}"},
	    {"{\"__id__\":\"a\",\"o\":{\"vector\":1},\"vector\":[{\"n\":[1]}]}",
	     "{\"__id__\":\"a\",\"o\":{\"vector\":1}}"},
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char text[400], wanted[400];

		snprintf(text, sizeof text, "{\"embedding_dim\":4,\"data\":[%s]"
		    ",\"matrix\":\"" ROW0 "\"}", places[i][0]);
		snprintf(wanted, sizeof wanted, "1 vector a %s " ROW0 "\n",
		    places[i][1]);
		expect(text, 1, wanted);
	}
}

/* Every way in which rows and groups of four characters can meet. */
static void
every_alignment(void **state)
{
	struct buffer text = {0}, wanted = {0}, matrix = {0};

	(void)state;
	for (size_t d = 1; d <= 9; d++)
		for (size_t n = 1; n <= 7; n++) {
			buffer_clear(&text);
			buffer_clear(&wanted);
			buffer_clear(&matrix);
			for (size_t i = 0; i < n * d; i++) {
				float number = (float)i / 3 - 7;

				buffer_append(&matrix, &number, sizeof number);
			}
			buffer_format(&text, "{\"embedding_dim\":%zu,\"data\":[",
			    d);
			for (size_t i = 0; i < n; i++) {
				buffer_format(&text, "%s{\"__id__\":\"%zu\"}",
				    i > 0 ? "," : "", i);
				buffer_format(&wanted, "%zu vector %zu "
				    "{\"__id__\":\"%zu\"} ", i + 1, i, i);
				base64_encode(matrix.data + 4 * d * i, 4 * d,
				    &wanted);
				buffer_append_char(&wanted, '\n');
			}
			buffer_append_text(&text, "],\"matrix\":\"");
			base64_encode(matrix.data, matrix.length, &text);
			buffer_append_text(&text, "\"}");
			expect(buffer_text(&text), n, buffer_text(&wanted));
		}
	buffer_free(&text);
	buffer_free(&wanted);
	buffer_free(&matrix);
}

/* A file of two rows, the first NaN, with this `vector` in its record. */
static void
read_nan(const char *member)
{
	char text[600];

	snprintf(text, sizeof text, "{\"embedding_dim\":4,\"data\":[{\"__id__\""
	    ":\"a\"%s},{\"__id__\":\"b\"}],\"matrix\":\"AADA/wAAwP8AAMD/AADA/"
	    "wAAAD8AAAA/AAAAPwAAAD8=\"}", member);
	read_text(text, 0, 0);
	assert_string_equal(error.message, "");
}

static void
rows_not_finite(void **state)
{
	static const char *const bad[] = {
	    "", ",\"vector\":null", ",\"vector\":\"no\"",
	    ",\"vector\":\"eJxjcGJwYQACAAMqAIc\"",
	    ",\"vector\":\"eJxjYAABAAAGAAE=\"",             /* three numbers */
	    ",\"vector\":\"eJxjYGCoYQACAAJ0AH0=\"",         /* an infinity */
	};

	(void)state;
	read_nan(",\"vector\":\"eJxjcGJwYQACAAMqAIc=\"");
	assert_string_equal(buffer_text(&lines),
	    "1 vector a {\"__id__\":\"a\"} AABAQAAAgEAAAAAAAAAAAA==\n"
	    "2 vector b {\"__id__\":\"b\"} " ROW1 "\n");
	assert_int_equal(widened, 1);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char wanted[300];

		read_nan(bad[i]);
		snprintf(wanted, sizeof wanted, "1 reject a no-vector "
		    "{\"__id__\":\"a\"%s}\n2 vector b {\"__id__\":\"b\"} " ROW1
		    "\n", bad[i]);
		assert_string_equal(buffer_text(&lines), wanted);
		assert_int_equal(widened, 0);
	}
}

/* Infinity and NaN of every kind at every place of a row. */
static void
every_place(void **state)
{
	static const uint32_t odd[] = {0x7F800000, 0xFF800000, 0x7FC00000,
	    0xFFC00000, 0x7F800001, 0xFFFFFFFF};
	static const uint32_t fine[] = {0, 0x80000000, 0x7F7FFFFF, 0xFF7FFFFF,
	    1, 0x807FFFFF, 0x00800000};
	struct buffer text = {0};

	(void)state;
	for (size_t d = 1; d <= 5; d++)
		for (size_t at = 0; at < d; at++)
			for (size_t kind = 0; kind < 13; kind++) {
				uint32_t row[5] = {0x3F800000, 0xFF7FFFFF,
				    0x7F7FFFFF, 1, 0x807FFFFF};

				row[at] = kind < 6 ? odd[kind] : fine[kind - 6];
				buffer_clear(&text);
				buffer_format(&text, "{\"embedding_dim\":%zu,"
				    "\"data\":[{\"__id__\":\"a\"}],\"matrix\":"
				    "\"", d);
				base64_encode(row, 4 * d, &text);
				buffer_append_text(&text, "\"}");
				read_text(buffer_text(&text), 0, 0);
				assert_memory_equal(lines.data, kind < 6 ?
				    "1 reject a no-vector" :
				    "1 vector a {\"__id__\"", 20);
			}
	buffer_free(&text);
}

/* LightRAG issue: an empty matrix beside records. */
static void
no_matrix(void **state)
{
	(void)state;
	expect("{\"embedding_dim\":4,\"data\":[{\"__id__\":\"a\",\"vector\":"
	    "\"eJxjcGJwYQACAAMqAIc=\"},{\"__id__\":\"b\"}],\"matrix\":\"\"}", 2,
	    "1 vector a {\"__id__\":\"a\"} AABAQAAAgEAAAAAAAAAAAA==\n"
	    "2 reject b no-vector {\"__id__\":\"b\"}\n");
}

static void
rejects(void **state)
{
	(void)state;
	expect("{\"embedding_dim\":4,\"data\":[7,{\"__id__\":\"b\"}],"
	    "\"matrix\":\"" ROWS "\"}", 2,
	    "1 reject not-an-object 7\n"
	    "2 vector b {\"__id__\":\"b\"} " ROW1 "\n");
	expect("{\"embedding_dim\":4,\"data\":[{\"x\":1},{\"__id__\":2}],"
	    "\"matrix\":\"" ROWS "\"}", 2,
	    "1 reject no-id {\"x\":1}\n2 reject no-id {\"__id__\":2}\n");
	expect("{\"embedding_dim\":4,\"data\":[{\"__id__\":\"a\",\"x\":1,"
	    "\"x\":1},{\"__id__\":\"\\udfff\"}],\"matrix\":\"" ROWS "\"}", 2,
	    "1 reject duplicate-member {\"__id__\":\"a\",\"x\":1,\"x\":1}\n"
	    "2 reject lone-surrogate {\"__id__\":\"\\udfff\"}\n");
}

#define START "{\"embedding_dim\":4,\"data\":[{\"__id__\":\"a\"}],\"matrix\":"

static void
broken_matrix(void **state)
{
	(void)state;
	expect_broken(START "\"AAAA\"}", "byte 53: the matrix has 4 characters "
	    "of base64, but 1 records of 4 dimensions take 24");
	expect_broken(START "\"" ROWS "\"}", "byte 53: the matrix has 44 "
	    "characters of base64, but 1 records of 4 dimensions take 24");
	expect_broken("{\"embedding_dim\":4,\"data\":[],\"matrix\":\"" ROW0
	    "\"}", "byte 39: the matrix has 24 characters of base64, but 0 "
	    "records of 4 dimensions take 0");
	expect_broken("{\"embedding_dim\":2147483647,\"data\":[{}],\"matrix\":"
	    "\"AAAA\"}", "vectors of 2147483647 dimensions are longer than "
	    "268435456 bytes (--max-record allows more)");
	/* Not base64: a character, an escape, padding at a wrong place. */
	expect_broken(START "\"mpkZP83MTD8-AAAAAAAAAA==\"}",
	    "byte 64: the matrix is not base64 here");
	expect_broken(START "\"mpkZP83MTD8\\/AAAAAAAAA==\"}",
	    "byte 64: the matrix is not base64 here");
	expect_broken(START "\"mpkZP83MTD8=AAAAAAAAAA==\"}",
	    "byte 64: the matrix is not base64 here");
	expect_broken(START "\"mpkZP83MTD8AAAAAAAAAAAA=\"}",
	    "byte 76: the matrix is not base64 here");
	expect_broken(START "\"mpkZP83MTD8AAAAAAAAAAAAA\"}",
	    "byte 76: the matrix is not base64 here");
	expect_broken(START "\"mpkZP83MTD8AAAAAAAAAAB==\"}",
	    "byte 74: the matrix is not base64 here");
	expect_broken(START "[1]}",
	    "byte 52: not JSON: the matrix should be a string");
}

static void
broken_files(void **state)
{
	(void)state;
	expect_broken("{}", "has no `data`: not a file of nano-vectordb");
	expect_broken("{\"data\":[]}",
	    "has no `matrix`: not a file of nano-vectordb");
	expect_broken("{\"data\":[{}],\"matrix\":\"\"}",
	    "has 1 records, but no embedding_dim");
	expect_broken("{\"data\":{},\"matrix\":\"\"}",
	    "byte 8: not JSON: an array should begin here");
	expect_broken("{\"data\":[],\"data\":[]}",
	    "byte 11: not JSON: a name for the second time");
	expect_broken("{\"embedding_dim\":\"4\"}",
	    "byte 17: embedding_dim is not a number of dimensions");
	expect_broken("{\"embedding_dim\":4.0}",
	    "byte 17: embedding_dim is not a number of dimensions");
	expect_broken("{\"embedding_dim\":-4}",
	    "byte 17: embedding_dim is not a number of dimensions");
	expect_broken("{\"embedding_dim\":99999999999999999999}",
	    "byte 17: embedding_dim is not a number of dimensions");
	expect_broken("{\"data\":[{},]}", "byte 12: not JSON: a value is "
	    "missing");
	expect_broken(START "\"" ROW0 "\"} x",
	    "byte 80: not JSON: nothing should follow the file's one value");
	expect_broken("{\"embedding_dim\":4,\"data\":[{\"__id__\":\"\xFF\"}],"
	    "\"matrix\":\"" ROW0 "\"}",
	    "byte 38: not JSON: invalid UTF-8 encoding in string");
}

/* Rows across the edges of both windows. */
static void
large_file(void **state)
{
	struct buffer text = {0}, row = {0};
	const size_t n = 700, d = 511;
	struct slice line;
	const char *at;

	(void)state;
	buffer_format(&text, "{\"embedding_dim\":%zu,\"data\":[", d);
	for (size_t i = 0; i < n; i++)
		buffer_format(&text, "%s{\"__id__\":\"%zu\",\"c\":\"%01000zu\"}",
		    i > 0 ? "," : "", i, i);
	for (size_t i = 0; i < n * d; i++) {
		float number = (float)(i % 9973) / 7;

		buffer_append(&row, &number, sizeof number);
	}
	buffer_append_text(&text, "],\"matrix\":\"");
	base64_encode(row.data, row.length, &text);
	buffer_append_text(&text, "\"}");
	read_text(buffer_text(&text), 0, 0);
	assert_string_equal(error.message, "");
	at = buffer_text(&lines);
	for (size_t i = 0; i < n; i++) {
		struct buffer back = {0};
		size_t position;

		line = (struct slice){at, strcspn(at, "\n")};
		at += line.length + 1;
		line.data += line.length - base64_size(4 * d);
		line.length = base64_size(4 * d);
		assert_true(base64_decode(line, &back, &position));
		assert_memory_equal(back.data, row.data + 4 * d * i, 4 * d);
		buffer_free(&back);
	}
	buffer_free(&text);
	buffer_free(&row);
}

static int
finish(void **state)
{
	buffer_free(&lines);
	nano_vectordb_layout_free(&layout);
	return scratch_remove(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_files),
	    cmocka_unit_test(empty_files),
	    cmocka_unit_test(vector_removed),
	    cmocka_unit_test(every_alignment),
	    cmocka_unit_test(rows_not_finite),
	    cmocka_unit_test(every_place),
	    cmocka_unit_test(no_matrix),
	    cmocka_unit_test(rejects),
	    cmocka_unit_test(broken_matrix),
	    cmocka_unit_test(broken_files),
	    cmocka_unit_test(large_file),
	};

	return cmocka_run_group_tests(tests, scratch_make, finish);
}
