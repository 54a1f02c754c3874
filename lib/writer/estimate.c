#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/digest.h"
#include "writer/estimate.h"

enum {
	POINTER = 4, BTREE_ROOM = 8152, POSTING_MOST = 812, ROW_NUMBER = 6,
	TOAST_HEADER = 36, TOAST_ENTRY = 20, HNSW_ROOM = 8160,
	SPARE_STEP = 32, HNSW_MOST = 8156, HNSW_M = 16, HNSW_ROUND = 4096, MAP_PAGES = 4069
};

/* Measured: leaves of a btree that was built, grew in order, grew anyhow. */
static const double BUILT = 0.9, ORDERED = 0.9, RANDOM = 0.69;
/* A row's second version goes into the key's index too, much of it into
 * room that is there (measured). */
static const double SECOND_VERSION = 0.25;

static void
open_index(struct estimate_index *entry, const struct table *table,
    const struct index *index)
{
	entry->index = index;
	entry->column_count = index != NULL ? index->column_count :
	    table->key_count;
	entry->columns = memory_array(entry->column_count,
	    sizeof *entry->columns);
	for (size_t i = 0; i < entry->column_count; i++)
		entry->columns[i] = table_column(table, index != NULL ?
		    index->columns[i].name : table->key[i]);
}

void
estimate_open(struct estimate *estimate, const struct table *table,
    struct row_size *size)
{
	*estimate = (struct estimate){.table = table, .size = size};
	estimate->indexes = memory_array(table->index_count + 1,
	    sizeof *estimate->indexes);
	open_index(&estimate->indexes[estimate->index_count++], table, NULL);
	for (size_t i = 0; i < table->index_count; i++)
		if (!table->indexes[i].hnsw)
			open_index(&estimate->indexes[estimate->index_count++],
			    table, &table->indexes[i]);
}

void
estimate_close(struct estimate *estimate)
{
	for (size_t i = 0; i < estimate->index_count; i++) {
		free(estimate->indexes[i].columns);
		free(estimate->indexes[i].hashes);
	}
	free(estimate->indexes);
	buffer_free(&estimate->last_key);
	*estimate = (struct estimate){0};
}

/* Go to a page with room for ${bytes}: one that has it left, or a new one. */
static void
turn_page(struct estimate_pages *pages, size_t bytes)
{
	size_t class = (bytes + SPARE_STEP - 1) / SPARE_STEP;

	if (pages->full > 0)
		pages->spare[(PAGE_ROOM - pages->used) / SPARE_STEP]++;
	while (class < SPARE_CLASSES && pages->spare[class] == 0)
		class++;
	if (class < SPARE_CLASSES) {
		pages->spare[class]--;
		pages->used = PAGE_ROOM - class * SPARE_STEP;
	} else {
		pages->full++;
		pages->used = 0;
	}
}

static void
put(struct estimate_pages *pages, size_t bytes)
{
	if (bytes > PAGE_ROOM)
		bytes = PAGE_ROOM; /* the server will refuse such a row */
	if (pages->full == 0 || pages->used + bytes > PAGE_ROOM)
		turn_page(pages, bytes);
	pages->used += bytes;
}

/* A value outside is cut into rows of a fixed length. */
static void
put_outside(struct estimate *estimate, size_t length)
{
	while (length > 0) {
		size_t part = length < TOAST_CHUNK ? length : TOAST_CHUNK;

		put(&estimate->toast, (part + TOAST_HEADER + 7) / 8 * 8 +
		    POINTER);
		estimate->toast_rows++;
		length -= part;
	}
}

static struct slice
value_of(const struct estimate *estimate, const char *column)
{
	int index = column == NULL ? -1 : table_column(estimate->table,
	    column);

	return index < 0 || estimate->size->values[index].null ?
	    (struct slice){0} : estimate->size->values[index].bytes;
}

static bool
covers(const struct estimate *estimate, const struct index *index)
{
	for (size_t i = 0; index != NULL && i < index->condition_count; i++) {
		const struct condition *condition = &index->conditions[i];
		struct slice value = value_of(estimate, condition->column);

		if (value.data == NULL ||
		    (condition->form == CONDITION_NOT_EMPTY &&
		    value.length == 0) ||
		    (condition->form == CONDITION_AFTER && slice_compare(value,
		    value_of(estimate, condition->other)) <= 0))
			return false;
	}
	return true;
}

