// timeout: 120
#include "scratch.h"

#include <dirent.h>
#include <fcntl.h>

#include "reader/lightrag.h"
#include "reader/lightrag_files.h"
#include "reader/render.h"

/* What reading a directory gave. */
static struct buffer lines, notes;
static struct error error;
static uint64_t rejects;

static void
add_note(void *context, const char *text)
{
	(void)context;
	buffer_append_text(&notes, text);
	buffer_append_char(&notes, '\n');
}

static struct reader *
open_reader(const char *path, struct reader_options options)
{
	buffer_clear(&lines);
	buffer_clear(&notes);
	error = (struct error){0};
	rejects = 0;
	options.note = add_note;
	return lightrag_class.open(path, &options, &error);
}

/* Read to the end; ${counts} becomes the number of records of each store. */
static void
read_rest(struct reader *reader, uint64_t *counts)
{
	const struct header *header = reader_header(reader);
	struct record record;
	size_t store = 0;
	int result;

	while ((result = reader_next(reader, &record, &error)) == 1) {
		while (header->stores[store].name != record.store)
			store++; /* in the header's order */
		assert_true(store < header->store_count);
		counts[store]++;
		rejects += record.kind == RECORD_REJECT;
		buffer_append_text(&lines, record.store);
		buffer_append_char(&lines, ' ');
		render(&lines, &record);
	}
	assert_int_equal(result, error.status == STATUS_DONE ? 0 : -1);
	if (result == 0)
		assert_int_equal(reader_next(reader, &record, &error), 0);
}

/* Open and read all of it; the failure, if any, is in `error`. */
static void
read_directory(const char *path, struct reader_options options)
{
	struct reader *reader = open_reader(path, options);
	uint64_t counts[13] = {0};

	if (reader == NULL) {
		assert_int_not_equal(error.status, STATUS_DONE);
		return;
	}
	read_rest(reader, counts);
	if (error.status == STATUS_DONE && options.after == NULL)
		for (size_t i = 0; i < reader_header(reader)->store_count; i++)
			assert_int_equal(counts[i],
			    reader_header(reader)->stores[i].count);
	reader_close(reader);
}

static void
samples(void **state)
{
	static const char *const names[] = {"kv_store_full_docs",
	    "kv_store_text_chunks", "kv_store_llm_response_cache",
	    "kv_store_full_entities", "kv_store_full_relations",
	    "kv_store_entity_chunks", "kv_store_relation_chunks", "vdb_chunks",
	    "vdb_entities", "vdb_relationships", "graph_nodes", "graph_edges",
	    "kv_store_doc_status"};
	static const uint64_t small[] = {24, 31, 90, 24, 24, 77, 69, 31, 79,
	    70, 79, 70, 24};
	struct reader *reader = open_reader(test_data("lightrag-1.5.7-small"),
	    (struct reader_options){0});
	const struct header *header;

	(void)state;
	assert_non_null(reader);
	header = reader_header(reader);
	assert_string_equal(header->system, "lightrag");
	assert_string_equal(header->workspace, "");
	assert_int_equal(header->source[0], '/');
	assert_int_equal(strlen(header->fingerprint), 32);
	/* Of the bytes alone, so it is the same everywhere. */
	assert_string_equal(header->content,
	    "b02067cd5110ff92041c4f5d3f8dd37c");
	assert_int_equal(header->store_count, 13);
	for (size_t i = 0; i < 13; i++) {
		assert_string_equal(header->stores[i].name, names[i]);
		assert_int_equal(header->stores[i].count, small[i]);
		assert_int_equal(header->stores[i].dimension,
		    header->stores[i].shape == SHAPE_VECTOR ? 32 : 0);
	}
	reader_close(reader);
	read_directory(test_data("lightrag-1.5.7-small"),
	    (struct reader_options){0});
	assert_string_equal(error.message, "");
	assert_int_equal(rejects, 0);
	assert_string_equal(buffer_text(&notes), "");
	read_directory(test_data("lightrag-1.5.6-tiny"),
	    (struct reader_options){0});
	assert_string_equal(error.message, "");
	assert_int_equal(rejects, 0);
}

