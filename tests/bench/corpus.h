/*
 * What the generated workspace says: every id, name, text and link is a
 * function of its kind and number, so that each file can be written on its
 * own, in any order, in constant memory, and always comes out the same.
 */
#ifndef BENCH_CORPUS_H
#define BENCH_CORPUS_H

#include "base/buffer.h"

/* Chunks of a document; its first entity is the hub that the others link to. */
enum { CHUNKS_A_DOCUMENT = 20, CHUNKS_LEAST = 60 };
enum { ENTITIES_A_CHUNK = 2, RELATIONS_A_CHUNK = 3 };

/* ANSWER: the model's, which is asked about each chunk twice. */
enum kind { DOCUMENT, CHUNK, ENTITY, RELATION, ANSWER, EMBEDDING };

/* A source of numbers that depends only on what it was started with. */
struct random {
	uint64_t state;
};

struct corpus {
	uint64_t chunks;
	uint64_t documents;
	uint64_t entities;
	uint64_t relations;
	unsigned dimension;
	struct buffer prompt; /* what every prompt to the model begins with */
};

/* Numbers of chunks, from first, count of them. */
struct range {
	uint64_t first;
	uint64_t count;
};

/** random_start(kind, index): the numbers for one text or embedding. */
struct random random_start(enum kind kind, uint64_t index);

/** random_next(random): the next number, 64 bits. */
uint64_t random_next(struct random *random);

/** corpus_open(corpus, chunks, dimension): sizes in proportion to ${chunks}. */
void corpus_open(struct corpus *corpus, uint64_t chunks, unsigned dimension);

/** corpus_close(corpus): free what corpus_open made. */
void corpus_close(struct corpus *corpus);

/** corpus_count(corpus, kind): how many there are of a kind; not EMBEDDING. */
uint64_t corpus_count(const struct corpus *corpus, enum kind kind);

/** corpus_time(index): seconds since 1970. */
uint64_t corpus_time(uint64_t index);

/** corpus_hex(out, kind, index): append 32 hex digits. */
void corpus_hex(struct buffer *out, enum kind kind, uint64_t index);

/** corpus_document_id(out, document): append "doc-…". */
void corpus_document_id(struct buffer *out, uint64_t document);

/** corpus_chunk_id(out, chunk): append "doc-…-chunk-007". */
void corpus_chunk_id(struct buffer *out, uint64_t chunk);

/** corpus_file_path(out, document): append the document's file name. */
void corpus_file_path(struct buffer *out, uint64_t document);

/** corpus_name(out, entity): append the entity's name; no two are the same. */
void corpus_name(struct buffer *out, uint64_t entity);

/** corpus_type(entity): the entity's type. */
const char *corpus_type(uint64_t entity);

/** corpus_chunks_of(corpus, entity): the chunks that tell of the entity. */
struct range corpus_chunks_of(const struct corpus *corpus, uint64_t entity);

/** corpus_document_chunks(corpus, document): the document's chunks. */
struct range corpus_document_chunks(const struct corpus *corpus,
    uint64_t document);

/**
 * corpus_ends(corpus, relation, first, second):
 * The names of a relation's ends in byte order, appended to both. No two
 * relations link the same two entities, and none an entity with itself.
 */
void corpus_ends(const struct corpus *corpus, uint64_t relation,
    struct buffer *first, struct buffer *second);

/** corpus_keywords(out, relation): append words with commas between. */
void corpus_keywords(struct buffer *out, uint64_t relation);

/** corpus_description(out, kind, index): append about 200 bytes of prose. */
void corpus_description(struct buffer *out, enum kind kind, uint64_t index);

/** corpus_text(out, chunk): append the chunk's 1 to 4 KB of prose. */
void corpus_text(struct buffer *out, uint64_t chunk);

#endif
