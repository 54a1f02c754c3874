/*
 * A file that has become shorter since it was opened is never read as a whole
 * one, wherever in it the reader meets its new end.
 */
#include "scratch.h"

#include "reader/graphml.h"
#include "reader/json_kv.h"
#include "reader/nano_vectordb.h"

static const char kv_text[] = " { \"doc-\\\"1\" : { \"a\" : [ 1.5 , \"x\\\\\" , "
    "{} , true ] } , \"default\" : { \"h\" : { \"return\" : \"r\" } } , "
    "\"b\" : 12 } ";
static const char vectors_text[] = " { \"embedding_dim\" : 1 , \"data\" : [ { "
    "\"__id__\" : \"a\" , \"vector\" : \"x\" } , { \"__id__\" : \"b\" } ] , "
    "\"additional_data\" : { \"lightrag_embedding_model\" : \"m\" } , "
    "\"matrix\" : \"AACAPwAAAMA=\" } ";
static const char graph_text[] = "<graphml xmlns=\"http://graphml.graphdrawing."
    "org/xmlns\"><key id=\"d\" for=\"node\" attr.name=\"n\" attr.type="
    "\"string\"/><graph><!-- c --><node id=\"a\"><data key=\"d\">x&amp;"
    "<![CDATA[y]]></data></node><node id=\"b\"/><edge source=\"a\" "
    "target=\"b\"/></graph></graphml>";

static struct error error;

/* As the readers do: open, walk, read to the end. Return 0 or -1. */
static int
read_kv(const struct input *input, enum json_kv_form form, off_t shorter)
{
	struct json_kv_options options = {.store = "s", .form = form};
	struct file_scan scan;
	struct record record;
	struct json_kv *kv;
	int result;

	if (shorter > 0)
		assert_int_equal(truncate(input->path, shorter), 0);
	if (json_kv_scan(input, &options, &scan, &error) != 0)
		return -1;
	if (shorter < 0)
		assert_int_equal(truncate(input->path, -shorter), 0);
	kv = json_kv_open(input, &options);
	while ((result = json_kv_next(kv, &record, &error)) == 1)
		;
	json_kv_close(kv);
	return result;
}

static int
read_plain(const struct input *input, off_t shorter)
{
	return read_kv(input, JSON_KV_PLAIN, shorter);
}

static int
read_cache(const struct input *input, off_t shorter)
{
	return read_kv(input, JSON_KV_CACHE, shorter);
}

static int
read_vectors(const struct input *input, off_t shorter)
{
	struct nano_vectordb_options options = {.store = "s"};
	struct nano_vectordb_layout layout = {0};
	struct nano_vectordb *reader;
	struct record record;
	int result;

	if (shorter > 0)
		assert_int_equal(truncate(input->path, shorter), 0);
	result = nano_vectordb_scan(input, 0, &layout, &error);
	if (shorter < 0)
		assert_int_equal(truncate(input->path, -shorter), 0);
	if (result == 0) {
		reader = nano_vectordb_open(input, &layout, &options);
		while ((result = nano_vectordb_next(reader, &record,
		    &error)) == 1)
			;
		nano_vectordb_close(reader);
	}
	nano_vectordb_layout_free(&layout);
	return result;
}

static int
read_graph(const struct input *input, off_t shorter)
{
	struct graphml_options options = {.store = {"n", "e"}};
	struct graphml_layout layout = {0};
	struct graphml *graphml;
	struct record record;
	int result = 0;

	if (shorter > 0)
		assert_int_equal(truncate(input->path, shorter), 0);
	if (graphml_scan(input, &layout, &error) != 0)
		return -1;
	if (shorter < 0)
		assert_int_equal(truncate(input->path, -shorter), 0);
	graphml = graphml_open(input, &layout, &options);
	for (int part = 0; part < GRAPHML_PARTS && result == 0; part++)
		while ((result = graphml_next(graphml, (enum graphml_part)part,
		    &record, &error)) == 1)
			;
	graphml_close(graphml);
	return result;
}

/*
 * Blanks stand before ${text}, so that a window ends ${at} bytes into it, and
 * there the file ends: before the first walk, or (negative) after it.
 */
static void
try(int (*read)(const struct input *, off_t), const char *text, size_t at,
    int sign)
{
	static char blanks[WINDOW_STEP];
	struct buffer content = {0};
	struct input input;

	memset(blanks, ' ', sizeof blanks);
	buffer_append(&content, blanks, WINDOW_STEP - at);
	buffer_append_text(&content, text);
	error = (struct error){0};
	assert_int_equal(input_open(&input, scratch_write("file",
	    content.data, content.length), &error), 1);
	assert_int_equal(read(&input, 0), 0);
	/* Who has all that he wants looks at the whole file once more. */
	if (read(&input, sign * (off_t)WINDOW_STEP) != -1 &&
	    (sign > 0 || input_check(&input, &error) != -1))
		fail_msg("cut off behind %.*s", (int)at, text);
	if (error.status != STATUS_CONFLICT && error.status != STATUS_DATA)
		fail_msg("status %d: %s", (int)error.status, error.message);
	input_close(&input);
	buffer_free(&content);
}

static void
try_all(int (*read)(const struct input *, off_t), const char *text)
{
	for (size_t at = 0; at < strlen(text); at++) {
		try(read, text, at, 1);
		try(read, text, at, -1);
	}
}

static void
key_values(void **state)
{
	(void)state;
	try_all(read_plain, kv_text);
}

static void
caches(void **state)
{
	(void)state;
	try_all(read_cache, kv_text);
}

static void
vectors(void **state)
{
	(void)state;
	try_all(read_vectors, vectors_text);
}

static void
graphs(void **state)
{
	(void)state;
	try_all(read_graph, graph_text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(key_values),
	    cmocka_unit_test(caches),
	    cmocka_unit_test(vectors),
	    cmocka_unit_test(graphs),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