static void
chosen_stores(void **state)
{
	static const char *const only[] = {"graph_edges", "vdb_chunks"};
	static const char *const unknown[] = {"vdb_chunks", "chunks"};
	static const struct position after[] = {
	    {"vdb_chunks", 1}, {"kv_store_full_docs", 1}};
	const char *path = test_data("lightrag-1.5.6-tiny");

	(void)state;
	read_directory(path, (struct reader_options){.only = only,
	    .only_count = 2, .after = after, .after_count = 2});
	assert_string_equal(error.message, "");
	assert_memory_equal(buffer_text(&lines), "vdb_chunks 2 vector ", 20);
	assert_non_null(strstr(buffer_text(&lines),
	    "\ngraph_edges 1 edge Alice>Bob \"B\" {"));
	read_directory(path, (struct reader_options){.only = unknown,
	    .only_count = 2});
	assert_int_equal(error.status, STATUS_USAGE);
	assert_string_equal(error.message,
	    "chunks: LightRAG has no store of this name");
}

static void
expect_failure(const char *path, const char *workspace, enum status status,
    const char *message)
{
	read_directory(path, (struct reader_options){.workspace = workspace});
	assert_int_equal(error.status, status);
	assert_non_null(strstr(error.message, message));
}

static void
workspaces(void **state)
{
	static const char *const wrong[] = {"..", ".", "a/b", "/"};
	const char *path = test_data("lightrag-1.5.7-two-workspaces");
	struct reader_workspaces found;

	(void)state;
	assert_int_equal(lightrag_class.workspaces(path, &found, &error), 0);
	assert_int_equal(found.count, 2);
	assert_string_equal(found.names[0], "alpha");
	assert_string_equal(found.names[1], "beta-2");
	reader_workspaces_free(&found);
	expect_failure(path, NULL, STATUS_USAGE, "holds the workspaces "
	    "\"alpha\", \"beta-2\"; choose one with --source-workspace W, or "
	    "name its own folder");
	expect_failure(path, "gamma", STATUS_SOURCE, "two-workspaces/gamma: no "
	    "LightRAG files here");
	expect_failure(path, "", STATUS_SOURCE, "no LightRAG files here");
	for (size_t i = 0; i < 4; i++)
		expect_failure(path, wrong[i], STATUS_USAGE,
		    "is not the name of a workspace");
	expect_failure("/nonexistent", NULL, STATUS_SOURCE,
	    "/nonexistent: can't be read as a LightRAG directory: No such");
	expect_failure("/dev/null", NULL, STATUS_SOURCE, "Not a directory");
	read_directory(path, (struct reader_options){.workspace = "beta-2"});
	assert_string_equal(error.message, "");
}

/* Files at the top and in folders; what is no workspace isn't counted. */
static void
mixed_workspaces(void **state)
{
	static const char *const folders[] = {".hidden", "_lightrag_config",
	    "empty", "b", "a"};
	struct reader_workspaces found;
	char name[64];

	(void)state;
	scratch_clear();
	expect_failure(scratch, NULL, STATUS_SOURCE, "no LightRAG files here: "
	    "looked for kv_store_*.json, vdb_*.json and "
	    "graph_chunk_entity_relation.graphml");
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(mkdir(scratch_path(folders[i]), 0700), 0);
		snprintf(name, sizeof name, "%s/kv_store_full_docs.json",
		    folders[i]);
		if (strcmp(folders[i], "empty") != 0)
			scratch_write_text(name, "{}");
	}
	assert_int_equal(lightrag_class.workspaces(scratch, &found, &error), 0);
	assert_int_equal(found.count, 2);
	assert_string_equal(found.names[0], "a");
	assert_string_equal(found.names[1], "b");
	reader_workspaces_free(&found);
	scratch_write_text("vdb_chunks.json", "");
	expect_failure(scratch, NULL, STATUS_USAGE,
	    "holds the workspaces \"\", \"a\", \"b\"");
	read_directory(scratch, (struct reader_options){.workspace = ""});
	assert_string_equal(error.message, "");
}

static void
odd_files(void **state)
{
	(void)state;
	scratch_clear();
	scratch_write_text("kv_store_full_docs.json", "\xEF\xBB\xBF{}");
	scratch_write_text("vdb_chunks.json", " ");
	scratch_write_text("vdb_entities.json", "{\"embedding_dim\":1,\"data\":"
	    "[{\"__id__\":\"a\",\"vector\":\"eJxjaAAAAIMAggAA\"}],\"matrix\":"
	    "\"\",\"additional_data\":{\"lightrag_embedding_model\":\"m\"}}");
	assert_int_equal(mkdir(scratch_path("_lightrag_config"), 0700), 0);
	scratch_write_text("_lightrag_config/storage_anchor.json", "{}");
	read_directory(scratch, (struct reader_options){0});
	assert_string_equal(error.message, "");
	assert_non_null(strstr(buffer_text(&notes), "kv_store_full_docs.json: "
	    "begins with a byte order mark, which is skipped\n"));
	assert_non_null(strstr(buffer_text(&notes), "vdb_chunks.json: is "
	    "empty: an empty store\n"));
	assert_non_null(strstr(buffer_text(&notes), "storage_anchor.json: ties "
	    "LightRAG to its JSON files"));
}

