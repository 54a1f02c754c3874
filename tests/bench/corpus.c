#include "corpus.h"

enum { PROMPT_SIZE = 6000 };

/* Each syllable begins with one of these and ends with one of those, and can
 * be taken apart again, so that different numbers make different names. */
static const char *const onsets[] = {"b", "d", "f", "gr", "h", "k", "l", "m",
    "n", "p", "r", "s", "st", "t", "v", "z"};
static const char *const vowels[] = {"a", "e", "i", "o", "u", "an", "ar", "el",
    "en", "er", "in", "on", "or", "\303\251", "\303\270", "\303\274"};

struct random
random_start(enum kind kind, uint64_t index)
{
	struct random random = {(uint64_t)kind << 56 ^ index};

	random.state = random_next(&random);
	return random;
}

/* The generator SplitMix64. */
uint64_t
random_next(struct random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void
append_syllable(struct buffer *out, uint64_t number)
{
	buffer_append_text(out, onsets[number & 15]);
	buffer_append_text(out, vowels[number >> 4 & 15]);
}

/* One of 4096 words, the common ones short, as in any language. */
static void
append_word(struct buffer *out, struct random *random)
{
	uint64_t number = random_next(random) >> 52;

	number = number * number * number >> 24;
	append_syllable(out, number);
	if (number >= 256)
		append_syllable(out, number >> 4);
	if (number >= 1024)
		append_syllable(out, number * 7);
}

static void
append_sentence(struct buffer *out, struct random *random)
{
	uint64_t form = random_next(random);
	uint64_t words = 6 + form % 12;
	size_t start = out->length;

	for (uint64_t i = 0; i < words; i++) {
		if (i > 0)
			buffer_append_text(out, i == words / 2 &&
			    (form & 0x100) != 0 ? ", " : " ");
		append_word(out, random);
	}
	out->data[start] = (char)(out->data[start] - 'a' + 'A');
	if ((form & 0xe00) == 0)
		buffer_format(out, " \"%u\"", (unsigned)(form >> 48));
	buffer_append_char(out, '.');
}

/* Sentences of at least ${size} bytes together. */
static void
append_prose(struct buffer *out, struct random *random, uint64_t size)
{
	size_t start = out->length;

	append_sentence(out, random);
	for (unsigned i = 1; out->length - start < size; i++) {
		buffer_append_text(out, i % 6 == 0 ? "\n\n" : " ");
		append_sentence(out, random);
	}
}

void
corpus_open(struct corpus *corpus, uint64_t chunks, unsigned dimension)
{
	struct random random = random_start(ANSWER, UINT32_MAX);

	*corpus = (struct corpus){
		.chunks = chunks,
		.documents = (chunks + CHUNKS_A_DOCUMENT - 1) /
		    CHUNKS_A_DOCUMENT,
		.entities = chunks * ENTITIES_A_CHUNK,
		.relations = chunks * RELATIONS_A_CHUNK,
		.dimension = dimension
	};
	append_prose(&corpus->prompt, &random, PROMPT_SIZE);
}

void
corpus_close(struct corpus *corpus)
{
	buffer_free(&corpus->prompt);
}

uint64_t
corpus_count(const struct corpus *corpus, enum kind kind)
{
	switch (kind) {
	case DOCUMENT: return corpus->documents;
	case CHUNK: return corpus->chunks;
	case ENTITY: return corpus->entities;
	case RELATION: return corpus->relations;
	default: return corpus->chunks * 2;
	}
}

uint64_t
corpus_time(uint64_t index)
{
	return 1795243326 + index / 4;
}

void
corpus_hex(struct buffer *out, enum kind kind, uint64_t index)
{
	struct random random = random_start(kind, index);
	uint64_t high = random_next(&random);

	buffer_format(out, "%016llx%016llx", (unsigned long long)high,
	    (unsigned long long)random_next(&random));
}

void
corpus_document_id(struct buffer *out, uint64_t document)
{
	buffer_append_text(out, "doc-");
	corpus_hex(out, DOCUMENT, document);
}

void
corpus_chunk_id(struct buffer *out, uint64_t chunk)
{
	corpus_document_id(out, chunk / CHUNKS_A_DOCUMENT);
	buffer_format(out, "-chunk-%03u",
	    (unsigned)(chunk % CHUNKS_A_DOCUMENT));
}

void
corpus_file_path(struct buffer *out, uint64_t document)
{
	struct random random = random_start(DOCUMENT, document);

	append_word(out, &random);
	buffer_format(out, "-%06llu.md", (unsigned long long)document);
}

/* An odd factor shuffles 24 bits, and these are three syllables. */
void
corpus_name(struct buffer *out, uint64_t entity)
{
	struct random random = random_start(ENTITY, entity);
	uint64_t number = entity * UINT64_C(0x9e3779b1);
	size_t start = out->length, second;

	append_syllable(out, number);
	append_syllable(out, number >> 8);
	append_syllable(out, number >> 16);
	out->data[start] = (char)(out->data[start] - 'a' + 'A');
	buffer_append_char(out, ' ');
	second = out->length;
	append_word(out, &random);
	out->data[second] = (char)(out->data[second] - 'a' + 'A');
}

const char *
corpus_type(uint64_t entity)
{
	static const char *const types[] = {"person", "organization",
	    "location", "event", "concept", "method", "artifact"};

	return types[entity % (sizeof types / sizeof types[0])];
}

struct range
corpus_document_chunks(const struct corpus *corpus, uint64_t document)
{
	struct range range = {document * CHUNKS_A_DOCUMENT, CHUNKS_A_DOCUMENT};

	if (range.count > corpus->chunks - range.first)
		range.count = corpus->chunks - range.first;
	return range;
}

struct range
corpus_chunks_of(const struct corpus *corpus, uint64_t entity)
{
	uint64_t chunk = entity / ENTITIES_A_CHUNK;

	if (entity % ENTITIES_A_CHUNK != 0)
		return (struct range){chunk, 1};
	if (chunk % CHUNKS_A_DOCUMENT == 0)
		return corpus_document_chunks(corpus,
		    chunk / CHUNKS_A_DOCUMENT);
	return (struct range){chunk - 1, 2};
}

/*
 * A chunk's first entity is even, its second odd. Its relations: between the
 * two, from the second to the next chunk's first, from the first to a hub.
 */
static void
find_ends(const struct corpus *corpus, uint64_t relation, uint64_t ends[2])
{
	uint64_t chunk = relation / RELATIONS_A_CHUNK;
	uint64_t hub = chunk / CHUNKS_A_DOCUMENT * CHUNKS_A_DOCUMENT;

	ends[0] = chunk * ENTITIES_A_CHUNK;
	if (relation % RELATIONS_A_CHUNK == 0) {
		ends[1] = ends[0] + 1;
	} else if (relation % RELATIONS_A_CHUNK == 1) {
		ends[0]++;
		ends[1] = (ends[0] + 1) % corpus->entities;
	} else {
		if (chunk == hub)
			hub = chunk > 0 ? chunk - CHUNKS_A_DOCUMENT :
			    corpus->chunks - 1;
		ends[1] = hub * ENTITIES_A_CHUNK;
	}
}

void
corpus_ends(const struct corpus *corpus, uint64_t relation,
    struct buffer *first, struct buffer *second)
{
	struct buffer names[2] = {0};
	uint64_t ends[2];
	bool swap;

	find_ends(corpus, relation, ends);
	corpus_name(&names[0], ends[0]);
	corpus_name(&names[1], ends[1]);
	swap = slice_compare(buffer_slice(&names[0]),
	    buffer_slice(&names[1])) > 0;
	buffer_append_slice(first, buffer_slice(&names[swap]));
	buffer_append_slice(second, buffer_slice(&names[!swap]));
	buffer_free(&names[0]);
	buffer_free(&names[1]);
}

void
corpus_keywords(struct buffer *out, uint64_t relation)
{
	struct random random = random_start(RELATION, relation);

	for (unsigned i = 0; i < 3; i++) {
		if (i > 0)
			buffer_append_char(out, ',');
		append_word(out, &random);
	}
}

void
corpus_description(struct buffer *out, enum kind kind, uint64_t index)
{
	struct random random = random_start(kind, index);

	append_prose(out, &random, 100 + random_next(&random) % 200);
}

void
corpus_text(struct buffer *out, uint64_t chunk)
{
	struct random random = random_start(CHUNK, chunk);

	append_prose(out, &random, 1000 + random_next(&random) % 3000);
}
