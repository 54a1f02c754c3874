/* Streams of lines: what is written is read back; what was not written so is refused, with line and byte. */
#include "scratch.h"

#include <fcntl.h>

#include "stream/stream_reader.h"

#define BEGIN "{\"kind\":\"begin\",\"version\":1,\"system\":\"s\"," \
	"\"source\":\"x\",\"fingerprint\":\"f\",\"workspace\":\"w\"," \
	"\"stores\":[{\"store\":\"a\",\"shape\":\"kv\",\"count\":2}," \
	"{\"store\":\"v\",\"shape\":\"vector\",\"count\":1,\"dim\":2," \
	"\"after\":3,\"label\":\"Chunks\"}]}\n"
#define ZERO "0:00000000000000000000000000000000"
#define STORE(name, in, out) "{\"store\":\"" name "\",\"in\":" in \
	",\"out\":" out ",\"dropped\":0,\"rejected\":0,\"digest\":\"" ZERO \
	"\"}"
#define END "{\"kind\":\"end\",\"digest\":\"" ZERO "\",\"stores\":[" \
	STORE("a", "0", "0") "," STORE("v", "0", "0") "]}\n"

static struct stream_reader reader;
static struct line line;
static struct error error;

static void
open_file(const char *path)
{
	error = (struct error){0};
	stream_reader_open(&reader, open(path, O_RDONLY), "in");
	assert_true(reader.descriptor >= 0);
}

static void
close_file(void)
{
	close(reader.descriptor);
	stream_reader_close(&reader);
}

/* Read ${text} to its end or its first fault; the last result. */
static int
read_text(const char *text, size_t length, bool accept_changed)
{
	int got;

	open_file(scratch_write("stream", text, length));
	reader.accept_changed = accept_changed;
	while ((got = stream_reader_next(&reader, &line, &error)) == 1)
		;
	return got;
}

/* ${message} is what stands behind "in: "; ${status} what the failure leads to. */
static void
expect_refused(const char *text, enum status status, const char *message)
{
	char wanted[600];

	snprintf(wanted, sizeof wanted, "in: %s", message);
	assert_int_equal(read_text(text, strlen(text), false), -1);
	assert_string_equal(error.message, wanted);
	assert_int_equal(error.status, status);
	close_file();
}

static struct record
kv(uint64_t seq, const char *value)
{
	return (struct record){.kind = RECORD_KV, .store = "a", .seq = seq,
	    .id = slice_of("i\n\""), .value_text = slice_of(value)};
}

static void
write_stream(bool arrays, const struct lost_member *lost, size_t lost_count)
{
	static struct store stores[] = {{.name = "a", .shape = SHAPE_KV,
	    .count = 3}, {.name = "v", .shape = SHAPE_VECTOR, .count = 1,
	    .dimension = 2, .after = 3, .label = "Chunks"}};
	const struct header header = {.system = "s", .source = "x",
	    .fingerprint = "f", .content = "c", .workspace = "w",
	    .embedding_model = "m", .target_workspace = "t", .job = "j",
	    .stores = stores, .store_count = 2};
	const struct record vector = {.kind = RECORD_VECTOR, .store = "v",
	    .seq = 4, .id = slice_of("v"), .value_text = slice_of("{}"),
	    .vector = slice_of("AACAPwAAAMA=")};
	const struct record reject = {.kind = RECORD_REJECT, .store = "a",
	    .seq = 3, .reason = slice_of("r"), .detail = slice_of("d"),
	    .rejected = slice_of("x")};
	const uint64_t in[] = {4, 1};
	struct record record;
	struct stream_writer writer;
	int to = open(scratch_path("stream"), O_WRONLY | O_CREAT | O_TRUNC,
	    0600);

	assert_true(to >= 0);
	stream_writer_open(&writer, to, "stage");
	writer.vectors_as_arrays = arrays;
	assert_int_equal(stream_write_header(&writer, &header, &error), 0);
	assert_int_equal(stream_write_line(&writer,
	    slice_of("{\"kind\":\"table\"}"), &error), 0);
	record = kv(1, "{\"n\":1.0}");
	assert_int_equal(stream_write_record(&writer, &record, &error), 0);
	assert_int_equal(stream_write_record(&writer, &reject, &error), 0);
	assert_int_equal(stream_write_record(&writer, &vector, &error), 0);
	record.store = "b";
	assert_int_equal(stream_write_record(&writer, &record, &error), -1);
	assert_int_equal(error.status, STATUS_INTERNAL);
	assert_int_equal(stream_write_end(&writer, in, lost, lost_count,
	    &error), 0);
	stream_writer_close(&writer);
	close(to);
}