/* What networkx keeps for the graph itself has no place in LightRAG. */
static void
attributes_of_the_graph(void **state)
{
	(void)state;
	scratch_clear();
	scratch_write_text("graph_chunk_entity_relation.graphml",
	    "<graphml><key id=\"d0\" for=\"graph\" attr.name=\"name\" "
	    "attr.type=\"string\"/><graph edgedefault=\"undirected\">"
	    "<data key=\"d0\">x</data><node id=\"a\"/></graph></graphml>");
	read_directory(scratch, (struct reader_options){0});
	assert_string_equal(error.message, "");
	assert_string_equal(buffer_text(&lines), "graph_nodes 1 node a {}\n");
	assert_non_null(strstr(buffer_text(&notes), "attributes of the graph "
	    "itself are left out: LightRAG knows none\n"));
	scratch_clear();
}

static void
model_name(void **state)
{
	struct reader *reader;

	(void)state;
	reader = open_reader(scratch, (struct reader_options){0});
	assert_non_null(reader);
	assert_string_equal(reader_header(reader)->embedding_model, "m");
	reader_close(reader);
	reader = open_reader(test_data("lightrag-1.5.6-tiny"),
	    (struct reader_options){0});
	assert_null(reader_header(reader)->embedding_model);
	reader_close(reader);
}

/* In some containers a few of them are plain files. */
static const char *
any_device(void)
{
	static const char *const devices[] = {"/dev/null", "/dev/zero",
	    "/dev/full", "/dev/urandom", "/dev/tty"};
	struct stat found;

	for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
		if (stat(devices[i], &found) == 0 && S_ISCHR(found.st_mode))
			return devices[i];
	fail_msg("there is no device in /dev");
	return NULL;
}

static void
not_regular(void **state)
{
	(void)state;
	scratch_clear();
	assert_int_equal(mkfifo(scratch_path("vdb_chunks.json"), 0600), 0);
	expect_failure(scratch, NULL, STATUS_SOURCE, "vdb_chunks.json: is a "
	    "pipe; hr must seek in it: save it to a file first");
	scratch_clear();
	assert_int_equal(mkdir(scratch_path("vdb_chunks.json"), 0700), 0);
	expect_failure(scratch, NULL, STATUS_SOURCE, "vdb_chunks.json: is a "
	    "directory, not a regular file");
	scratch_clear();
	assert_int_equal(symlink(any_device(), scratch_path("vdb_chunks.json")),
	    0);
	expect_failure(scratch, NULL, STATUS_SOURCE, "vdb_chunks.json: is a "
	    "device, not a regular file");
}

/* --- a source that changes ---------------------------------------------- */

static void
append(void)
{
	int file = open(scratch_path("kv_store_full_docs.json"),
	    O_WRONLY | O_APPEND);

	assert_int_equal(write(file, " ", 1), 1);
	close(file);
}

static void
shorten(void)
{
	assert_int_equal(truncate(scratch_path("kv_store_full_docs.json"), 9),
	    0);
}

/* The same bytes and time, but another file: only its inode tells. */
static void
replace(void)
{
	const char *path = scratch_path("kv_store_full_docs.json");
	struct stat status;
	struct timespec times[2];

	assert_int_equal(stat(path, &status), 0);
	times[0] = status.st_atim;
	times[1] = status.st_mtim;
	scratch_write_text("new", "{\"a\":{},\"b\":{}}");
	assert_int_equal(utimensat(AT_FDCWD, scratch_path("new"), times, 0), 0);
	assert_int_equal(rename(scratch_path("new"), path), 0);
}

/* Written in place and the time set back: only the change time tells. */
static void
rewrite(void)
{
	const char *path = scratch_path("kv_store_full_docs.json");
	struct stat status;
	struct timespec times[2];

	assert_int_equal(stat(path, &status), 0);
	times[0] = status.st_atim;
	times[1] = status.st_mtim;
	scratch_write_text("kv_store_full_docs.json", "{\"a\":{},\"c\":{}}");
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void
vanish(void)
{
	assert_int_equal(unlink(scratch_path("kv_store_full_docs.json")), 0);
}

static void
appear(void)
{
	scratch_write_text("kv_store_text_chunks.json", "{}");
}

static void
changed_source(void **state)
{
	static void (*const changes[])(void) = {
	    append, shorten, replace, rewrite, vanish, appear};

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct reader *reader;
		uint64_t counts[13] = {0};

		scratch_clear();
		scratch_write_text("kv_store_full_docs.json",
		    "{\"a\":{},\"b\":{}}");
		usleep(20000); /* a file system's clock may be that coarse */
		reader = open_reader(scratch, (struct reader_options){0});
		assert_non_null(reader);
		changes[i]();
		read_rest(reader, counts);
		reader_close(reader);
		assert_int_equal(error.status, STATUS_CONFLICT);
		assert_non_null(strstr(error.message,
		    ": changed while it was read"));
	}
}

