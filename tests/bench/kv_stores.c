#include "codec/json.h"
#include "kv_records.h"

struct buffer *
kv_cleared(struct buffer *buffer)
{
	buffer_clear(buffer);
	return buffer;
}

void
kv_open_record(struct store_file *file)
{
	python_json_name(&file->json, buffer_slice(&file->id));
	python_json_open(&file->json, '{');
}

void
kv_close_record(struct store_file *file, uint64_t index)
{
	python_json_number(&file->json, "create_time", corpus_time(index));
	python_json_number(&file->json, "update_time", corpus_time(index) + 9);
	python_json_text(&file->json, "_id", buffer_slice(&file->id));
	python_json_close(&file->json, '}');
}

void
kv_write_chunk_ids(struct store_file *file, const char *name,
    struct range chunks)
{
	python_json_name(&file->json, slice_of(name));
	python_json_open(&file->json, '[');
	for (uint64_t i = 0; i < chunks.count; i++) {
		corpus_chunk_id(kv_cleared(&file->more), chunks.first + i);
		python_json_item(&file->json);
		json_write_string(file->json.out, buffer_slice(&file->more));
	}
	python_json_close(&file->json, ']');
}

void
kv_write_file_path(struct store_file *file, uint64_t document)
{
	corpus_file_path(kv_cleared(&file->more), document);
	python_json_text(&file->json, "file_path", buffer_slice(&file->more));
}

const struct store kv_stores[] = {
	{"kv_store_full_docs", DOCUMENT, kv_full_doc},
	{"kv_store_text_chunks", CHUNK, kv_text_chunk},
	{"kv_store_llm_response_cache", ANSWER, kv_answer},
	{"kv_store_full_entities", DOCUMENT, kv_document_entities},
	{"kv_store_full_relations", DOCUMENT, kv_document_relations},
	{"kv_store_entity_chunks", ENTITY, kv_entity_chunks},
	{"kv_store_relation_chunks", RELATION, kv_relation_chunks},
	{"kv_store_doc_status", DOCUMENT, kv_doc_status},
	{NULL, 0, NULL}
};

int
kv_write(const struct store *store, struct store_file *file,
    struct error *error)
{
	uint64_t count = corpus_count(file->corpus, store->kind);

	file->json.indented = true;
	python_json_open(&file->json, '{');
	for (uint64_t i = 0; i < count; i++) {
		store->write(file, i);
		if (store_record(file, error) != 0)
			return -1;
	}
	python_json_close(&file->json, '}');
	return 0;
}