static void
see_entry(struct estimate *estimate, struct estimate_index *entry)
{
	unsigned __int128 hash = 0;

	if (!covers(estimate, entry->index))
		return;
	entry->bytes += row_size_entry(estimate->size, entry->columns,
	    entry->column_count) + POINTER;
	for (size_t i = 0; i < entry->column_count; i++)
		if (entry->columns[i] >= 0)
			hash = digest_hash_with(hash, estimate->size->
			    values[entry->columns[i]].bytes);
	entry->hashes = memory_grow(entry->hashes, &entry->capacity,
	    (size_t)entry->entries + 1, sizeof *entry->hashes);
	entry->hashes[entry->entries++] = (uint64_t)hash;
}

/* Keys in order fill a btree's pages; others leave a third of them free. */
static void
see_order(struct estimate *estimate)
{
	const struct estimate_index *key = &estimate->indexes[0];
	struct buffer *last = &estimate->last_key;
	size_t before = last->length;

	for (size_t i = 0; i < key->column_count; i++)
		if (key->columns[i] >= 0)
			buffer_append_slice(last, estimate->size->
			    values[key->columns[i]].bytes);
	estimate->ascending += slice_compare((struct slice){last->data,
	    before}, (struct slice){last->data + before, last->length -
	    before}) < 0;
	memmove(last->data, last->data + before, last->length - before);
	last->length -= before;
}

void
estimate_row(struct estimate *estimate, struct slice copy)
{
	struct row_size *size = estimate->size;

	size->target = estimate->toast_target;
	if (!row_size_measure(size, estimate->table->columns,
	    estimate->table->column_count, copy))
		return;
	estimate->rows++;
	estimate->copy_bytes += copy.length;
	put(&estimate->heap, size->tuple);
	for (size_t i = 0; i < size->count; i++)
		put_outside(estimate, row_size_outside(&size->values[i]));
	for (size_t i = 0; i < estimate->index_count; i++)
		see_entry(estimate, &estimate->indexes[i]);
	see_order(estimate);
}

/* Pages for ${factor} times what was seen. */
static uint64_t
scaled_pages(const struct estimate_pages *pages, double factor)
{
	double seen = pages->full == 0 ? 0 : (double)(pages->full - 1) +
	    (double)pages->used / PAGE_ROOM;

	return (uint64_t)ceil(seen * factor - 1e-6);
}

/* With the map of free space, once there is more than one page. */
static uint64_t
with_map(uint64_t pages)
{
	return pages < 2 ? pages : pages + 2 + (pages + MAP_PAGES - 1) /
	    MAP_PAGES;
}

/* Leaves, the levels above them, and the page that says where to begin. */
static uint64_t
btree_pages(double entries, double bytes, double filled)
{
	double leaves = ceil(entries * bytes / (BTREE_ROOM * filled));
	double fan = BTREE_ROOM * 0.7 / bytes, pages = leaves;

	if (entries < 1)
		return 1;
	while (leaves > 1) {
		leaves = ceil(leaves / (fan > 2 ? fan : 2));
		pages += leaves;
	}
	return (uint64_t)pages + 1;
}

static int
compare_hashes(const void *a, const void *b)
{
	uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

	return first < second ? -1 : first > second;
}

/* How many different values ${whole} entries have, by those of the sample
 * (the estimator of Haas and Stokes). */
static double
count_distinct(const struct estimate_index *entry, double whole)
{
	double seen = (double)entry->entries, distinct = 0, once = 0;

	qsort(entry->hashes, (size_t)entry->entries, sizeof *entry->hashes,
	    compare_hashes);
	for (uint64_t i = 0, run; i < entry->entries; i += run) {
		run = 1;
		while (i + run < entry->entries &&
		    entry->hashes[i + run] == entry->hashes[i])
			run++;
		distinct++;
		once += run == 1;
	}
	return seen * distinct / (seen - once + once * seen / whole);
}

