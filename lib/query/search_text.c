#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/search.h"
#include "query/words.h"

/* Okapi BM25's customary constants. */
static const double SATURATION = 1.2, LENGTH_WEIGHT = 0.75;

/* A word that is looked for. */
struct term {
	struct slice word;
	uint64_t chunks; /* that hold it */
	uint64_t here;   /* how often the present one does */
};

struct text_search {
	struct words words;
	struct term *terms; /* different ones; in the answer's arena */
	size_t term_count;
	uint64_t chunks;
	uint64_t total;     /* words of all chunks */
	uint64_t length;    /* words of the present one */
	struct json json;   /* parses what came as text */
};

static void
read_terms(struct text_search *search, struct answer *answer,
    const char *text)
{
	struct slice word;

	search->terms = arena_array(&answer->arena, strlen(text) + 1,
	    sizeof *search->terms);
	words_begin(&search->words, slice_of(text));
	while (words_next(&search->words, &word)) {
		size_t i = 0;

		while (i < search->term_count && !slice_equal(word,
		    search->terms[i].word))
			i++;
		if (i < search->term_count)
			continue;
		search->terms[search->term_count++].word = (struct slice){
		    arena_text(&answer->arena, word), word.length};
	}
}

/* Count the words of one chunk. Return whether it holds one looked for. */
static bool
count_words(struct text_search *search, struct slice text)
{
	struct slice word;
	bool any = false;

	search->length = 0;
	for (size_t i = 0; i < search->term_count; i++)
		search->terms[i].here = 0;
	words_begin(&search->words, text);
	while (words_next(&search->words, &word)) {
		search->length++;
		for (size_t i = 0; i < search->term_count; i++)
			if (slice_equal(word, search->terms[i].word)) {
				search->terms[i].here++;
				any = true;
			}
	}
	return any;
}

static double
score(const struct text_search *search)
{
	double average = (double)search->total / (double)search->chunks;
	double sum = 0;

	for (size_t i = 0; i < search->term_count; i++) {
		const struct term *term = &search->terms[i];
		double here = (double)term->here;
		double rare = log(1 + ((double)(search->chunks -
		    term->chunks) + 0.5) / ((double)term->chunks + 0.5));

		sum += rare * here * (SATURATION + 1) / (here + SATURATION *
		    (1 - LENGTH_WEIGHT + LENGTH_WEIGHT *
		    (double)search->length / average));
	}
	return sum;
}

/* What the chunk says; a row's record comes as text. */
static struct slice
chunk_text(struct text_search *search, struct record *record,
    const char *member)
{
	if (record->value == NULL)
		(void)json_parse_line(&search->json, record->value_text,
		    &record->value);
	return record_text(record->value, member);
}

/* One walk: the first counts, the second ranks. */
static int
walk(struct text_search *search, const struct query *query,
    struct answer *answer, bool ranks, struct error *error)
{
	struct source source;
	struct record record;
	int got = search_open(&source, query, answer->store, error) == 0 ?
	    1 : -1;
	const char *member = got == 1 ? search_class(&source)->chunk_text :
	    NULL;

	if (got == 1 && ranks)
		ranking_open(&answer->ranking, query->most,
		    search_class(&source)->losses, source.schema != NULL);
	while (got == 1 && (got = search_next(&source, answer->store, &record,
	    error)) == 1) {
		bool any = count_words(search, chunk_text(search, &record,
		    member));

		if (ranks && any && ranking_add(&answer->ranking, &record,
		    -score(search), error) != 0)
			got = -1;
		if (ranks)
			continue;
		search->chunks++;
		search->total += search->length;
		for (size_t i = 0; i < search->term_count; i++)
			search->terms[i].chunks += search->terms[i].here > 0;
	}
	source_close(&source);
	return got;
}

int
search_text(const struct query *query, struct answer *answer,
    struct error *error)
{
	struct text_search search = {0};
	int result;

	words_open(&search.words);
	json_open(&search.json);
	read_terms(&search, answer, query->subject);
	result = search.term_count > 0 ? walk(&search, query, answer, false,
	    error) : error_set(error, STATUS_USAGE,
	    "\"%s\": there is no word in it", query->subject);
	if (result == 0)
		result = walk(&search, query, answer, true, error);
	answer->ranking.seen = search.chunks;
	words_close(&search.words);
	json_close(&search.json);
	return result;
}
