#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backup/tree.h"
#include "base/input.h"
#include "base/memory.h"

/* One found thing, until all are sorted. */
struct found {
	const char *name;
	struct stat seen;
};

struct listing {
	struct tree *tree;
	struct found *found;
	size_t count;
	size_t capacity;
};

static int list_directory(struct listing *listing, const char *name,
    struct error *error);

static int
refuse_kind(const struct tree *tree, const char *name, mode_t mode,
    struct error *error)
{
	const char *kind = S_ISLNK(mode) ? "a symbolic link" :
	    S_ISFIFO(mode) ? "a pipe" : S_ISSOCK(mode) ? "a socket" :
	    "a device";

	return error_set(error, STATUS_SOURCE, "%s/%s: is %s; a backup holds "
	    "files and directories only: move it away", tree->path, name,
	    kind);
}

/* Add what is called ${name} below the tree's top, and what it holds. */
static int
add(struct listing *listing, const char *name, struct error *error)
{
	struct tree *tree = listing->tree;
	struct found found = {.name = name};
	char *path = memory_format("%s/%s", tree->path, name);
	int result = lstat(path, &found.seen);

	if (result != 0)
		error_system(error, STATUS_SOURCE, "%s", path);
	free(path);
	if (result != 0)
		return -1;
	if (!S_ISREG(found.seen.st_mode) && !S_ISDIR(found.seen.st_mode))
		return refuse_kind(tree, name, found.seen.st_mode, error);
	if (member_name_check(name, error) != 0)
		return error_prefix(error, "%s/%s", tree->path, name);
	listing->found = memory_grow(listing->found, &listing->capacity,
	    listing->count + 1, sizeof *listing->found);
	listing->found[listing->count++] = found;
	return S_ISDIR(found.seen.st_mode) ? list_directory(listing, name,
	    error) : 0;
}

static int
list_entries(struct listing *listing, DIR *directory, const char *name,
    struct error *error)
{
	struct arena *arena = &listing->tree->arena;
	struct dirent *entry;

	while (errno = 0, (entry = readdir(directory)) != NULL) {
		const char *entry_name = entry->d_name;

		if (strcmp(entry_name, ".") == 0 ||
		    strcmp(entry_name, "..") == 0)
			continue;
		if (strcmp(name, ".") != 0)
			entry_name = arena_format(arena, "%s/%s", name,
			    entry_name);
		else if (member_is_excluded(entry_name))
			continue;
		else
			entry_name = arena_text(arena, slice_of(entry_name));
		if (add(listing, entry_name, error) != 0)
			return -1;
	}
	return errno == 0 ? 0 : error_system(error, STATUS_SOURCE, "%s/%s",
	    listing->tree->path, name);
}

static int
list_directory(struct listing *listing, const char *name, struct error *error)
{
	char *path = memory_format("%s/%s", listing->tree->path, name);
	DIR *directory = opendir(path);
	int result;

	if (directory == NULL) {
		result = error_system(error, STATUS_SOURCE, "%s", path);
	} else {
		result = list_entries(listing, directory, name, error);
		closedir(directory);
	}
	free(path);
	return result;
}

static int
compare_found(const void *a, const void *b)
{
	const struct found *first = a, *second = b;

	return strcmp(first->name, second->name);
}

static void
take_found(struct tree *tree, const struct listing *listing)
{
	tree->count = listing->count;
	tree->members = arena_array(&tree->arena, tree->count,
	    sizeof *tree->members);
	tree->seen = arena_array(&tree->arena, tree->count,
	    sizeof *tree->seen);
	for (size_t i = 0; i < tree->count; i++) {
		const struct stat *seen = &listing->found[i].seen;

		tree->seen[i] = *seen;
		tree->members[i] = (struct member){
		    .name = listing->found[i].name,
		    .directory = S_ISDIR(seen->st_mode),
		    .size = S_ISDIR(seen->st_mode) ? 0 :
		        (uint64_t)seen->st_size,
		    .mode = seen->st_mode & 0777,
		    .uid = seen->st_uid, .gid = seen->st_gid,
		    .modified = seen->st_mtim};
	}
}

int
tree_list(struct tree *tree, const char *path, struct error *error)
{
	struct listing listing = {.tree = tree};
	int result;

	*tree = (struct tree){0};
	tree->path = arena_text(&tree->arena, slice_of(path));
	result = add(&listing, ".", error);
	if (result == 0) {
		qsort(listing.found, listing.count, sizeof *listing.found,
		    compare_found);
		take_found(tree, &listing);
	}
	free(listing.found);
	return result;
}

static int
report_change(const struct tree *tree, const char *name, const char *what,
    struct error *error)
{
	return error_set(error, STATUS_CONFLICT, "%s/%s: %s while it was "
	    "read; stop whatever writes there and run again", tree->path,
	    name, what);
}

static int
compare(const struct tree *tree, const struct tree *now, struct error *error)
{
	for (size_t i = 0; i < tree->count || i < now->count; i++) {
		int order = i == tree->count ? 1 : i == now->count ? -1 :
		    strcmp(tree->members[i].name, now->members[i].name);

		if (order < 0)
			return report_change(tree, tree->members[i].name,
			    "removed", error);
		if (order > 0)
			return report_change(tree, now->members[i].name,
			    "added", error);
		/* What was added to a directory shows by itself; its times
		 * change with its folder of backups, too. */
		if (!tree->members[i].directory &&
		    !input_same_file(&tree->seen[i], &now->seen[i]))
			return report_change(tree, tree->members[i].name,
			    "changed", error);
	}
	return 0;
}

int
tree_check(const struct tree *tree, struct error *error)
{
	struct tree now;
	int result = tree_list(&now, tree->path, error);

	if (result == 0)
		result = compare(tree, &now, error);
	tree_free(&now);
	return result;
}

void
tree_free(struct tree *tree)
{
	arena_free(&tree->arena);
	*tree = (struct tree){0};
}