/* Name, size and time make the fingerprint; the bytes make the content. */
static void
fingerprints(void **state)
{
	char first[2][40], second[2][40];
	struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1, .tv_nsec = 5}};

	(void)state;
	scratch_clear();
	for (int i = 0; i < 2; i++) {
		struct reader *reader;

		scratch_write_text("vdb_chunks.json", i == 0 ? "  " : "\n ");
		assert_int_equal(utimensat(AT_FDCWD,
		    scratch_path("vdb_chunks.json"), times, 0), 0);
		reader = open_reader(scratch, (struct reader_options){0});
		assert_non_null(reader);
		strcpy(i == 0 ? first[0] : second[0],
		    reader_header(reader)->fingerprint);
		strcpy(i == 0 ? first[1] : second[1],
		    reader_header(reader)->content);
		reader_close(reader);
	}
	assert_string_equal(first[0], second[0]);
	assert_string_not_equal(first[1], second[1]);
}

/* --- cut off at every byte ---------------------------------------------- */

static size_t
read_sample(const char *name, char *data, size_t size)
{
	char path[600];
	FILE *file;
	size_t length;

	snprintf(path, sizeof path, "%s/%s", test_data("lightrag-1.5.6-tiny"),
	    name);
	file = fopen(path, "rb");
	assert_non_null(file);
	length = fread(data, 1, size, file);
	assert_true(length < size);
	fclose(file);
	return length;
}

static void
cut_at_every_byte(void **state)
{
	static char data[65536];

	(void)state;
	for (size_t i = 0; i < LIGHTRAG_FILES; i++) {
		const char *name = lightrag_files[i].name;
		size_t length = read_sample(name, data, sizeof data);

		scratch_clear();
		scratch_write(name, data, length);
		read_directory(scratch, (struct reader_options){0});
		assert_string_equal(error.message, "");
		while (length-- > 1) {
			assert_int_equal(truncate(scratch_path(name),
			    (off_t)length), 0);
			read_directory(scratch, (struct reader_options){0});
			assert_int_equal(error.status, STATUS_DATA);
			assert_non_null(strstr(error.message, name));
			assert_non_null(strstr(error.message, ": byte "));
		}
		scratch_write_text(name, "");
		read_directory(scratch, (struct reader_options){0});
		assert_string_equal(error.message, "");
		assert_int_equal(lines.length, 0);
	}
}

/* Each byte set to something else: never a crash, never a wrong status. */
static void
damaged_at_every_byte(void **state)
{
	static const char damage[] = {0, '"', '\\', '}', (char)0xFF};
	static char data[65536];

	(void)state;
	for (size_t i = 0; i < LIGHTRAG_FILES; i++) {
		const char *name = lightrag_files[i].name;
		size_t length = read_sample(name, data, sizeof data);

		scratch_clear();
		for (size_t at = 0; at < length; at++) {
			char good = data[at];

			data[at] = damage[at % sizeof damage];
			scratch_write(name, data, length);
			read_directory(scratch, (struct reader_options){0});
			if (error.status != STATUS_DONE)
				assert_int_equal(error.status, STATUS_DATA);
			data[at] = good;
		}
	}
}

static int
finish(void **state)
{
	buffer_free(&lines);
	buffer_free(&notes);
	return scratch_remove(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(samples),
	    cmocka_unit_test(chosen_stores),
	    cmocka_unit_test(workspaces),
	    cmocka_unit_test(mixed_workspaces),
	    cmocka_unit_test(attributes_of_the_graph),
	    cmocka_unit_test(odd_files),
	    cmocka_unit_test(model_name),
	    cmocka_unit_test(not_regular),
	    cmocka_unit_test(changed_source),
	    cmocka_unit_test(fingerprints),
	    cmocka_unit_test(cut_at_every_byte),
	    cmocka_unit_test(damaged_at_every_byte),
	};

	return cmocka_run_group_tests(tests, scratch_make, finish);
}
