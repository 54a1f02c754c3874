#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/memory.h"
#include "state/checkpoint.h"

enum { LONGEST = 1024 * 1024 };

static const char *
keep(struct checkpoint *checkpoint, const char *text)
{
	return arena_text(&checkpoint->arena, slice_of(text));
}

static void
make_stores(struct checkpoint *checkpoint, size_t count)
{
	checkpoint->count = count;
	checkpoint->stores = arena_array(&checkpoint->arena, count,
	    sizeof *checkpoint->stores);
	checkpoint->positions = arena_array(&checkpoint->arena, count,
	    sizeof *checkpoint->positions);
}

void
checkpoint_begin(struct checkpoint *checkpoint, const struct header *header)
{
	*checkpoint = (struct checkpoint){0};
	checkpoint->job = keep(checkpoint, header->job);
	checkpoint->source = keep(checkpoint, header->source);
	checkpoint->fingerprint = keep(checkpoint, header->fingerprint);
	checkpoint->workspace = keep(checkpoint,
	    header->target_workspace != NULL ? header->target_workspace :
	    header->workspace);
	checkpoint->phase = "loading";
	make_stores(checkpoint, header->store_count);
	for (size_t i = 0; i < header->store_count; i++) {
		checkpoint->stores[i].name = keep(checkpoint,
		    header->stores[i].name);
		checkpoint->stores[i].label = keep(checkpoint,
		    header->stores[i].label);
		checkpoint->stores[i].count = header->stores[i].count;
		checkpoint->positions[i].store = checkpoint->stores[i].name;
	}
}

int
checkpoint_commit(struct checkpoint *checkpoint, yyjson_val *line,
    struct error *error)
{
	struct slice name = json_text(json_member(line, "store"));

	for (size_t i = 0; i < checkpoint->count; i++) {
		struct checkpoint_store store = checkpoint->stores[i];

		if (!slice_is(name, store.name))
			continue;
		if (!json_count(line, "seq", &store.seq) ||
		    !json_count(line, "rows", &store.rows) ||
		    !json_count(line, "rejected", &store.rejected))
			break;
		checkpoint->stores[i] = store;
		checkpoint->positions[i].seq = store.seq;
		return 0;
	}
	return error_set(error, STATUS_DATA, "a \"commit\" line without a "
	    "known store or without its numbers");
}

int
checkpoint_write(const struct checkpoint *checkpoint, const char *path,
    struct error *error)
{
	struct buffer out = {0};
	int result;

	buffer_append_text(&out, "{\"version\":1");
	json_write_text(&out, "job", checkpoint->job);
	json_write_text(&out, "source", checkpoint->source);
	json_write_text(&out, "fingerprint", checkpoint->fingerprint);
	json_write_text(&out, "workspace", checkpoint->workspace);
	json_write_text(&out, "phase", checkpoint->phase);
	buffer_append_text(&out, ",\"stores\":[");
	for (size_t i = 0; i < checkpoint->count; i++) {
		const struct checkpoint_store *store = &checkpoint->stores[i];

		buffer_append_text(&out, i > 0 ? ",\n{\"store\":" :
		    "\n{\"store\":");
		json_write_string(&out, slice_of(store->name));
		json_write_text(&out, "label", store->label);
		buffer_format(&out, ",\"count\":%" PRIu64 ",\"seq\":%" PRIu64
		    ",\"rows\":%" PRIu64 ",\"rejected\":%" PRIu64 "}",
		    store->count, store->seq, store->rows, store->rejected);
	}
	buffer_append_text(&out, "]}\n");
	result = durable_write(path, buffer_slice(&out), error);
	buffer_free(&out);
	return result;
}

static bool
take(struct checkpoint *checkpoint, yyjson_val *root)
{
	yyjson_val *stores = json_member(root, "stores"), *item;
	uint64_t version;
	size_t i, max;

	if (!json_count(root, "version", &version) || version != 1)
		return false;
	checkpoint->job = arena_text(&checkpoint->arena,
	    json_text(json_member(root, "job")));
	checkpoint->source = arena_text(&checkpoint->arena,
	    json_text(json_member(root, "source")));
	checkpoint->fingerprint = arena_text(&checkpoint->arena,
	    json_text(json_member(root, "fingerprint")));
	checkpoint->workspace = arena_text(&checkpoint->arena,
	    json_text(json_member(root, "workspace")));
	checkpoint->phase = arena_text(&checkpoint->arena,
	    json_text(json_member(root, "phase")));
	if (checkpoint->job == NULL || checkpoint->phase == NULL ||
	    !yyjson_is_arr(stores))
		return false;
	make_stores(checkpoint, yyjson_arr_size(stores));
	yyjson_arr_foreach(stores, i, max, item) {
		struct checkpoint_store *store = &checkpoint->stores[i];

		store->name = arena_text(&checkpoint->arena,
		    json_text(json_member(item, "store")));
		store->label = arena_text(&checkpoint->arena,
		    json_text(json_member(item, "label")));
		if (store->name == NULL ||
		    !json_count(item, "count", &store->count) ||
		    !json_count(item, "seq", &store->seq) ||
		    !json_count(item, "rows", &store->rows) ||
		    !json_count(item, "rejected", &store->rejected))
			return false;
		checkpoint->positions[i] = (struct position){store->name,
		    store->seq};
	}
	return true;
}

int
checkpoint_read(struct checkpoint *checkpoint, const char *path,
    struct error *error)
{
	struct buffer content = {0};
	struct json json;
	yyjson_val *root;
	int got = durable_read(path, LONGEST, &content, error);

	*checkpoint = (struct checkpoint){0};
	json_open(&json);
	if (got == 0)
		got = error_set(error, STATUS_SOURCE, "%s: there is no such "
		    "checkpoint", path);
	else if (got == 1 && (json_parse(&json, buffer_slice(&content),
	    &root) != JSON_GOOD || !take(checkpoint, root)))
		got = error_set(error, STATUS_DATA, "%s: not a checkpoint of "
		    "hr; remove it (hr-checkpoint clear): the database knows "
		    "how far the job is", path);
	json_close(&json);
	buffer_free(&content);
	return got < 0 ? -1 : 0;
}

void
checkpoint_free(struct checkpoint *checkpoint)
{
	arena_free(&checkpoint->arena);
	*checkpoint = (struct checkpoint){0};
}
