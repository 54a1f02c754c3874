#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/base64.h"
#include "stream/stream_writer.h"

static const char *const shape_names[] = {"kv", "vector", "node", "edge",
    "table"};

int
stream_store_index(const struct header *header, struct slice name)
{
	for (size_t i = 0; i < header->store_count; i++)
		if (slice_is(name, header->stores[i].name))
			return (int)i;
	return -1;
}

const char *
stream_label(size_t n)
{
	static const char *const labels[] = {"Entities", "Relations", "Chunks",
	    "Documents", NULL};

	return labels[n];
}

const struct store *
stream_labelled(const struct header *header, size_t n)
{
	for (size_t i = 0; stream_label(i) != NULL; i++)
		for (size_t j = 0; j < header->store_count; j++)
			if (header->stores[j].label != NULL &&
			    strcmp(stream_label(i), header->stores[j].label) ==
			    0 && n-- == 0)
				return &header->stores[j];
	return NULL;
}

static void
write_slice(struct buffer *out, const char *name, struct slice text)
{
	if (text.data == NULL)
		return;
	json_write_name(out, name, false);
	json_write_string(out, text);
}

static void
write_number(struct buffer *out, const char *name, uint64_t number)
{
	json_write_name(out, name, false);
	buffer_append_number(out, number);
}

void
stream_write_header_line(struct buffer *out, const struct header *header)
{
	buffer_append_text(out, "{\"kind\":\"begin\",\"version\":1");
	json_write_text(out, "system", header->system);
	json_write_text(out, "source", header->source);
	json_write_text(out, "fingerprint", header->fingerprint);
	json_write_text(out, "content", header->content);
	json_write_text(out, "workspace", header->workspace);
	json_write_text(out, "embedding_model", header->embedding_model);
	json_write_text(out, "target_workspace", header->target_workspace);
	json_write_text(out, "job", header->job);
	if (header->sample)
		buffer_append_text(out, ",\"sample\":true");
	json_write_name(out, "stores", false);
	for (size_t i = 0; i < header->store_count; i++) {
		const struct store *store = &header->stores[i];

		buffer_append_text(out, i > 0 ? ",{\"store\":" :
		    "[{\"store\":");
		json_write_string(out, slice_of(store->name));
		json_write_text(out, "label", store->label);
		json_write_text(out, "shape", shape_names[store->shape]);
		write_number(out, "count", store->count);
		if (store->dimension > 0)
			write_number(out, "dim", store->dimension);
		if (store->after > 0)
			write_number(out, "after", store->after);
		buffer_append_char(out, '}');
	}
	buffer_append_text(out, header->store_count > 0 ? "]}" : "[]}");
}

static void
write_extra(struct buffer *out, yyjson_val *line)
{
	yyjson_val *name, *value;
	size_t i, max;

	yyjson_obj_foreach(line, i, max, name, value) {
		if (record_names_member(json_text(name)))
			continue;
		buffer_append_char(out, ',');
		json_write_string(out, json_text(name));
		buffer_append_char(out, ':');
		json_write(out, value);
	}
}

void
stream_record_line(struct buffer *out, const struct record *record)
{
	buffer_append_text(out, "{\"kind\":\"");
	buffer_append_text(out, record_kind_name(record->kind));
	buffer_append_char(out, '"');
	write_slice(out, "table", record->table);
	buffer_append_text(out, ",\"store\":\"");
	buffer_append_text(out, record->store); /* plain ASCII names */
	buffer_append_text(out, "\",\"seq\":");
	buffer_append_number(out, record->seq);
	write_slice(out, "id", record->id);
	write_slice(out, "source", record->source);
	write_slice(out, "target", record->target);
	write_slice(out, "reason", record->reason);
	write_slice(out, "detail", record->detail);
	write_slice(out, "record", record->rejected);
	if (record->value != NULL || record->value_text.data != NULL)
		json_write_name(out, record->kind == RECORD_ROW ? "row" :
		    "value", false);
	if (record->value != NULL)
		json_write(out, record->value);
	else
		buffer_append_slice(out, record->value_text);
	write_slice(out, "vector", record->vector);
	if (record->extra != NULL)
		write_extra(out, record->extra);
	buffer_append_char(out, '}');
}

/* The line again, with the vector's numbers instead of its base64: nine
 * digits give every float32 back as it was. */
static void
write_with_array(struct stream_writer *writer, const struct record *record)
{
	struct buffer *out = &writer->output.pending;
	struct record bare = *record;
	size_t position;
	float number;

	bare.vector = (struct slice){0};
	stream_record_line(out, &bare);
	out->length--; /* the closing brace */
	buffer_clear(&writer->floats);
	(void)base64_decode(record->vector, &writer->floats, &position);
	buffer_append_text(out, ",\"vector\":[");
	for (size_t i = 0; i + 4 <= writer->floats.length; i += 4) {
		memcpy(&number, writer->floats.data + i, sizeof number);
		buffer_format(out, i > 0 ? ",%.9g" : "%.9g", (double)number);
	}
	buffer_append_text(out, "]}");
}

