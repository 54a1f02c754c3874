/*
 * The checkpoint file: what could be read, written again, is read as the same.
 */
#include "fuzz_file.h"

#include "state/checkpoint.h"

/* In memory where there is such a place: fsync is slow elsewhere. */
static const char *
scratch_path(void)
{
	static char path[64];

	if (path[0] == '\0')
		snprintf(path, sizeof path, "%s/hr-fuzz-%ld",
		    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
		    (long)getpid());
	return path;
}

static bool
same_text(const char *a, const char *b)
{
	return slice_equal(slice_of(a), slice_of(b));
}

static void
check_same(const struct checkpoint *a, const struct checkpoint *b)
{
	must(same_text(a->job, b->job) && same_text(a->source, b->source));
	must(same_text(a->fingerprint, b->fingerprint));
	must(same_text(a->workspace, b->workspace));
	must(same_text(a->phase, b->phase) && a->count == b->count);
	for (size_t i = 0; i < a->count; i++) {
		const struct checkpoint_store *one = &a->stores[i];
		const struct checkpoint_store *other = &b->stores[i];

		must(same_text(one->name, other->name));
		must(same_text(one->label, other->label));
		must(one->count == other->count && one->seq == other->seq);
		must(one->rows == other->rows);
		must(one->rejected == other->rejected);
		must(same_text(a->positions[i].store, b->positions[i].store));
		must(a->positions[i].seq == b->positions[i].seq);
	}
}

/* A `commit` line, which moves the checkpoint on or is refused. */
static void
take_commit(struct checkpoint *checkpoint, struct slice text)
{
	struct json json;
	yyjson_val *line;
	struct error error = {0};

	json_open(&json);
	if (json_parse_line(&json, text, &line) == JSON_GOOD)
		must((checkpoint_commit(checkpoint, line, &error) == 0) ==
		    (error.status == STATUS_DONE));
	json_close(&json);
}

static void
there_and_back(const struct checkpoint *checkpoint)
{
	struct checkpoint again = {0};
	struct error error = {0};

	must(checkpoint_write(checkpoint, scratch_path(), &error) == 0);
	must(checkpoint_read(&again, scratch_path(), &error) == 0);
	check_same(checkpoint, &again);
	checkpoint_free(&again);
	must(unlink(scratch_path()) == 0);
}

/* A commit line, a newline, the file; or the file alone. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice file = {size > 0 ? (const char *)data : "", size};
	const char *newline = memchr(file.data, '\n', size);
	struct slice commit = {file.data, 0};
	struct checkpoint checkpoint = {0};
	struct error error = {0};

	if (newline != NULL) {
		commit.length = (size_t)(newline - file.data);
		file.length -= commit.length + 1;
		file.data = newline + 1;
	}
	if (checkpoint_read(&checkpoint, fuzz_path(file), &error) == 0) {
		there_and_back(&checkpoint);
		take_commit(&checkpoint, commit);
		there_and_back(&checkpoint);
	} else {
		must(error.status == STATUS_DATA && error.message[0] != '\0');
	}
	checkpoint_free(&checkpoint);
	return 0;
}
