#include <string.h>
#include <unistd.h>

#include "backup/prune.h"
#include "backup/store.h"

static void
drop_reference(struct manifest *manifest, const char *job)
{
	size_t kept = 0;

	for (size_t i = 0; i < manifest->reference_count; i++)
		if (strcmp(manifest->references[i], job) != 0)
			manifest->references[kept++] = manifest->references[i];
	manifest->reference_count = kept;
}

static bool
any_refers(const struct catalog *catalog, const char *job)
{
	for (size_t i = 0; i < catalog->count; i++)
		if (manifest_refers(&catalog->backups[i].manifest, job))
			return true;
	return false;
}

static int
release(struct catalog *catalog, const char *job, bool dry_run,
    struct error *error)
{
	for (size_t i = 0; i < catalog->count; i++) {
		struct backup *backup = &catalog->backups[i];

		if (!manifest_refers(&backup->manifest, job))
			continue;
		drop_reference(&backup->manifest, job);
		if (!dry_run && manifest_write(&backup->manifest,
		    backup->metadata, error) != 0)
			return -1;
	}
	return 0;
}

int
prune_release(const struct place *place, struct catalog *catalog,
    const char *job, bool dry_run, struct error *error)
{
	int lock, result;

	if (dry_run || !any_refers(catalog, job))
		return release(catalog, job, dry_run, error);
	lock = store_lock(place->store, error);
	if (lock < 0)
		return -1;
	result = release(catalog, job, dry_run, error);
	close(lock);
	return result;
}

int
prune_backups(const struct catalog *catalog, const enum verdict *verdicts,
    struct error *error)
{
	for (size_t i = catalog->count; i > 0; i--) {
		const struct backup *backup = &catalog->backups[i - 1];

		if (verdicts[i - 1] == VERDICT_PRUNE && store_remove(
		    backup->archive, backup->metadata, error) != 0)
			return -1;
	}
	return 0;
}
