#include <string.h>
#include <unistd.h>

#include "backup/check.h"
#include "backup/restore.h"
#include "backup/space.h"
#include "backup/unpack.h"
#include "backup/workplace.h"

static int
restore(struct workplace *workplace, const struct place *place,
    struct backup *backup, int descriptor, struct error *error)
{
	if (space_check(workplace->path, backup->manifest.total_size,
	    error) != 0 || unpack_archive(backup, descriptor,
	    workplace->unpacked, place->directory, error) != 0)
		return -1;
	return workplace_exchange(workplace, error);
}

/* The first failure is the one to tell. */
static int
restore_beside(const struct place *place, struct backup *backup,
    int descriptor, struct restored *restored, struct error *error)
{
	struct workplace workplace;
	struct error closing = {0};
	int result = workplace_open(&workplace, place->directory, error);

	if (result == 0)
		result = restore(&workplace, place, backup, descriptor, error);
	restored->kept = arena_text(&restored->arena,
	    slice_of(workplace.kept));
	restored->kept_before = arena_text(&restored->arena,
	    slice_of(workplace.kept_before));
	if (workplace_close(&workplace, &closing) != 0 && result == 0) {
		*error = closing;
		result = -1;
	}
	return result;
}

int
restore_backup(const struct place *place, struct backup *backup,
    struct restored *restored, struct error *error)
{
	int descriptor = check_open(backup, error), result;

	*restored = (struct restored){0};
	if (descriptor < 0)
		return -1;
	result = check_archive(backup, descriptor, NULL, error);
	if (result == 0)
		result = restore_beside(place, backup, descriptor, restored,
		    error);
	close(descriptor);
	return result;
}

void
restore_free(struct restored *restored)
{
	arena_free(&restored->arena);
	*restored = (struct restored){0};
}
