/*
 * The records of the files kv_store_*.json. Each kv_STORE(file, index)
 * appends record number ${index}, with its key.
 */
#ifndef BENCH_KV_RECORDS_H
#define BENCH_KV_RECORDS_H

#include "stores.h"

void kv_full_doc(struct store_file *file, uint64_t index);
void kv_text_chunk(struct store_file *file, uint64_t index);
void kv_answer(struct store_file *file, uint64_t index);
void kv_document_entities(struct store_file *file, uint64_t index);
void kv_document_relations(struct store_file *file, uint64_t index);
void kv_entity_chunks(struct store_file *file, uint64_t index);
void kv_relation_chunks(struct store_file *file, uint64_t index);
void kv_doc_status(struct store_file *file, uint64_t index);

/** kv_cleared(buffer): the buffer, emptied. */
struct buffer *kv_cleared(struct buffer *buffer);

/** kv_open_record(file): begin the record with the key in file->id. */
void kv_open_record(struct store_file *file);

/** kv_close_record(file, index): the members that every value ends with. */
void kv_close_record(struct store_file *file, uint64_t index);

/** kv_write_chunk_ids(file, name, chunks): a list of chunks' ids. */
void kv_write_chunk_ids(struct store_file *file, const char *name,
    struct range chunks);

/** kv_write_file_path(file, document): the member file_path. */
void kv_write_file_path(struct store_file *file, uint64_t document);

#endif