static void
next_is(enum line_kind kind)
{
	assert_int_equal(stream_reader_next(&reader, &line, &error), 1);
	assert_int_equal(line.kind, kind);
}

static void
written_and_read(void **state)
{
	(void)state;
	write_stream(false, NULL, 0);
	open_file(scratch_path("stream"));
	next_is(LINE_BEGIN);
	assert_string_equal(reader.header.content, "c");
	assert_string_equal(reader.header.embedding_model, "m");
	assert_string_equal(reader.header.target_workspace, "t");
	assert_string_equal(reader.header.job, "j");
	assert_int_equal(reader.header.store_count, 2);
	assert_int_equal(reader.header.stores[1].dimension, 2);
	assert_int_equal(reader.header.stores[1].after, 3);
	assert_string_equal(reader.header.stores[1].label, "Chunks");
	next_is(LINE_DESCRIPTION);
	next_is(LINE_RECORD);
	assert_true(slice_is(line.record.id, "i\n\""));
	assert_null(line.record.extra);
	next_is(LINE_RECORD);
	assert_int_equal(line.record.kind, RECORD_REJECT);
	assert_true(slice_is(line.record.rejected, "x"));
	next_is(LINE_RECORD);
	assert_true(slice_is(line.record.vector, "AACAPwAAAMA="));
	next_is(LINE_END);
	assert_int_equal(stream_reader_next(&reader, &line, &error), 0);
	assert_int_equal(stream_reader_next(&reader, &line, &error), 0);
	close_file();
}