/* Entries of equal values share one, as far as a posting list goes. */
static uint64_t
index_pages(const struct estimate_index *entry, double factor, double filled)
{
	double count = (double)entry->entries * factor, bytes, distinct;

	if (entry->entries == 0)
		return 1;
	bytes = (double)entry->bytes / (double)entry->entries;
	if (entry->index == NULL)
		return btree_pages(count, bytes, filled);
	distinct = count_distinct(entry, count);
	if (bytes < POSTING_MOST / 2)
		distinct += count * ROW_NUMBER / (POSTING_MOST - bytes);
	if (distinct > count)
		distinct = count;
	bytes += (count / distinct - 1) * ROW_NUMBER;
	return btree_pages(distinct, bytes, filled);
}

uint64_t
estimate_hnsw(uint64_t rows, uint32_t dimension)
{
	size_t element = (72 + 8 + 4 * (size_t)dimension + 7) / 8 * 8;
	uint64_t count = rows < HNSW_ROUND ? rows : HNSW_ROUND, pages = 1;
	size_t used = 0;

	/* An element stands with its neighbours if both go on one page; each
	 * 16th has one level more of them. */
	for (uint64_t i = 1; i <= count; i++) {
		size_t levels = 2, neighbours, both;

		for (uint64_t rest = i; rest % HNSW_M == 0; rest /= HNSW_M)
			levels++;
		neighbours = (4 + ROW_NUMBER * levels * HNSW_M + 7) / 8 * 8;
		both = element + POINTER + neighbours;
		if (used + element + POINTER > HNSW_ROOM || (both <= HNSW_MOST
		    && used + both + POINTER > HNSW_ROOM)) {
			pages++;
			used = 0;
		}
		used += element + POINTER;
		if (used + neighbours + POINTER > HNSW_ROOM) {
			pages++;
			used = 0;
		}
		used += neighbours + POINTER;
	}
	if (count > 0)
		pages = (uint64_t)ceil((double)pages * (double)rows /
		    (double)count);
	return (pages + 1) * PAGE_SIZE;
}

static uint64_t
vector_indexes(const struct table *table, uint64_t rows)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < table->index_count; i++) {
		const struct index *index = &table->indexes[i];
		int column = index->hnsw ? table_column(table,
		    index->columns[0].name) : -1;

		if (column >= 0)
			bytes += estimate_hnsw(rows,
			    table->columns[column].limit);
	}
	return bytes;
}

static bool
can_be_toasted(const struct table *table)
{
	for (size_t i = 0; i < table->column_count; i++)
		switch (table->columns[i].type) {
		case TYPE_TEXT:
		case TYPE_VARCHAR:
		case TYPE_VARCHAR_ARRAY:
		case TYPE_JSONB:
		case TYPE_BYTEA:
		case TYPE_VECTOR:
		case TYPE_HALFVEC:
			return true;
		default:
			break;
		}
	return false;
}

void
estimate_make(const struct estimate *estimate,
    const struct estimate_whole *whole, struct estimate_disk *disk)
{
	double factor = estimate->rows == 0 ? 0 : (double)whole->rows /
	    (double)estimate->rows;
	bool ordered = estimate->ascending * 10 >= estimate->rows * 9;
	double toast_rows = (double)estimate->toast_rows * factor;
	uint64_t pages = 0;

	*disk = (struct estimate_disk){
	    .table = PAGE_SIZE * with_map(scaled_pages(&estimate->heap,
	    factor * (1 + whole->updated))),
	    .key = PAGE_SIZE * index_pages(&estimate->indexes[0], factor *
	    (1 + SECOND_VERSION * whole->updated), ordered ? ORDERED :
	    RANDOM)};
	if (can_be_toasted(estimate->table))
		disk->toast = PAGE_SIZE * (with_map(scaled_pages(
		    &estimate->toast, factor)) + btree_pages(toast_rows,
		    TOAST_ENTRY, ORDERED));
	for (size_t i = 1; i < estimate->index_count; i++)
		pages += index_pages(&estimate->indexes[i], factor,
		    whole->existing && !ordered ? RANDOM : BUILT);
	disk->indexes = PAGE_SIZE * pages;
	disk->vector_indexes = vector_indexes(estimate->table, whole->rows);
}

uint64_t
estimate_total(const struct estimate_disk *disk)
{
	return disk->table + disk->toast + disk->key + disk->indexes +
	    disk->vector_indexes;
}
