#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backup/archive_writer.h"
#include "backup/check.h"
#include "backup/create.h"
#include "backup/space.h"
#include "backup/store.h"
#include "backup/tree.h"
#include "base/input.h"
#include "base/interrupt.h"
#include "base/memory.h"

/* What is read of a file at once. */
enum { CHUNK = 1024 * 1024 };

struct creation {
	struct tree tree;
	struct store_place store;
	struct archive_writer writer;
	struct sha256 *sha256;
	char *chunk;
};

static int
add_contents(struct creation *creation, const struct input *input,
    struct error *error)
{
	uint64_t offset = 0;
	ssize_t got;

	while ((got = input_read(input, offset, creation->chunk, CHUNK,
	    error)) > 0) {
		if (interrupt_waiting() != 0)
			return error_set(error, STATUS_TEMPORARY,
			    "interrupted");
		sha256_add(creation->sha256, creation->chunk, (size_t)got);
		if (archive_writer_data(&creation->writer, creation->chunk,
		    (size_t)got, error) != 0)
			return -1;
		offset += (uint64_t)got;
	}
	return (int)got;
}

static int
add_file(struct creation *creation, struct member *member,
    const struct stat *seen, struct error *error)
{
	char *path = memory_format("%s/%s", creation->tree.path,
	    member->name);
	struct input input;
	int result = input_open(&input, path, error);

	free(path);
	if (result == 1 && !input_same_file(&input.seen, seen))
		result = 0;
	if (result == 0)
		result = error_set(error, STATUS_CONFLICT, "%s: changed while "
		    "the directory was read; stop whatever writes it and run "
		    "again", input.path);
	if (result == 1) {
		sha256_begin(creation->sha256);
		result = archive_writer_member(&creation->writer, member,
		    error);
		if (result == 0)
			result = add_contents(creation, &input, error);
		sha256_end(creation->sha256, member->sha256);
	}
	input_close(&input);
	return result;
}

static int
write_archive(struct creation *creation, struct error *error)
{
	struct tree *tree = &creation->tree;
	const char *path = creation->store.partial;

	if (archive_writer_open(&creation->writer, creation->store.descriptor,
	    path, error) != 0)
		return -1;
	for (size_t i = 0; i < tree->count; i++) {
		struct member *member = &tree->members[i];

		if (member->directory ?
		    archive_writer_member(&creation->writer, member, error) :
		    add_file(creation, member, &tree->seen[i], error))
			return -1;
	}
	if (archive_writer_end(&creation->writer, error) != 0)
		return -1;
	return fsync(creation->store.descriptor) == 0 ? 0 :
	    error_system(error, STATUS_IO, "%s", path);
}

static void
describe(const struct creation *creation, const struct place *place,
    const char *job, struct backup *backup)
{
	struct manifest *manifest = &backup->manifest;
	struct arena *arena = &manifest->arena;
	const struct tree *tree = &creation->tree;

	*manifest = (struct manifest){.made_by = "hr", .checksums = true,
	    .complete = true,
	    .created = (int64_t)creation->store.created * 1000000};
	manifest->id = arena_text(arena, slice_of(creation->store.id));
	manifest->database = arena_text(arena, slice_of(place->name));
	manifest->source = arena_text(arena, slice_of(place->directory));
	manifest->references = arena_array(arena, 1,
	    sizeof *manifest->references);
	if (job != NULL)
		manifest->references[manifest->reference_count++] =
		    arena_text(arena, slice_of(job));
	manifest->members = arena_array(arena, tree->count,
	    sizeof *manifest->members);
	manifest->member_count = tree->count;
	for (size_t i = 0; i < tree->count; i++) {
		manifest->members[i] = tree->members[i];
		manifest->members[i].name = arena_text(arena, slice_of(
		    tree->members[i].name));
	}
	manifest_count(manifest);
	backup->archive = arena_text(arena, slice_of(creation->store.partial));
	backup->metadata = arena_text(arena, slice_of(
	    creation->store.metadata));
}

/* What was written is read from the disk's own side as far as one can. */
static int
read_back(const struct creation *creation, struct backup *backup,
    struct error *error)
{
	int descriptor = creation->store.descriptor;
	off_t size = lseek(descriptor, 0, SEEK_END);

	if (size < 0)
		return error_system(error, STATUS_IO, "%s", backup->archive);
	backup->manifest.archive_size = (uint64_t)size;
	(void)posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
	if (check_archive(backup, descriptor, NULL, error) == 0)
		return 0;
	if (error->status == STATUS_DATA || error->status == STATUS_INCOMPLETE)
		error->status = STATUS_IO;
	return error_prefix(error, "the backup was not what was written");
}

static int
make(struct creation *creation, const struct place *place, const char *job,
    struct backup *backup, struct error *error)
{
	if (write_archive(creation, error) != 0 ||
	    tree_check(&creation->tree, error) != 0)
		return -1;
	describe(creation, place, job, backup);
	if (read_back(creation, backup, error) != 0 ||
	    manifest_write(&backup->manifest, backup->metadata, error) != 0 ||
	    store_commit(&creation->store, error) != 0)
		return -1;
	backup->archive = arena_text(&backup->manifest.arena, slice_of(
	    creation->store.archive));
	return 0;
}

/* What the archive can't be longer than, nearly: the files as they are. */
static int
check_room(const struct tree *tree, const char *directory,
    struct error *error)
{
	uint64_t needed = 0, files = 0;

	for (size_t i = 0; i < tree->count; i++) {
		needed += tree->members[i].size;
		files += !tree->members[i].directory;
	}
	if (files == 0)
		return error_set(error, STATUS_SOURCE, "%s: there are no files "
		    "in it", tree->path);
	return space_check(directory, needed, error);
}

int
create_backup(const struct place *place, const char *job,
    struct backup *backup, struct error *error)
{
	struct creation creation = {.store.descriptor = -1};
	int result = -1;

	*backup = (struct backup){0};
	if (tree_list(&creation.tree, place->directory, error) == 0 &&
	    store_reserve(&creation.store, place->store, place->name,
	        error) == 0 &&
	    check_room(&creation.tree, place->store, error) == 0) {
		creation.sha256 = sha256_new();
		creation.chunk = memory_alloc(CHUNK);
		result = make(&creation, place, job, backup, error);
	}
	archive_writer_free(&creation.writer);
	if (result != 0)
		store_abandon(&creation.store);
	store_free(&creation.store);
	sha256_free(creation.sha256);
	free(creation.chunk);
	tree_free(&creation.tree);
	return result;
}

void
create_free(struct backup *backup)
{
	manifest_free(&backup->manifest);
	*backup = (struct backup){0};
}
