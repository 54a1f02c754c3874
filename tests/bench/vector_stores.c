#include <string.h>
#include <zlib.h>

#include "codec/base64.h"
#include "codec/json.h"
#include "embedding.h"
#include "stores.h"

/* What belongs to one file while it is written. */
struct vectors {
	struct embedding embedding;
	uint64_t first;        /* the first record's embedding */
	struct buffer bytes;
	struct buffer packed;
};

static void
write_text(struct store_file *file, const char *name)
{
	python_json_text(&file->json, name, buffer_slice(&file->text));
	buffer_clear(&file->text);
}

/* The record's id is in file->text. */
static void
open_record(struct store_file *file, uint64_t index)
{
	python_json_open(&file->json, '{');
	write_text(file, "__id__");
	python_json_number(&file->json, "__created_at__", corpus_time(index));
	python_json_number(&file->json, "__write_seq__",
	    corpus_time(index) * 1000000000 + index);
}

/* Chunks' ids, joined; their documents' file paths are left in file->more. */
static void
write_sources(struct store_file *file, struct range range)
{
	uint64_t last = range.first + range.count - 1;

	for (uint64_t i = 0; i < range.count; i++) {
		if (i > 0)
			buffer_append_text(&file->text, "<SEP>");
		corpus_chunk_id(&file->text, range.first + i);
	}
	write_text(file, "source_id");
	corpus_file_path(&file->more, range.first / CHUNKS_A_DOCUMENT);
	if (range.first / CHUNKS_A_DOCUMENT != last / CHUNKS_A_DOCUMENT) {
		buffer_append_text(&file->more, "<SEP>");
		corpus_file_path(&file->more, last / CHUNKS_A_DOCUMENT);
	}
}

static void
write_file_path(struct store_file *file)
{
	python_json_text(&file->json, "file_path", buffer_slice(&file->more));
	buffer_clear(&file->more);
}

static void
chunk(struct store_file *file, uint64_t index)
{
	corpus_chunk_id(&file->text, index);
	open_record(file, index);
	corpus_text(&file->text, index);
	write_text(file, "content");
	corpus_document_id(&file->text, index / CHUNKS_A_DOCUMENT);
	write_text(file, "full_doc_id");
	corpus_file_path(&file->more, index / CHUNKS_A_DOCUMENT);
	write_file_path(file);
}

static void
entity(struct store_file *file, uint64_t index)
{
	buffer_append_text(&file->text, "ent-");
	corpus_hex(&file->text, ENTITY, index);
	open_record(file, index);
	corpus_name(&file->text, index);
	write_text(file, "entity_name");
	corpus_name(&file->text, index);
	buffer_append_char(&file->text, '\n');
	corpus_description(&file->text, ENTITY, index);
	write_text(file, "content");
	write_sources(file, corpus_chunks_of(file->corpus, index));
	write_file_path(file);
}

static void
relation(struct store_file *file, uint64_t index)
{
	buffer_append_text(&file->text, "rel-");
	corpus_hex(&file->text, RELATION, index);
	open_record(file, index);
	corpus_ends(file->corpus, index, &file->text, &file->more);
	write_text(file, "src_id");
	python_json_text(&file->json, "tgt_id", buffer_slice(&file->more));
	buffer_clear(&file->more);
	write_sources(file, (struct range){index / RELATIONS_A_CHUNK, 1});
	corpus_keywords(&file->text, index);
	buffer_append_char(&file->text, '\t');
	corpus_ends(file->corpus, index, &file->text, &file->id);
	buffer_format(&file->text, "\n%s\n", buffer_text(&file->id));
	buffer_clear(&file->id);
	corpus_description(&file->text, RELATION, index);
	write_text(file, "content");
	write_file_path(file);
}

const struct store vector_stores[] = {
	{"vdb_chunks", CHUNK, chunk},
	{"vdb_entities", ENTITY, entity},
	{"vdb_relationships", RELATION, relation},
	{NULL, 0, NULL}
};

/* Half precision, compressed: what LightRAG keeps beside the matrix. */
static int
write_vector(struct store_file *file, struct vectors *vectors,
    struct error *error)
{
	struct buffer *bytes = &vectors->bytes, *packed = &vectors->packed;
	uLongf size;

	buffer_clear(bytes);
	embedding_append_float16(&vectors->embedding, bytes);
	size = compressBound((uLong)bytes->length);
	buffer_clear(packed);
	buffer_reserve(packed, size);
	if (compress2((Bytef *)packed->data, &size, (const Bytef *)bytes->data,
	    (uLong)bytes->length, Z_BEST_SPEED) != Z_OK)
		return error_set(error, STATUS_INTERNAL, "compress2 failed");
	python_json_name(&file->json, slice_of("vector"));
	buffer_append_char(file->json.out, '"');
	base64_encode(packed->data, size, file->json.out);
	buffer_append_char(file->json.out, '"');
	return 0;
}

static int
write_records(const struct store *store, struct store_file *file,
    struct vectors *vectors, struct error *error)
{
	uint64_t count = corpus_count(file->corpus, store->kind);

	for (uint64_t i = 0; i < count; i++) {
		python_json_item(&file->json);
		store->write(file, i);
		embedding_make(&vectors->embedding, vectors->first + i);
		if (write_vector(file, vectors, error) != 0)
			return -1;
		python_json_close(&file->json, '}');
		if (store_record(file, error) != 0)
			return -1;
	}
	return 0;
}

/* One string: rows follow one another, three bytes in four characters. */
static int
write_matrix(uint64_t count, struct store_file *file, struct vectors *vectors,
    struct error *error)
{
	struct buffer *bytes = &vectors->bytes;

	buffer_clear(bytes);
	buffer_append_char(file->json.out, '"');
	for (uint64_t i = 0; i < count; i++) {
		size_t rest;

		embedding_make(&vectors->embedding, vectors->first + i);
		embedding_append_float32(&vectors->embedding, bytes);
		rest = i + 1 < count ? bytes->length % 3 : 0;
		bytes->length -= rest;
		base64_encode(bytes->data, bytes->length, file->json.out);
		memmove(bytes->data, bytes->data + bytes->length, rest);
		bytes->length = rest;
		if (store_flush(file, error) != 0)
			return -1;
	}
	buffer_append_char(file->json.out, '"');
	return 0;
}

int
vector_write(const struct store *store, struct store_file *file,
    struct error *error)
{
	struct vectors vectors = {
		.first = (uint64_t)(store - vector_stores) << 40
	};
	int result;

	embedding_open(&vectors.embedding, file->corpus->dimension);
	python_json_open(&file->json, '{');
	python_json_number(&file->json, "embedding_dim",
	    file->corpus->dimension);
	python_json_name(&file->json, slice_of("data"));
	python_json_open(&file->json, '[');
	result = write_records(store, file, &vectors, error);
	python_json_close(&file->json, ']');
	python_json_name(&file->json, slice_of("matrix"));
	if (result == 0)
		result = write_matrix(corpus_count(file->corpus, store->kind),
		    file, &vectors, error);
	python_json_close(&file->json, '}');
	embedding_close(&vectors.embedding);
	buffer_free(&vectors.bytes);
	buffer_free(&vectors.packed);
	return result;
}
