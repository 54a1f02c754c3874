#include "stores.h"

/* The attributes' keys, numbered and typed as networkx does. */
static const struct key {
	const char *of, *name, *type;
} keys[] = {
	{"node", "entity_id", "string"}, {"node", "entity_type", "string"},
	{"node", "description", "string"}, {"node", "source_id", "string"},
	{"node", "file_path", "string"}, {"node", "created_at", "long"},
	{"node", "truncate", "string"}, {"edge", "weight", "double"},
	{"edge", "description", "string"}, {"edge", "keywords", "string"},
	{"edge", "source_id", "string"}, {"edge", "file_path", "string"},
	{"edge", "created_at", "long"}, {"edge", "truncate", "string"}
};

enum { KEYS = sizeof keys / sizeof keys[0], FIRST_OF_EDGES = 7 };

static void
write_head(struct buffer *out)
{
	buffer_append_text(out, "<?xml version='1.0' encoding='utf-8'?>\n"
	    "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" "
	    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
	    "xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns "
	    "http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n");
	for (unsigned i = KEYS; i-- > 0;)
		buffer_format(out, "  <key id=\"d%u\" for=\"%s\" "
		    "attr.name=\"%s\" attr.type=\"%s\" />\n", i, keys[i].of,
		    keys[i].name, keys[i].type);
	buffer_append_text(out, "  <graph edgedefault=\"undirected\">\n");
}

static void
write_escaped(struct buffer *out, struct slice text)
{
	for (size_t i = 0; i < text.length; i++) {
		switch (text.data[i]) {
		case '<': buffer_append_text(out, "&lt;"); break;
		case '>': buffer_append_text(out, "&gt;"); break;
		case '&': buffer_append_text(out, "&amp;"); break;
		default: buffer_append_char(out, text.data[i]);
		}
	}
}

/* The attribute whose value is file->text, which is emptied. */
static void
write_data(struct store_file *file, unsigned key)
{
	struct buffer *out = &file->output.pending;

	if (file->text.length == 0) {
		buffer_format(out, "      <data key=\"d%u\" />\n", key);
		return;
	}
	buffer_format(out, "      <data key=\"d%u\">", key);
	write_escaped(out, buffer_slice(&file->text));
	buffer_append_text(out, "</data>\n");
	buffer_clear(&file->text);
}

/* source_id, file_path, created_at and truncate, which both kinds have. */
static void
write_sources(struct store_file *file, unsigned key, struct range range,
    uint64_t index)
{
	for (uint64_t i = 0; i < range.count; i++) {
		if (i > 0)
			buffer_append_text(&file->text, "<SEP>");
		corpus_chunk_id(&file->text, range.first + i);
	}
	write_data(file, key);
	corpus_file_path(&file->text, range.first / CHUNKS_A_DOCUMENT);
	write_data(file, key + 1);
	buffer_append_number(&file->text, corpus_time(index));
	write_data(file, key + 2);
	write_data(file, key + 3);
}

static void
write_node(struct store_file *file, uint64_t index)
{
	struct buffer *out = &file->output.pending;

	corpus_name(&file->text, index);
	buffer_format(out, "    <node id=\"%s\">\n", buffer_text(&file->text));
	write_data(file, 0);
	buffer_append_text(&file->text, corpus_type(index));
	write_data(file, 1);
	corpus_description(&file->text, ENTITY, index);
	write_data(file, 2);
	write_sources(file, 3, corpus_chunks_of(file->corpus, index), index);
	buffer_append_text(out, "    </node>\n");
}

static void
write_edge(struct store_file *file, uint64_t index)
{
	struct buffer *out = &file->output.pending;

	corpus_ends(file->corpus, index, &file->text, &file->more);
	buffer_format(out, "    <edge source=\"%s\" target=\"%s\">\n",
	    buffer_text(&file->text), buffer_text(&file->more));
	buffer_clear(&file->text);
	buffer_clear(&file->more);
	buffer_append_text(&file->text, index % 4 == 0 ? "2.0" : "1.0");
	write_data(file, FIRST_OF_EDGES);
	corpus_description(&file->text, RELATION, index);
	write_data(file, FIRST_OF_EDGES + 1);
	corpus_keywords(&file->text, index);
	write_data(file, FIRST_OF_EDGES + 2);
	write_sources(file, FIRST_OF_EDGES + 3,
	    (struct range){index / RELATIONS_A_CHUNK, 1}, index);
	buffer_append_text(out, "    </edge>\n");
}

int
graph_write(struct store_file *file, struct error *error)
{
	write_head(&file->output.pending);
	for (uint64_t i = 0; i < file->corpus->entities; i++) {
		write_node(file, i);
		if (store_record(file, error) != 0)
			return -1;
	}
	for (uint64_t i = 0; i < file->corpus->relations; i++) {
		write_edge(file, i);
		if (store_record(file, error) != 0)
			return -1;
	}
	buffer_append_text(&file->output.pending, "  </graph>\n</graphml>\n");
	return 0;
}
