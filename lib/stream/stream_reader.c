#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "stream/stream_reader.h"

enum { STEP = 1024 * 1024 };
static const size_t MAX_RECORD = 256 * 1024 * 1024;

void
stream_reader_open(struct stream_reader *reader, int descriptor,
    const char *name)
{
	*reader = (struct stream_reader){.descriptor = descriptor,
	    .name = name, .max_record = MAX_RECORD};
	json_open(&reader->json);
}

void
stream_reader_close(struct stream_reader *reader)
{
	json_close(&reader->json);
	buffer_free(&reader->window);
	buffer_free(&reader->vector);
	arena_free(&reader->arena);
	free(reader->counts);
	*reader = (struct stream_reader){0};
}

static int
bad_line(const struct stream_reader *reader, const char *what,
    struct error *error)
{
	return error_set(error, STATUS_DATA,
	    "%s: line %" PRIu64 " (byte %" PRIu64 "): %s", reader->name,
	    reader->line_number, reader->offset, what);
}

static int
altered(const struct stream_reader *reader, const char *what,
    struct error *error)
{
	return error_set(error, STATUS_INCOMPLETE,
	    "%s: line %" PRIu64 " (byte %" PRIu64 "): %s", reader->name,
	    reader->line_number, reader->offset, what);
}

/* Read more behind the window. Return 0, also at the end of the file, or -1. */
static int
fill(struct stream_reader *reader, struct error *error)
{
	struct buffer *window = &reader->window;
	double began;
	ssize_t got;

	if (reader->start > 0 && (reader->start == window->length ||
	    window->capacity - window->length < STEP)) {
		window->length -= reader->start;
		memmove(window->data, window->data + reader->start,
		    window->length);
		reader->start = 0;
	}
	if (window->length - reader->start > reader->max_record * 2)
		return bad_line(reader, "longer than twice --max-record",
		    error);
	buffer_reserve(window, STEP);
	began = clock_seconds();
	do
		got = read(reader->descriptor, window->data + window->length,
		    STEP);
	while (got < 0 && errno == EINTR);
	reader->waited += clock_seconds() - began;
	if (got < 0)
		return error_system(error, STATUS_IO, "%s", reader->name);
	window->length += (size_t)got;
	reader->at_end = got == 0;
	return 0;
}

/* Cut the next line. Return 1, 0 at the end of the file, or -1. */
static int
next_line(struct stream_reader *reader, struct slice *text,
    struct error *error)
{
	for (;;) {
		size_t length = reader->window.length - reader->start;
		const char *data = length == 0 ? NULL :
		    reader->window.data + reader->start;
		const char *end = length == reader->searched ? NULL :
		    memchr(data + reader->searched, '\n',
		    length - reader->searched);

		if (end != NULL) {
			*text = (struct slice){data, (size_t)(end - data)};
			reader->start += text->length + 1;
			reader->searched = 0;
			return 1;
		}
		reader->searched = length;
		if (reader->at_end && length > 0)
			return altered(reader, "cut off in the middle", error);
		if (reader->at_end)
			return 0;
		if (fill(reader, error) != 0)
			return -1;
	}
}

static const char *
copy_member(struct stream_reader *reader, yyjson_val *object, const char *name)
{
	return arena_text(&reader->arena, json_text(json_member(object, name)));
}

