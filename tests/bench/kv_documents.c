#include "codec/json.h"
#include "kv_records.h"

/* The text of the document's chunks in file->text. */
static void
make_document(struct store_file *file, uint64_t document)
{
	struct range range = corpus_document_chunks(file->corpus, document);

	buffer_clear(&file->text);
	for (uint64_t i = 0; i < range.count; i++) {
		if (i > 0)
			buffer_append_text(&file->text, "\n\n");
		corpus_text(&file->text, range.first + i);
	}
}

static void
write_hash(struct store_file *file, uint64_t document)
{
	corpus_hex(kv_cleared(&file->more), CHUNK, document);
	python_json_text(&file->json, "content_hash",
	    buffer_slice(&file->more));
}

void
kv_full_doc(struct store_file *file, uint64_t index)
{
	struct python_json *json = &file->json;

	corpus_document_id(kv_cleared(&file->id), index);
	make_document(file, index);
	kv_open_record(file);
	python_json_text(json, "content", buffer_slice(&file->text));
	kv_write_file_path(file, index);
	python_json_text(json, "parse_format", slice_of("raw"));
	write_hash(file, index);
	python_json_name(json, slice_of("chunk_options"));
	python_json_open(json, '{');
	python_json_number(json, "chunk_token_size", 600);
	python_json_word(json, "split_by_character", "null");
	python_json_close(json, '}');
	kv_close_record(file, index);
}

static void
answer_key(struct buffer *out, uint64_t index)
{
	buffer_append_text(out, "default:extract:");
	corpus_hex(out, ANSWER, index);
}

void
kv_text_chunk(struct store_file *file, uint64_t index)
{
	struct python_json *json = &file->json;

	corpus_chunk_id(kv_cleared(&file->id), index);
	corpus_text(kv_cleared(&file->text), index);
	kv_open_record(file);
	python_json_number(json, "tokens", file->text.length / 4);
	python_json_text(json, "content", buffer_slice(&file->text));
	python_json_number(json, "chunk_order_index",
	    index % CHUNKS_A_DOCUMENT);
	corpus_document_id(kv_cleared(&file->more), index / CHUNKS_A_DOCUMENT);
	python_json_text(json, "full_doc_id", buffer_slice(&file->more));
	kv_write_file_path(file, index / CHUNKS_A_DOCUMENT);
	python_json_name(json, slice_of("llm_cache_list"));
	python_json_open(json, '[');
	for (uint64_t i = 0; i < 2; i++) {
		answer_key(kv_cleared(&file->more), index * 2 + i);
		python_json_item(json);
		json_write_string(json->out, buffer_slice(&file->more));
	}
	python_json_close(json, ']');
	kv_close_record(file, index);
}

/* What the model found in a chunk, a line each. */
static void
make_answer(struct store_file *file, uint64_t chunk)
{
	struct buffer *text = kv_cleared(&file->text);

	for (uint64_t i = chunk * ENTITIES_A_CHUNK;
	    i < (chunk + 1) * ENTITIES_A_CHUNK; i++) {
		buffer_append_text(text, "entity<|#|>");
		corpus_name(text, i);
		buffer_format(text, "<|#|>%s<|#|>", corpus_type(i));
		corpus_description(text, ENTITY, i);
		buffer_append_char(text, '\n');
	}
	for (uint64_t i = chunk * RELATIONS_A_CHUNK;
	    i < (chunk + 1) * RELATIONS_A_CHUNK; i++) {
		buffer_append_text(text, "relation<|#|>");
		corpus_ends(file->corpus, i, text, kv_cleared(&file->more));
		buffer_append_text(text, "<|#|>");
		buffer_append_slice(text, buffer_slice(&file->more));
		buffer_append_text(text, "<|#|>");
		corpus_keywords(text, i);
		buffer_append_text(text, "<|#|>");
		corpus_description(text, RELATION, i);
		buffer_append_char(text, '\n');
	}
	buffer_append_text(text, "<|COMPLETE|>");
}

/* The second prompt repeats the first one's answer instead of the text. */
static void
make_prompt(struct store_file *file, uint64_t index)
{
	buffer_clear(&file->more);
	buffer_append_slice(&file->more, buffer_slice(&file->corpus->prompt));
	buffer_append_text(&file->more, "\n\n---Input---\n```\n");
	if (index % 2 == 0)
		corpus_text(&file->more, index / 2);
	else
		buffer_append_slice(&file->more, buffer_slice(&file->text));
	buffer_append_text(&file->more, "\n```\n\n---Output---\n");
	if (index % 2 != 0)
		buffer_append_slice(&file->more,
		    buffer_slice(&file->corpus->prompt));
}

void
kv_answer(struct store_file *file, uint64_t index)
{
	struct python_json *json = &file->json;

	answer_key(kv_cleared(&file->id), index);
	make_answer(file, index / 2);
	kv_open_record(file);
	python_json_text(json, "return", index % 2 == 0 ?
	    buffer_slice(&file->text) : slice_of("<|COMPLETE|>"));
	python_json_text(json, "cache_type", slice_of("extract"));
	make_prompt(file, index);
	corpus_chunk_id(kv_cleared(&file->text), index / 2);
	python_json_text(json, "chunk_id", buffer_slice(&file->text));
	python_json_text(json, "original_prompt", buffer_slice(&file->more));
	python_json_word(json, "queryparam", "null");
	kv_close_record(file, index);
}


/* The first words of the document's first chunk. */
static void
write_summary(struct store_file *file, struct range range)
{
	buffer_clear(&file->text);
	corpus_text(&file->text, range.first);
	file->text.length = 100; /* no more, since characters take up to two */
	while ((file->text.data[file->text.length] & 0xc0) == 0x80)
		file->text.length--;
	python_json_text(&file->json, "content_summary",
	    buffer_slice(&file->text));
}

static void
write_time(struct store_file *file, const char *name, uint64_t index)
{
	struct buffer *text = kv_cleared(&file->more);
	unsigned seconds = (unsigned)(index % 3600);

	buffer_format(text, "2026-11-21T06:%02u:%02u.%06u+00:00", seconds / 60,
	    seconds % 60, (unsigned)(index * 7919 % 1000000));
	python_json_text(&file->json, name, buffer_slice(text));
}

/* The only value without times and _id of the common form. */
void
kv_doc_status(struct store_file *file, uint64_t index)
{
	struct range range = corpus_document_chunks(file->corpus, index);
	struct python_json *json = &file->json;

	corpus_document_id(kv_cleared(&file->id), index);
	kv_open_record(file);
	python_json_text(json, "status", slice_of("processed"));
	make_document(file, index);
	python_json_number(json, "content_length", file->text.length);
	write_summary(file, range);
	write_time(file, "created_at", index);
	write_time(file, "updated_at", index + 5);
	kv_write_file_path(file, index);
	python_json_text(json, "track_id", slice_of("insert_bench"));
	write_hash(file, index);
	python_json_name(json, slice_of("metadata"));
	python_json_open(json, '{');
	python_json_number(json, "process_start_time", corpus_time(index));
	python_json_number(json, "process_end_time", corpus_time(index) + 5);
	python_json_close(json, '}');
	python_json_number(json, "chunks_count", range.count);
	kv_write_chunk_ids(file, "chunks_list", range);
	python_json_close(json, '}');
}