void
stream_writer_open(struct stream_writer *writer, int descriptor,
    const char *stage)
{
	*writer = (struct stream_writer){.stage = stage};
	output_open(&writer->output, descriptor, "standard output");
}

/* End the line that began at ${start} of the pending output; return its hash. */
static unsigned __int128
end_line(struct stream_writer *writer, size_t start)
{
	struct buffer *out = &writer->output.pending;
	unsigned __int128 hash = digest_hash((struct slice){out->data + start,
	    out->length - start});

	digest_add(&writer->digest, hash);
	buffer_append_char(out, '\n');
	return hash;
}

int
stream_write_header(struct stream_writer *writer, const struct header *header,
    struct error *error)
{
	size_t start = writer->output.pending.length;

	writer->header = header;
	writer->counts = memory_array(header->store_count,
	    sizeof *writer->counts);
	stream_write_header_line(&writer->output.pending, header);
	end_line(writer, start);
	return output_flush_if_full(&writer->output, error);
}

int
stream_write_record(struct stream_writer *writer, const struct record *record,
    struct error *error)
{
	size_t start = writer->output.pending.length;
	int index = stream_store_index(writer->header,
	    slice_of(record->store));
	struct store_count *count;

	if (index < 0)
		return error_set(error, STATUS_INTERNAL,
		    "store %s is not in the header", record->store);
	count = &writer->counts[index];
	if (writer->vectors_as_arrays && record->vector.data != NULL)
		write_with_array(writer, record);
	else
		stream_record_line(&writer->output.pending, record);
	digest_add(&count->digest, end_line(writer, start));
	if (count->first == 0)
		count->first = record->seq;
	count->last = record->seq;
	if (record->kind == RECORD_REJECT)
		count->rejected++;
	else
		count->out++;
	return output_flush_if_full(&writer->output, error);
}

int
stream_write_line(struct stream_writer *writer, struct slice line,
    struct error *error)
{
	size_t start = writer->output.pending.length;

	buffer_append_slice(&writer->output.pending, line);
	end_line(writer, start);
	return output_flush_if_full(&writer->output, error);
}

static void
write_count(struct buffer *out, const struct store *store,
    const struct store_count *count)
{
	char digest[DIGEST_TEXT_SIZE];

	buffer_append_text(out, "{\"store\":");
	json_write_string(out, slice_of(store->name));
	write_number(out, "shard", 1);
	write_number(out, "of", 1);
	write_number(out, "first", count->first);
	write_number(out, "last", count->last);
	write_number(out, "in", count->in);
	write_number(out, "out", count->out);
	write_number(out, "dropped", count->dropped);
	write_number(out, "rejected", count->rejected);
	json_write_text(out, "digest", digest_format(&count->digest, digest));
	buffer_append_char(out, '}');
}

static void
write_lost(struct buffer *out, const struct lost_member *lost, size_t count)
{
	if (count == 0)
		return;
	json_write_name(out, "lost", false);
	for (size_t i = 0; i < count; i++) {
		buffer_append_text(out, i > 0 ? ",{\"store\":" :
		    "[{\"store\":");
		json_write_string(out, slice_of(lost[i].store));
		json_write_text(out, "member", lost[i].member);
		write_number(out, "count", lost[i].count);
		buffer_append_char(out, '}');
	}
	buffer_append_char(out, ']');
}

int
stream_write_end(struct stream_writer *writer, const uint64_t *in,
    const struct lost_member *lost, size_t lost_count, struct error *error)
{
	struct buffer *out = &writer->output.pending;
	char digest[DIGEST_TEXT_SIZE];

	buffer_append_text(out, "{\"kind\":\"end\"");
	json_write_text(out, "stage", writer->stage);
	json_write_text(out, "digest", digest_format(&writer->digest, digest));
	json_write_text(out, "content", writer->header->content);
	write_lost(out, lost, lost_count);
	json_write_name(out, "stores", false);
	buffer_append_char(out, '[');
	for (size_t i = 0; i < writer->header->store_count; i++) {
		struct store_count *count = &writer->counts[i];

		count->in = in != NULL ? in[i] : count->out + count->rejected;
		count->dropped = count->in - count->out - count->rejected;
		if (i > 0)
			buffer_append_char(out, ',');
		write_count(out, &writer->header->stores[i], count);
	}
	buffer_append_text(out, "]}\n");
	return output_flush(&writer->output, error);
}

void
stream_writer_close(struct stream_writer *writer)
{
	output_close(&writer->output);
	buffer_free(&writer->floats);
	free(writer->counts);
	*writer = (struct stream_writer){0};
}