static bool
read_store(struct stream_reader *reader, yyjson_val *item, struct store *store)
{
	static const char *const shapes[] = {"kv", "vector", "node", "edge",
	    "table"};
	struct slice shape = json_text(json_member(item, "shape"));
	uint64_t dimension = 0;
	size_t i = 0;

	store->name = copy_member(reader, item, "store");
	store->label = copy_member(reader, item, "label");
	while (i < 5 && !slice_is(shape, shapes[i]))
		i++;
	store->shape = (enum store_shape)i;
	json_count(item, "dim", &dimension);
	store->dimension = (uint32_t)dimension;
	json_count(item, "after", &store->after);
	return store->name != NULL && i < 5 && dimension < 1000000 &&
	    strspn(store->name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:") ==
	    strlen(store->name) && json_count(item, "count", &store->count);
}

static int
read_begin(struct stream_reader *reader, struct line *line,
    struct error *error)
{
	struct header *header = &reader->header;
	yyjson_val *stores = json_member(line->root, "stores"), *item;
	uint64_t version;
	size_t i, max;

	line->kind = LINE_BEGIN;
	if (reader->begun)
		return bad_line(reader, "a second \"begin\"", error);
	if (!json_count(line->root, "version", &version))
		return bad_line(reader, "\"begin\" has no version", error);
	if (version != 1)
		return bad_line(reader, "made by a newer hr (version is not 1)",
		    error);
	header->system = copy_member(reader, line->root, "system");
	header->source = copy_member(reader, line->root, "source");
	header->fingerprint = copy_member(reader, line->root, "fingerprint");
	header->content = copy_member(reader, line->root, "content");
	header->workspace = copy_member(reader, line->root, "workspace");
	header->embedding_model = copy_member(reader, line->root,
	    "embedding_model");
	header->target_workspace = copy_member(reader, line->root,
	    "target_workspace");
	header->job = copy_member(reader, line->root, "job");
	header->sample = yyjson_is_true(json_member(line->root, "sample"));
	if (header->system == NULL || header->source == NULL ||
	    header->fingerprint == NULL || header->workspace == NULL ||
	    !yyjson_is_arr(stores))
		return bad_line(reader, "\"begin\" lacks system, source, "
		    "fingerprint, workspace or stores", error);
	header->store_count = yyjson_arr_size(stores);
	header->stores = arena_array(&reader->arena, header->store_count,
	    sizeof *header->stores);
	yyjson_arr_foreach(stores, i, max, item)
		if (!read_store(reader, item, &header->stores[i]))
			return bad_line(reader, "\"begin\" has a store "
			    "without name, shape or count", error);
	reader->counts = memory_array(header->store_count,
	    sizeof *reader->counts);
	reader->begun = true;
	return 1;
}

static int
read_record(struct stream_reader *reader, enum record_kind kind,
    struct line *line, unsigned __int128 hash, struct error *error)
{
	struct record *record = &line->record;
	struct store_count *count;
	int index = stream_store_index(&reader->header,
	    record_text(line->root, "store"));

	*record = (struct record){.kind = kind};
	line->kind = LINE_RECORD;
	if (line->text.length > reader->max_record * 2)
		return bad_line(reader, "longer than twice --max-record",
		    error);
	if (index < 0)
		return bad_line(reader, "a store that \"begin\" did not name",
		    error);
	record->store = reader->header.stores[index].name;
	count = &reader->counts[index];
	if (!json_count(line->root, "seq", &record->seq) || record->seq == 0)
		return bad_line(reader, "no \"seq\"", error);
	if (!record_read(record, line->root, &reader->vector))
		return bad_line(reader, "lacks a member that its kind needs",
		    error);
	if (record->seq <= count->last)
		return altered(reader, "\"seq\" does not rise: a line is "
		    "doubled or out of order", error);
	if (count->first == 0)
		count->first = record->seq;
	count->last = record->seq;
	if (kind == RECORD_REJECT)
		count->rejected++;
	else
		count->out++;
	digest_add(&count->digest, hash);
	return 1;
}

/* Hold one store of the `end` line against what came. */
static int
audit_store(struct stream_reader *reader, yyjson_val *item,
    struct error *error)
{
	struct slice name = record_text(item, "store");
	int index = stream_store_index(&reader->header, name);
	struct store_count said = {0}, *came;

	if (index < 0 || !json_count(item, "in", &said.in) ||
	    !json_count(item, "out", &said.out) ||
	    !json_count(item, "dropped", &said.dropped) ||
	    !json_count(item, "rejected", &said.rejected) ||
	    !digest_parse(record_text(item, "digest"), &said.digest))
		return bad_line(reader, "\"end\" has a store without its "
		    "counts or digest", error);
	came = &reader->counts[index];
	came->in = said.in;
	if (said.in != said.out + said.dropped + said.rejected)
		return altered(reader, "\"end\": in is not out + dropped + "
		    "rejected", error);
	if (reader->accept_changed)
		return 0;
	if (said.out != came->out || said.rejected != came->rejected)
		return error_set(error, STATUS_INCOMPLETE, "%s: %.*s: %" PRIu64
		    " records and %" PRIu64 " rejects came, but \"end\" says "
		    "%" PRIu64 " and %" PRIu64 " (--accept-changed if your own "
		    "filter stood between)", reader->name, (int)name.length,
		    name.data, came->out, came->rejected, said.out,
		    said.rejected);
	if (!digest_equal(&said.digest, &came->digest))
		return error_set(error, STATUS_INCOMPLETE, "%s: %.*s: a line "
		    "was changed on the way (--accept-changed if your own "
		    "filter stood between)", reader->name, (int)name.length,
		    name.data);
	return 0;
}

static int
read_end(struct stream_reader *reader, struct line *line, struct error *error)
{
	yyjson_val *stores = json_member(line->root, "stores"), *item;
	struct digest said;
	size_t i, max;

	line->kind = LINE_END;
	reader->ended = true;
	if (!digest_parse(record_text(line->root, "digest"), &said) ||
	    yyjson_arr_size(stores) != reader->header.store_count)
		return bad_line(reader, "\"end\" lacks its digest or a store",
		    error);
	yyjson_arr_foreach(stores, i, max, item)
		if (audit_store(reader, item, error) != 0)
			return -1;
	if (!reader->accept_changed && !digest_equal(&said, &reader->digest))
		return error_set(error, STATUS_INCOMPLETE, "%s: a line of no "
		    "store was changed, doubled or dropped on the way "
		    "(--accept-changed if your own filter stood between)",
		    reader->name);
	return 1;
}

static int
read_line(struct stream_reader *reader, struct line *line,
    struct error *error)
{
	struct slice kind = record_text(line->root, "kind");
	unsigned __int128 hash = 0;

	if (kind.data == NULL)
		return bad_line(reader, "no \"kind\"", error);
	if (slice_is(kind, "end"))
		return reader->begun ? read_end(reader, line, error) :
		    bad_line(reader, "an \"end\" before \"begin\"", error);
	hash = line->hash = digest_hash(line->text);
	digest_add(&reader->digest, hash);
	if (slice_is(kind, "begin"))
		return read_begin(reader, line, error);
	if (!reader->begun)
		return bad_line(reader, "the first line is not a \"begin\"",
		    error);
	for (int i = 0; i < RECORD_KINDS; i++)
		if (slice_is(kind, record_kind_name((enum record_kind)i)))
			return read_record(reader, (enum record_kind)i, line,
			    hash, error);
	line->kind = slice_is(kind, "commit") ? LINE_COMMIT :
	    slice_is(kind, "check") ? LINE_CHECK : LINE_DESCRIPTION;
	if (line->kind == LINE_DESCRIPTION && !slice_is(kind, "table") &&
	    !slice_is(kind, "home") &&
	    !slice_is(kind, "finish") && !slice_is(kind, "view") &&
	    !slice_is(kind, "step"))
		return bad_line(reader, "a kind that hr does not know", error);
	return 1;
}

int
stream_reader_next(struct stream_reader *reader, struct line *line,
    struct error *error)
{
	int got;

	*line = (struct line){0};
	reader->line_number++;
	reader->offset = reader->next_offset;
	got = next_line(reader, &line->text, error);
	if (got < 0)
		return -1;
	reader->next_offset += line->text.length + 1;
	if (got == 0 && !reader->ended)
		return error_set(error, STATUS_INCOMPLETE, "%s: ended after "
		    "%" PRIu64 " lines without an \"end\": the stage before "
		    "did not finish", reader->name, reader->line_number - 1);
	if (got == 0)
		return 0;
	if (reader->ended)
		return bad_line(reader, "a line after \"end\"", error);
	if (json_parse_line(&reader->json, line->text, &line->root) !=
	    JSON_GOOD || !yyjson_is_obj(line->root))
		return bad_line(reader, "not a JSON object", error);
	return read_line(reader, line, error);
}