static char *
read_stream(void)
{
	static char text[8192];
	FILE *file = fopen(scratch_path("stream"), "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* The numbers of a vector for jq; the end says what was lost and dropped. */
static void
for_people(void **state)
{
	static const struct lost_member lost[] = {{"a", "m", 2}, {"v", "n", 1}};

	(void)state;
	write_stream(true, lost, 2);
	assert_non_null(strstr(read_stream(), "\"vector\":[1,-2]}"));
	assert_non_null(strstr(read_stream(), "\"lost\":[{\"store\":\"a\","
	    "\"member\":\"m\",\"count\":2},{\"store\":\"v\","));
	assert_non_null(strstr(read_stream(), "\"in\":4,\"out\":1,\"dropped\":2,"
	    "\"rejected\":1,"));
	open_file(scratch_path("stream"));
	while (stream_reader_next(&reader, &line, &error) == 1)
		if (line.record.kind == RECORD_VECTOR && line.kind ==
		    LINE_RECORD)
			assert_true(slice_is(line.record.vector,
			    "AACAPwAAAMA="));
	assert_true(reader.ended);
	assert_int_equal(error.status, STATUS_DONE);
	close_file();
}

static void
broken_lines(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
	    {"x\n", "line 1 (byte 0): not a JSON object"},
	    {"[]\n", "line 1 (byte 0): not a JSON object"},
	    {"{}\n", "line 1 (byte 0): no \"kind\""},
	    {"{\"kind\":1}\n", "line 1 (byte 0): no \"kind\""},
	    {"{\"kind\":\"kv\"}\n",
	        "line 1 (byte 0): the first line is not a \"begin\""},
	    {END, "line 1 (byte 0): an \"end\" before \"begin\""},
	    {BEGIN BEGIN, "line 2 (byte 213): a second \"begin\""},
	    {"{\"kind\":\"begin\"}\n",
	        "line 1 (byte 0): \"begin\" has no version"},
	    {"{\"kind\":\"begin\",\"version\":2}\n", "line 1 (byte 0): made by "
	        "a newer hr (version is not 1)"},
	    {"{\"kind\":\"begin\",\"version\":1,\"system\":\"s\"}\n",
	        "line 1 (byte 0): \"begin\" lacks system, source, fingerprint, "
	        "workspace or stores"},
	    {"{\"kind\":\"begin\",\"version\":1,\"system\":\"s\",\"source\":"
	        "\"x\",\"fingerprint\":\"f\",\"workspace\":\"w\",\"stores\":"
	        "[{\"store\":\"a\",\"shape\":\"round\",\"count\":1}]}\n",
	        "line 1 (byte 0): \"begin\" has a store without name, shape or "
	        "count"},
	    {"{\"kind\":\"begin\",\"version\":1,\"system\":\"s\",\"source\":"
	        "\"x\",\"fingerprint\":\"f\",\"workspace\":\"w\",\"stores\":"
	        "[{\"store\":\"a\\\"b\",\"shape\":\"kv\",\"count\":1}]}\n",
	        "line 1 (byte 0): \"begin\" has a store without name, shape or "
	        "count"},
	    {BEGIN "{\"kind\":\"kv\",\"store\":\"b\"}\n",
	        "line 2 (byte 213): a store that \"begin\" did not name"},
	    {BEGIN "{\"kind\":\"kv\",\"store\":\"a\"}\n",
	        "line 2 (byte 213): no \"seq\""},
	    {BEGIN "{\"kind\":\"kv\",\"store\":\"a\",\"seq\":0}\n",
	        "line 2 (byte 213): no \"seq\""},
	    {BEGIN "{\"kind\":\"kv\",\"store\":\"a\",\"seq\":1}\n",
	        "line 2 (byte 213): lacks a member that its kind needs"},
	    {BEGIN "{\"kind\":\"kv\",\"store\":\"a\",\"seq\":1,\"value\":{}}\n",
	        "line 2 (byte 213): lacks a member that its kind needs"},
	    {BEGIN "{\"kind\":\"edge\",\"store\":\"a\",\"seq\":1,\"value\":{},"
	        "\"source\":\"s\"}\n",
	        "line 2 (byte 213): lacks a member that its kind needs"},
	    {BEGIN "{\"kind\":\"vector\",\"store\":\"v\",\"seq\":1,\"value\":{},"
	        "\"id\":\"i\",\"vector\":[1,\"2\"]}\n",
	        "line 2 (byte 213): lacks a member that its kind needs"},
	    {BEGIN "{\"kind\":\"vector\",\"store\":\"v\",\"seq\":1,\"value\":{},"
	        "\"id\":\"i\",\"vector\":1}\n",
	        "line 2 (byte 213): lacks a member that its kind needs"},
	    {BEGIN "{\"kind\":\"row\",\"store\":\"a\",\"seq\":1,\"row\":{}}\n",
	        "line 2 (byte 213): lacks a member that its kind needs"},
	    {BEGIN "{\"kind\":\"reject\",\"store\":\"a\",\"seq\":1,"
	        "\"reason\":\"r\"}\n",
	        "line 2 (byte 213): lacks a member that its kind needs"},
	    {BEGIN "{\"kind\":\"tune\"}\n",
	        "line 2 (byte 213): a kind that hr does not know"},
	    {BEGIN "{\"kind\":\"end\"}\n",
	        "line 2 (byte 213): \"end\" lacks its digest or a store"},
	    {BEGIN "{\"kind\":\"end\",\"digest\":\"" ZERO "\",\"stores\":["
	        STORE("a", "0", "0") "]}\n",
	        "line 2 (byte 213): \"end\" lacks its digest or a store"},
	    {BEGIN "{\"kind\":\"end\",\"digest\":\"" ZERO "\",\"stores\":["
	        STORE("a", "0", "0") ",{\"store\":\"v\"}]}\n",
	        "line 2 (byte 213): \"end\" has a store without its counts or "
	        "digest"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect_refused(cases[i].text, STATUS_DATA, cases[i].message);
}

#define RECORD(seq) "{\"kind\":\"kv\",\"store\":\"a\",\"seq\":" seq \
	",\"id\":\"i\",\"value\":{}}\n"

static void
incomplete_streams(void **state)
{
	(void)state;
	expect_refused("", STATUS_INCOMPLETE, "ended after 0 lines without an "
	    "\"end\": the stage before did not finish");
	expect_refused(BEGIN, STATUS_INCOMPLETE, "ended after 1 lines without "
	    "an \"end\": the stage before did not finish");
	expect_refused(BEGIN "{", STATUS_INCOMPLETE,
	    "line 2 (byte 213): cut off in the middle");
	expect_refused(BEGIN RECORD("2") RECORD("2"), STATUS_INCOMPLETE,
	    "line 3 (byte 267): \"seq\" does not rise: a line is doubled or "
	    "out of order");
	expect_refused(BEGIN RECORD("1") END, STATUS_INCOMPLETE,
	    "a: 1 records and 0 rejects came, but \"end\" says 0 and 0 "
	    "(--accept-changed if your own filter stood between)");
	expect_refused(BEGIN RECORD("1") "{\"kind\":\"end\",\"digest\":\"" ZERO
	    "\",\"stores\":[" STORE("a", "1", "1") "," STORE("v", "0", "0")
	    "]}\n", STATUS_INCOMPLETE, "a: a line was changed on the way "
	    "(--accept-changed if your own filter stood between)");
	expect_refused(BEGIN "{\"kind\":\"end\",\"digest\":\"" ZERO
	    "\",\"stores\":[" STORE("a", "2", "1") "," STORE("v", "0", "0")
	    "]}\n", STATUS_INCOMPLETE, "line 2 (byte 213): \"end\": in is not "
	    "out + dropped + rejected");
	expect_refused(BEGIN END, STATUS_INCOMPLETE, "a line of no store was "
	    "changed, doubled or dropped on the way (--accept-changed if your "
	    "own filter stood between)");
}

static void
a_filter_between(void **state)
{
	static const char text[] = BEGIN RECORD("1") END;

	(void)state;
	assert_int_equal(read_text(text, strlen(text), true), 0);
	close_file();
}

static void
too_long(void **state)
{
	struct buffer text = {0};

	(void)state;
	buffer_append_text(&text, BEGIN "{\"kind\":\"kv\",\"store\":\"a\","
	    "\"seq\":1,\"id\":\"");
	for (int i = 0; i < 200; i++)
		buffer_append_text(&text, "0123456789");
	buffer_append_text(&text, "\",\"value\":{}}\n");
	open_file(scratch_write("stream", text.data, text.length));
	reader.max_record = 500;
	next_is(LINE_BEGIN);
	assert_int_equal(stream_reader_next(&reader, &line, &error), -1);
	assert_string_equal(error.message, "in: line 2 (byte 213): longer than "
	    "twice --max-record");
	close_file();
	/* Also where the line's end is not even in sight. */
	text.length = 0;
	buffer_reserve(&text, 3 * 1024 * 1024);
	memset(text.data, ' ', 3 * 1024 * 1024);
	open_file(scratch_write("stream", text.data, 3 * 1024 * 1024));
	reader.max_record = 500;
	assert_int_equal(stream_reader_next(&reader, &line, &error), -1);
	assert_int_equal(error.status, STATUS_DATA);
	close_file();
	buffer_free(&text);
}

static void
unreadable(void **state)
{
	(void)state;
	stream_reader_open(&reader, open(scratch, O_RDONLY), "in");
	assert_int_equal(stream_reader_next(&reader, &line, &error), -1);
	assert_int_equal(error.status, STATUS_IO);
	close_file();
}

/* What people are told of, in their order. */
static void
labels(void **state)
{
	struct store stores[] = {{.name = "a", .label = "Documents"},
	    {.name = "b"}, {.name = "c", .label = "Entities"}};
	struct header header = {.stores = stores, .store_count = 3};

	(void)state;
	assert_ptr_equal(stream_labelled(&header, 0), &stores[2]);
	assert_ptr_equal(stream_labelled(&header, 1), &stores[0]);
	assert_null(stream_labelled(&header, 2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(written_and_read),
	    cmocka_unit_test(for_people),
	    cmocka_unit_test(broken_lines),
	    cmocka_unit_test(incomplete_streams),
	    cmocka_unit_test(a_filter_between),
	    cmocka_unit_test(too_long),
	    cmocka_unit_test(unreadable),
	    cmocka_unit_test(labels),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
