#include <pthread.h>
#include <unistd.h>

#include "reader/lightrag_scan.h"

/* Files that take less than a few milliseconds aren't worth a thread. */
enum { THREADS = 4, WORTH = 16 * 1024 * 1024 };

/* What the threads share: the files that are still to be walked. */
struct walk {
	struct lightrag_source *source;
	pthread_mutex_t lock;
	bool taken[LIGHTRAG_FILES];
	int results[LIGHTRAG_FILES];
	struct error errors[LIGHTRAG_FILES];
};

/* The first walk through a file. */
static int
scan_file(const struct lightrag_source *source,
    struct lightrag_source_file *file, struct error *error)
{
	struct json_kv_options options = lightrag_source_kv_options(source,
	    file, NULL);
	int result;

	switch (file->what->form) {
	case LIGHTRAG_VECTORS:
		result = nano_vectordb_scan(&file->input,
		    source->options.max_record, &file->vectors, error);
		file->scan = file->vectors.scan;
		break;
	case LIGHTRAG_GRAPH:
		result = graphml_scan(&file->input, &file->graph, error);
		file->scan = file->graph.scan;
		break;
	default:
		result = json_kv_scan(&file->input, &options, &file->scan,
		    error);
	}
	return result;
}

static uint64_t
size_of(const struct walk *walk, size_t index)
{
	const struct lightrag_source_file *file = &walk->source->files[index];

	return file->wanted && input_is_open(&file->input) ?
	    input_size(&file->input) : 0;
}

/* The biggest file that nobody took: so all end at about the same time.
 * LIGHTRAG_FILES: there is none. */
static size_t
take_file(struct walk *walk)
{
	size_t found = LIGHTRAG_FILES;

	pthread_mutex_lock(&walk->lock);
	for (size_t i = 0; i < LIGHTRAG_FILES; i++)
		if (!walk->taken[i] && (found == LIGHTRAG_FILES ||
		    size_of(walk, i) > size_of(walk, found)))
			found = i;
	if (found != LIGHTRAG_FILES)
		walk->taken[found] = true;
	pthread_mutex_unlock(&walk->lock);
	return found;
}

static void *
walk_files(void *context)
{
	struct walk *walk = context;
	size_t i;

	while ((i = take_file(walk)) != LIGHTRAG_FILES) {
		struct lightrag_source_file *file = &walk->source->files[i];

		if (file->wanted && input_is_open(&file->input))
			walk->results[i] = scan_file(walk->source, file,
			    &walk->errors[i]);
	}
	return NULL;
}

/* How many threads help the first one. */
static size_t
helpers(const struct walk *walk)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t count = cores < 1 ? 0 : cores > THREADS ? THREADS - 1 :
	    (size_t)cores - 1;
	size_t big = 0;

	for (size_t i = 0; i < LIGHTRAG_FILES; i++)
		big += size_of(walk, i) >= WORTH;
	return big < 2 ? 0 : count < big - 1 ? count : big - 1;
}

int
lightrag_scan(struct lightrag_source *source, struct error *error)
{
	struct walk walk = {.source = source};
	pthread_t threads[THREADS];
	size_t started = 0, wanted = helpers(&walk);

	pthread_mutex_init(&walk.lock, NULL);
	while (started < wanted && pthread_create(&threads[started], NULL,
	    walk_files, &walk) == 0)
		started++;
	walk_files(&walk);
	while (started > 0)
		pthread_join(threads[--started], NULL);
	pthread_mutex_destroy(&walk.lock);
	for (size_t i = 0; i < LIGHTRAG_FILES; i++)
		if (walk.results[i] != 0) {
			*error = walk.errors[i];
			return lightrag_source_explain(&source->files[i],
			    error);
		}
	return 0;
}
