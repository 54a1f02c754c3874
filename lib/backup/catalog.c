#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "backup/catalog.h"
#include "backup/hybridrag.h"
#include "backup/store.h"
#include "base/durable.h"
#include "base/memory.h"

/* Of metadata: some hundred thousand members. */
enum { LONGEST = 64 * 1024 * 1024 };

/* Where backups lie, how their archives end, and who reads their metadata. */
struct kind {
	const char *directory;
	const char *suffix;
	const char *name; /* only those; or NULL */
	int (*parse)(struct manifest *, yyjson_val *, struct error *);
};

static void
add_problem(struct catalog *catalog, const char *path, const char *words)
{
	catalog->problems = memory_grow(catalog->problems,
	    &catalog->problem_capacity, catalog->problem_count + 1,
	    sizeof *catalog->problems);
	catalog->problems[catalog->problem_count++] = arena_format(
	    &catalog->arena, "%s: %s", path, words);
}

/* hr writes both into the metadata too; others' files are called as theirs. */
static bool
take_name(struct manifest *manifest, struct slice name, struct slice id)
{
	if (manifest->id != NULL)
		return slice_is(name, manifest->database) &&
		    slice_is(id, manifest->id);
	manifest->database = arena_text(&manifest->arena, name);
	manifest->id = arena_text(&manifest->arena, id);
	return true;
}

/* 1: a backup. 0: none, a problem. -1: a failure. */
static int
read_metadata(struct backup *backup, const struct kind *kind,
    struct slice name, struct slice id, struct error *error)
{
	struct buffer content = {0};
	struct json json;
	yyjson_val *root;
	int got = durable_read(backup->metadata, LONGEST, &content, error);

	json_open(&json);
	if (got == 0)
		error_set(error, STATUS_DATA, "there are none of them, so "
		    "their archive is no backup");
	else if (got == 1 && (json_parse(&json, buffer_slice(&content),
	    &root) != JSON_GOOD))
		got = 0, error_set(error, STATUS_DATA, "is no JSON");
	else if (got == 1 && kind->parse(&backup->manifest, root, error) != 0)
		got = 0;
	else if (got == 1 && !take_name(&backup->manifest, name, id))
		got = 0, error_set(error, STATUS_DATA, "the metadata of "
		    "another backup");
	json_close(&json);
	buffer_free(&content);
	return got;
}

static int
add(struct catalog *catalog, const struct kind *kind, const char *file,
    struct error *error)
{
	struct backup backup = {0};
	struct slice name, id;
	int got;

	if (!store_split(file, kind->suffix, &name, &id) ||
	    (kind->name != NULL && !slice_is(name, kind->name)))
		return 0;
	backup.archive = arena_format(&catalog->arena, "%s/%s",
	    kind->directory, file);
	backup.metadata = arena_format(&catalog->arena, "%s/%.*s%s",
	    kind->directory, (int)(strlen(file) - strlen(kind->suffix)), file,
	    store_metadata);
	got = read_metadata(&backup, kind, name, id, error);
	if (got == 1) {
		catalog->backups = memory_grow(catalog->backups,
		    &catalog->capacity, catalog->count + 1,
		    sizeof *catalog->backups);
		catalog->backups[catalog->count++] = backup;
		return 0;
	}
	manifest_free(&backup.manifest);
	if (got < 0 && error->status != STATUS_DATA)
		return -1;
	add_problem(catalog, backup.metadata, error->message);
	*error = (struct error){0};
	return 0;
}

static int
read_directory(struct catalog *catalog, const struct kind *kind,
    struct error *error)
{
	DIR *directory = opendir(kind->directory);
	struct dirent *entry;
	int result = 0;

	if (directory == NULL)
		return errno == ENOENT || errno == ENOTDIR ? 0 : error_system(
		    error, STATUS_SOURCE, "%s", kind->directory);
	while (result == 0 && (errno = 0, entry = readdir(directory)) != NULL)
		result = add(catalog, kind, entry->d_name, error);
	if (result == 0 && errno != 0)
		result = error_system(error, STATUS_SOURCE, "%s",
		    kind->directory);
	closedir(directory);
	return result;
}

/* As numbers: -10 is newer than -9. */
static int
compare_ids(const char *a, const char *b)
{
	size_t first = strlen(a), second = strlen(b);

	return first != second ? (first < second ? -1 : 1) : strcmp(a, b);
}

static int
newest_first(const void *a, const void *b)
{
	const struct manifest *first = &((const struct backup *)a)->manifest;
	const struct manifest *second = &((const struct backup *)b)->manifest;

	if (first->created != second->created)
		return first->created > second->created ? -1 : 1;
	return -compare_ids(first->id, second->id);
}

int
catalog_read(struct catalog *catalog, const struct place *place,
    struct error *error)
{
	char *folder = memory_format("%s/%s", place->directory,
	    hybridrag_folder);
	const struct kind ours = {place->store, store_suffix, place->name,
	    manifest_parse};
	const struct kind others = {folder, hybridrag_suffix, NULL,
	    hybridrag_parse};
	int result;

	*catalog = (struct catalog){0};
	result = read_directory(catalog, &ours, error);
	if (result == 0)
		result = read_directory(catalog, &others, error);
	if (catalog->count > 1)
		qsort(catalog->backups, catalog->count,
		    sizeof *catalog->backups, newest_first);
	free(folder);
	return result;
}

static bool
is_same_file(const char *a, const char *b)
{
	struct stat first, second;

	return stat(a, &first) == 0 && stat(b, &second) == 0 &&
	    first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

static bool
is_called(const struct backup *backup, const char *word)
{
	const struct manifest *manifest = &backup->manifest;
	char *whole = memory_format("%s_%s", manifest->database, manifest->id);
	const char *slash = strrchr(backup->archive, '/');
	bool found = strcmp(word, manifest->id) == 0 ||
	    strcmp(word, whole) == 0 || strcmp(word, slash + 1) == 0 ||
	    is_same_file(word, backup->archive);

	free(whole);
	return found;
}

struct backup *
catalog_find(const struct catalog *catalog, const char *word,
    struct error *error)
{
	struct backup *found = NULL;

	for (size_t i = 0; i < catalog->count; i++) {
		if (!is_called(&catalog->backups[i], word))
			continue;
		if (found != NULL) {
			error_set(error, STATUS_USAGE, "%s: both %s and %s; "
			    "say which by its file's name", word,
			    found->archive, catalog->backups[i].archive);
			return NULL;
		}
		found = &catalog->backups[i];
	}
	if (found == NULL)
		error_set(error, STATUS_DIFFERENT, "%s: there is no such "
		    "backup (hr-backup list)", word);
	return found;
}

void
catalog_free(struct catalog *catalog)
{
	for (size_t i = 0; i < catalog->count; i++)
		manifest_free(&catalog->backups[i].manifest);
	free(catalog->backups);
	free(catalog->problems);
	arena_free(&catalog->arena);
	*catalog = (struct catalog){0};
}
