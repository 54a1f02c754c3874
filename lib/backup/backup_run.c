#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "backup/backup_report.h"
#include "backup/backup_run.h"
#include "backup/check.h"
#include "backup/create.h"
#include "backup/prune.h"
#include "backup/restore.h"
#include "backup/store.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/program.h"

static void
note_problems(const struct backup_options *options,
    const struct catalog *catalog)
{
	for (size_t i = 0; i < catalog->problem_count; i++)
		program_note(options->program, "%s", catalog->problems[i]);
}

static int
create(const struct backup_options *options, const struct place *place,
    struct error *error)
{
	struct backup backup;
	int result;

	if (!options->json)
		printf("Creating backup for '%s'...\n", place->name);
	result = create_backup(place, options->job, &backup, error);
	if (result == 0)
		backup_report_created(&backup, options->json);
	create_free(&backup);
	return result;
}

static int
list(const struct backup_options *options, const struct place *place,
    struct catalog *catalog, struct error *error)
{
	struct replaced replaced;
	int result = replaced_list(&replaced, place, error);

	if (result == 0)
		backup_report_list(catalog, &replaced, place->name,
		    options->json);
	replaced_free(&replaced);
	return result;
}

/* The backups that the operands name, or all; the caller frees the array. */
static struct backup **
choose(const struct backup_options *options, const struct catalog *catalog,
    size_t *count, struct error *error)
{
	struct backup **chosen;

	*count = options->id_count > 0 ? options->id_count : catalog->count;
	chosen = memory_array(*count + 1, sizeof *chosen);
	for (size_t i = 0; i < *count; i++) {
		chosen[i] = options->id_count == 0 ? &catalog->backups[i] :
		    catalog_find(catalog, options->ids[i], error);
		if (chosen[i] != NULL)
			continue;
		free(chosen);
		return NULL;
	}
	return chosen;
}

/* All of them, also behind one that is damaged; the first failure counts. */
static int
verify(const struct backup_options *options, struct catalog *catalog,
    enum status *status, struct error *error)
{
	size_t count;
	struct backup **chosen = choose(options, catalog, &count, error);
	const char **problems;

	if (chosen == NULL)
		return -1;
	problems = memory_array(count + 1, sizeof *problems);
	for (size_t i = 0; i < count && interrupt_waiting() == 0; i++) {
		struct error problem = {0};

		if (check_backup(chosen[i], &problem) == 0)
			continue;
		problems[i] = arena_text(&catalog->arena,
		    slice_of(problem.message));
		if (*status == STATUS_DONE)
			*status = problem.status;
	}
	if (interrupt_waiting() == 0)
		backup_report_checked(chosen, problems, count, options->json);
	free(chosen);
	free(problems);
	return interrupt_waiting() == 0 ? 0 : error_set(error,
	    STATUS_TEMPORARY, "interrupted");
}

static int
restore(const struct backup_options *options, const struct place *place,
    struct catalog *catalog, struct error *error)
{
	struct backup *backup = catalog_find(catalog, options->ids[0], error);
	struct restored restored = {0};
	int result = backup == NULL ? -1 : restore_backup(place, backup,
	    &restored, error);

	if (restored.kept_before != NULL)
		program_note(options->program, "%s: kept by a restore that was "
		    "interrupted", restored.kept_before);
	if (result == 0)
		backup_report_restored(backup, &restored, place->directory,
		    options->json);
	restore_free(&restored);
	return result;
}

/* Whether each backup is among those to protect; an unknown one is an error. */
static int
find_protected(const struct backup_options *options, const struct catalog *catalog,
    bool *is_protected, struct error *error)
{
	for (size_t i = 0; i < options->protect.count; i++) {
		struct backup *backup = catalog_find(catalog,
		    options->protect.values[i], error);

		if (backup == NULL)
			return -1;
		is_protected[backup - catalog->backups] = true;
	}
	return 0;
}

static void
decide(const struct backup_options *options, const struct catalog *catalog,
    const bool *is_protected, enum verdict *verdicts)
{
	struct retention retention = {.keep = options->keep,
	    .keep_days = options->keep_days,
	    .now = (int64_t)time(NULL) * 1000000};

	/* Days alone never take the last one. */
	if (options->keep == BACKUP_KEEP_NONE && options->keep_days > 0)
		retention.keep = 1;
	retention_decide(&retention, catalog->backups, catalog->count,
	    is_protected, verdicts);
}

static int
remove_all(const struct backup_options *options, const struct place *place,
    const struct pruning *pruning, struct error *error)
{
	if (store_clean(place->store, error) != 0 ||
	    prune_backups(pruning->catalog, pruning->verdicts, error) != 0)
		return -1;
	return options->replaced ? replaced_remove(pruning->replaced, place,
	    error) : 0;
}

static int
release(const struct backup_options *options, struct catalog *catalog,
    struct error *error)
{
	for (size_t i = 0; i < options->release.count; i++)
		if (prune_release(catalog, options->release.values[i],
		    options->dry_run, error) != 0)
			return -1;
	return 0;
}

static int
prune(const struct backup_options *options, const struct place *place,
    struct catalog *catalog, struct error *error)
{
	bool *is_protected = memory_array(catalog->count + 1,
	    sizeof *is_protected);
	enum verdict *verdicts = memory_array(catalog->count + 1,
	    sizeof *verdicts);
	struct replaced replaced = {0};
	struct pruning pruning = {catalog, verdicts, &replaced,
	    options->dry_run};
	int result = find_protected(options, catalog, is_protected, error);

	if (result == 0 && options->replaced)
		result = replaced_list(&replaced, place, error);
	if (result == 0)
		result = release(options, catalog, error);
	if (result == 0) {
		decide(options, catalog, is_protected, verdicts);
		if (!options->dry_run)
			result = remove_all(options, place, &pruning, error);
	}
	if (result == 0)
		backup_report_pruned(&pruning, options->json);
	replaced_free(&replaced);
	free(is_protected);
	free(verdicts);
	return result;
}

int
backup_run(const struct backup_options *options, const char *word,
    const struct place *place, enum status *status, struct error *error)
{
	struct catalog catalog;
	int lock = -1, result;

	if (strcmp(word, "create") == 0)
		return create(options, place, error);
	if (strcmp(word, "prune") == 0 && !options->dry_run &&
	    store_lock(place->store, &lock, error) != 0)
		return -1;
	result = catalog_read(&catalog, place, error);
	note_problems(options, &catalog);
	if (result == 0) {
		/* What can't be read may be the one that was asked for. */
		if (catalog.problem_count > 0)
			*status = STATUS_DATA;
		result = strcmp(word, "list") == 0 ? list(options, place,
		    &catalog, error) : strcmp(word, "verify") == 0 ?
		    verify(options, &catalog, status, error) :
		    strcmp(word, "restore") == 0 ? restore(options, place,
		    &catalog, error) : prune(options, place, &catalog, error);
	}
	if (strcmp(word, "restore") == 0)
		*status = STATUS_DONE;
	catalog_free(&catalog);
	if (lock >= 0)
		close(lock);
	return result;
}
