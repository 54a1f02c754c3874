#include "codec/json.h"
#include "kv_records.h"

void
kv_document_entities(struct store_file *file, uint64_t index)
{
	struct range range = corpus_document_chunks(file->corpus, index);
	struct python_json *json = &file->json;

	corpus_document_id(kv_cleared(&file->id), index);
	kv_open_record(file);
	python_json_name(json, slice_of("entity_names"));
	python_json_open(json, '[');
	for (uint64_t i = 0; i < range.count * ENTITIES_A_CHUNK; i++) {
		corpus_name(kv_cleared(&file->text),
		    range.first * ENTITIES_A_CHUNK + i);
		python_json_item(json);
		json_write_string(json->out, buffer_slice(&file->text));
	}
	python_json_close(json, ']');
	python_json_number(json, "count", range.count * ENTITIES_A_CHUNK);
	kv_close_record(file, index);
}

static void
write_pair(struct store_file *file, uint64_t relation)
{
	struct python_json *json = &file->json;

	corpus_ends(file->corpus, relation, kv_cleared(&file->text),
	    kv_cleared(&file->more));
	python_json_item(json);
	python_json_open(json, '[');
	python_json_item(json);
	json_write_string(json->out, buffer_slice(&file->text));
	python_json_item(json);
	json_write_string(json->out, buffer_slice(&file->more));
	python_json_close(json, ']');
}

void
kv_document_relations(struct store_file *file, uint64_t index)
{
	struct range range = corpus_document_chunks(file->corpus, index);
	struct python_json *json = &file->json;

	corpus_document_id(kv_cleared(&file->id), index);
	kv_open_record(file);
	python_json_name(json, slice_of("relation_pairs"));
	python_json_open(json, '[');
	for (uint64_t i = 0; i < range.count * RELATIONS_A_CHUNK; i++)
		write_pair(file, range.first * RELATIONS_A_CHUNK + i);
	python_json_close(json, ']');
	python_json_number(json, "count", range.count * RELATIONS_A_CHUNK);
	kv_close_record(file, index);
}

void
kv_entity_chunks(struct store_file *file, uint64_t index)
{
	struct range range = corpus_chunks_of(file->corpus, index);

	corpus_name(kv_cleared(&file->id), index);
	kv_open_record(file);
	kv_write_chunk_ids(file, "chunk_ids", range);
	python_json_number(&file->json, "count", range.count);
	kv_close_record(file, index);
}

void
kv_relation_chunks(struct store_file *file, uint64_t index)
{
	corpus_ends(file->corpus, index, kv_cleared(&file->id),
	    kv_cleared(&file->more));
	buffer_append_text(&file->id, "<SEP>");
	buffer_append_slice(&file->id, buffer_slice(&file->more));
	kv_open_record(file);
	kv_write_chunk_ids(file, "chunk_ids",
	    (struct range){index / RELATIONS_A_CHUNK, 1});
	python_json_number(&file->json, "count", 1);
	kv_close_record(file, index);
}
