#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "writer/job.h"

int
job_advance(struct loader *loader, const char *table, const char *store,
    uint64_t from, const struct store_progress *progress, struct error *error)
{
	char numbers[5][24], digest[DIGEST_TEXT_SIZE];
	const char *values[] = {loader->job, table, store, numbers[0],
	    numbers[1], numbers[2], numbers[3], numbers[4],
	    digest_format(&progress->digest, digest)};
	PGresult *result;
	bool moved;

	snprintf(numbers[0], 24, "%" PRId64, loader->epoch);
	snprintf(numbers[1], 24, "%" PRIu64, from);
	snprintf(numbers[2], 24, "%" PRIu64, progress->last_seq);
	snprintf(numbers[3], 24, "%" PRIu64, progress->rows);
	snprintf(numbers[4], 24, "%" PRIu64, progress->rejected);
	result = connection_query(&loader->connection, from == 0 ?
	    "INSERT INTO hr.progress (job_id, table_name, store, shard, epoch, "
	    "last_seq, rows, rejected, digest) SELECT $1, $2, $3, 1, "
	    "$4::bigint, $6, $7, $8, $9 WHERE $5::bigint = 0 AND EXISTS "
	    "(SELECT 1 FROM "
	    "hybridrag_migration_jobs WHERE job_id = $1 AND epoch = $4) ON "
	    "CONFLICT DO NOTHING" :
	    "UPDATE hr.progress SET last_seq = $6, rows = $7, rejected = $8, "
	    "digest = $9 WHERE job_id = $1 AND table_name = $2 AND store = $3 "
	    "AND shard = 1 AND epoch = $4 AND last_seq = $5", 9, values,
	    error);
	if (result == NULL)
		return -1;
	moved = strcmp(PQcmdTuples(result), "1") == 0;
	PQclear(result);
	if (!moved)
		return error_set(error, STATUS_CONFLICT, "%s: job %s: %s isn't "
		    "where this run left it: another run took over",
		    loader->connection.place, loader->job, store);
	return 0;
}

/* A slice as a C string for a parameter, which has no place for NUL. */
static char *
parameter(struct slice text)
{
	char *copy;

	if (text.data == NULL)
		return NULL;
	copy = memory_alloc(text.length + 1);
	memcpy(copy, text.data, text.length);
	for (size_t i = 0; i < text.length; i++)
		if (copy[i] == '\0')
			copy[i] = ' ';
	return copy;
}

/* What a message to the server, up to 1 GiB long, has room for. */
static struct slice
fitting(struct slice text)
{
	static const size_t most = 500 * 1000 * 1000;

	return text.length > most ? (struct slice){0} : text;
}

int
job_reject(struct loader *loader, const struct record *reject,
    struct error *error)
{
	char number[24];
	char *texts[] = {parameter(fitting(reject->id)),
	    parameter(reject->reason), parameter(reject->detail),
	    parameter(fitting(reject->rejected))};
	PGresult *result;

	snprintf(number, sizeof number, "%" PRIu64, reject->seq);
	result = connection_query(&loader->connection, "INSERT INTO hr.rejects "
	    "(job_id, store, seq, id, reason, detail, record) VALUES ($1, $2, "
	    "$3, $4, $5, $6, $7) ON CONFLICT DO NOTHING", 7,
	    (const char *[]){loader->job, reject->store, number, texts[0],
	    texts[1], texts[2], texts[3]}, error);
	for (size_t i = 0; i < 4; i++)
		free(texts[i]);
	PQclear(result);
	return result == NULL ? -1 : 0;
}

int
job_change(struct loader *loader, const char *store, uint64_t seq,
    const char *column, const char *what, struct error *error)
{
	char number[24];
	PGresult *result;

	snprintf(number, sizeof number, "%" PRIu64, seq);
	result = connection_query(&loader->connection, "INSERT INTO hr.changes "
	    "(job_id, store, seq, column_name, what) VALUES ($1, $2, $3, $4, "
	    "$5)", 5, (const char *[]){loader->job, store, number, column,
	    what}, error);
	PQclear(result);
	return result == NULL ? -1 : 0;
}
