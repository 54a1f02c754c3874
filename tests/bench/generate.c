/*
 * generate: a LightRAG directory of any size, for the bench. The same call
 * always makes the same files. What it made is said on standard output, as
 * JSON.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/program.h"
#include "codec/json.h"
#include "stores.h"

static const char name[] = "generate";
static const char help[] =
    "Usage: generate CHUNKS DIMENSION DIRECTORY\n"
    "Write a LightRAG workspace into DIRECTORY, which must not be there.\n"
    "Print how many records each store has, and the longest one's bytes.\n"
    "\n"
    "CHUNKS is at least 60. A chunk has two entities and three relations;\n"
    "with 1536 dimensions that is about 100 KB.\n";

int
store_flush(struct store_file *file, struct error *error)
{
	int result = output_flush_if_full(&file->output, error);

	file->start = file->output.pending.length;
	return result;
}

int
store_record(struct store_file *file, struct error *error)
{
	uint64_t length = file->output.pending.length - file->start;

	if (length > file->longest)
		file->longest = length;
	return store_flush(file, error);
}

static int
write_file(const struct store *store, struct store_file *file,
    struct error *error)
{
	if (store == NULL)
		return graph_write(file, error);
	if (store >= vector_stores && store < vector_stores + 3)
		return vector_write(store, file, error);
	return kv_write(store, file, error);
}

/* store is NULL for the graph. The longest record goes into *longest. */
static int
make_file(const struct store *store, const struct corpus *corpus,
    int directory, uint64_t *longest, struct error *error)
{
	struct store_file file = {.corpus = corpus};
	char path[64];
	int descriptor, result;

	snprintf(path, sizeof path, "%s%s", store == NULL ?
	    "graph_chunk_entity_relation" : store->name,
	    store == NULL ? ".graphml" : ".json");
	descriptor = openat(directory, path, O_WRONLY | O_CREAT | O_EXCL, 0666);
	if (descriptor < 0)
		return error_system(error, STATUS_IO, "%s", path);
	output_open(&file.output, descriptor, path);
	file.json.out = &file.output.pending;
	result = write_file(store, &file, error);
	if (result == 0)
		result = output_flush(&file.output, error);
	if (close(descriptor) != 0 && result == 0)
		result = error_system(error, STATUS_IO, "%s", path);
	if (file.longest > *longest)
		*longest = file.longest;
	output_close(&file.output);
	buffer_free(&file.id);
	buffer_free(&file.text);
	buffer_free(&file.more);
	return result;
}

static int
make_files(const struct corpus *corpus, int directory, uint64_t *longest,
    struct error *error)
{
	const struct store *const lists[] = {kv_stores, vector_stores};

	for (size_t i = 0; i < 2; i++)
		for (const struct store *store = lists[i]; store->name != NULL;
		    store++)
			if (make_file(store, corpus, directory, longest,
			    error) != 0)
				return -1;
	return make_file(NULL, corpus, directory, longest, error);
}

static void
print_made(const struct corpus *corpus, uint64_t longest)
{
	const struct store *const lists[] = {kv_stores, vector_stores};

	printf("{\"chunks\":%llu,\"dimension\":%u,\"longest_record\":%llu,"
	    "\"stores\":{", (unsigned long long)corpus->chunks,
	    corpus->dimension, (unsigned long long)longest);
	for (size_t i = 0; i < 2; i++)
		for (const struct store *store = lists[i]; store->name != NULL;
		    store++)
			printf("\"%s\":%llu,", store->name,
			    (unsigned long long)corpus_count(corpus,
			    store->kind));
	printf("\"graph_nodes\":%llu,\"graph_edges\":%llu}}\n",
	    (unsigned long long)corpus->entities,
	    (unsigned long long)corpus->relations);
}

static int
generate(const struct corpus *corpus, const char *path, struct error *error)
{
	uint64_t longest = 0;
	int directory, result;

	if (mkdir(path, 0777) != 0)
		return error_system(error, STATUS_IO, "%s", path);
	directory = open(path, O_RDONLY | O_DIRECTORY);
	if (directory < 0)
		return error_system(error, STATUS_IO, "%s", path);
	result = make_files(corpus, directory, &longest, error);
	close(directory);
	if (result == 0)
		print_made(corpus, longest);
	return result;
}

int
main(int argc, char **argv)
{
	struct error error = {0};
	struct corpus corpus;
	uint64_t chunks, dimension;
	int result;

	program_start();
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return program_help(help);
	if (argc != 4) {
		fputs(help, stderr);
		return STATUS_USAGE;
	}
	result = program_number(name, "CHUNKS", argv[1], CHUNKS_LEAST,
	    1000000, &chunks);
	if (result == 0)
		result = program_number(name, "DIMENSION", argv[2], 1, 16000,
		    &dimension);
	if (result != 0)
		return result;
	corpus_open(&corpus, chunks, (unsigned)dimension);
	result = generate(&corpus, argv[3], &error);
	corpus_close(&corpus);
	return program_end(name, result, STATUS_DONE, &error);
}
