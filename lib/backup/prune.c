#include <string.h>

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

int
prune_release(struct catalog *catalog, const char *job, bool dry_run,
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
