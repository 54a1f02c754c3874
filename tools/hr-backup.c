/*
 * hr-backup: save a directory, bring it back (hr-backup(1)).
 */
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "backup/backup_report.h"
#include "backup/check.h"
#include "backup/create.h"
#include "backup/prune.h"
#include "backup/restore.h"
#include "backup/store.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/program.h"
#include "codec/json_failure.h"

static const char name[] = "hr-backup";
static const char help[] =
    "Examples:\n"
    "  hr-backup create rag_storage\n"
    "  hr-backup list rag_storage\n"
    "  hr-backup restore rag_storage 20251219_213814\n"
    "  hr-backup prune --keep 3 --keep-days 30 --dry-run rag_storage\n"
    "\n"
    "Usage: hr-backup [OPTION]... WORD DIR [ID]...\n"
    "  create    save the files of DIR\n"
    "  list      the backups of DIR, newest first\n"
    "  verify    check these backups, or all\n"
    "  restore   bring DIR back as it was; what is there now is kept\n"
    "  prune     remove old backups\n"
    "\n"
    "      --backup-dir D   where backups are (default: DIR.backups)\n"
    "      --name NAME      of the database (default: DIR's last part)\n"
    "      --job JOB        create: a migration that refers to it\n"
    "      --keep N         prune: the N newest stay (default 1)\n"
    "      --keep-days N    prune: those of the last N days stay\n"
    "      --protect ID     prune: this one stays; may be repeated\n"
    "      --release JOB    prune: no longer because of this migration; "
    "may be repeated\n"
    "      --replaced       prune: the directories, too, that restores "
    "replaced\n"
    "  -n, --dry-run        prune: only say what would be removed\n"
    "      --json           print one JSON object\n"
    "  -h, --help           this text\n"
    "  -V, --version        the version\n";

enum { MOST = 256, MOST_DAYS = 36500, NOT_GIVEN = 1000000000 };

struct options {
	const char *store;
	const char *database;
	const char *job;
	uint64_t keep;
	uint64_t keep_days;
	struct option_list protect;
	struct option_list release;
	bool replaced;
	bool dry_run;
	bool json;
	char **ids; /* the operands behind DIR */
	size_t id_count;
};

static void
note_problems(const struct catalog *catalog)
{
	for (size_t i = 0; i < catalog->problem_count; i++)
		program_note(name, "%s", catalog->problems[i]);
}

static int
create(const struct options *options, const struct place *place,
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
list(const struct options *options, const struct place *place,
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
choose(const struct options *options, const struct catalog *catalog,
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
verify(const struct options *options, struct catalog *catalog,
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
restore(const struct options *options, const struct place *place,
    struct catalog *catalog, struct error *error)
{
	struct backup *backup = catalog_find(catalog, options->ids[0], error);
	struct restored restored = {0};
	int result = backup == NULL ? -1 : restore_backup(place, backup,
	    &restored, error);

	if (restored.kept_before != NULL)
		program_note(name, "%s: kept by a restore that was "
		    "interrupted", restored.kept_before);
	if (result == 0)
		backup_report_restored(backup, &restored, place->directory,
		    options->json);
	restore_free(&restored);
	return result;
}

/* Whether each backup is among those to protect; an unknown one is an error. */
static int
find_protected(const struct options *options, const struct catalog *catalog,
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
decide(const struct options *options, const struct catalog *catalog,
    const bool *is_protected, enum verdict *verdicts)
{
	struct retention retention = {.keep = options->keep,
	    .keep_days = options->keep_days,
	    .now = (int64_t)time(NULL) * 1000000};

	/* Days alone never take the last one. */
	if (options->keep == NOT_GIVEN && options->keep_days > 0)
		retention.keep = 1;
	retention_decide(&retention, catalog->backups, catalog->count,
	    is_protected, verdicts);
}

static int
remove_all(const struct options *options, const struct place *place,
    const struct pruning *pruning, struct error *error)
{
	if (store_clean(place->store, error) != 0 ||
	    prune_backups(pruning->catalog, pruning->verdicts, error) != 0)
		return -1;
	return options->replaced ? replaced_remove(pruning->replaced, place,
	    error) : 0;
}

static int
release(const struct options *options, struct catalog *catalog,
    struct error *error)
{
	for (size_t i = 0; i < options->release.count; i++)
		if (prune_release(catalog, options->release.values[i],
		    options->dry_run, error) != 0)
			return -1;
	return 0;
}

static int
prune(const struct options *options, const struct place *place,
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

static int
run(const struct options *options, const char *word,
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
	note_problems(&catalog);
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

static int
parse_options(int argc, char **argv, struct options *options)
{
	const struct program_option table[] = {
		{"backup-dir", .text = &options->store},
		{"name", .text = &options->database},
		{"job", .text = &options->job},
		{"keep", .number = &options->keep, .most = NOT_GIVEN - 1},
		{"keep-days", .number = &options->keep_days, .least = 1,
		    .most = MOST_DAYS},
		{"protect", .list = &options->protect},
		{"release", .list = &options->release},
		{"replaced", .flag = &options->replaced},
		{"dry-run", 'n', .flag = &options->dry_run},
		{"json", .flag = &options->json},
		{.name = NULL}
	};

	return options_read(name, help, table, argc, argv);
}

static int
misuse(const char *words)
{
	program_note(name, "%s", words);
	return program_usage(name);
}

static bool
is_word(const char *word)
{
	static const char *const words[] = {"create", "list", "verify",
	    "restore", "prune"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static int
check_usage(const struct options *options, const char *word)
{
	bool prunes = strcmp(word, "prune") == 0;
	bool asked = options->keep != NOT_GIVEN || options->keep_days > 0 ||
	    options->replaced || options->release.count > 0;

	if (strcmp(word, "restore") == 0 ? options->id_count != 1 :
	    strcmp(word, "verify") != 0 && options->id_count > 0)
		return misuse(strcmp(word, "restore") == 0 ?
		    "restore takes a directory and one ID" :
		    "one directory only");
	if (!prunes && (asked || options->dry_run ||
	    options->protect.count > 0))
		return misuse("--keep, --keep-days, --protect, --release, "
		    "--replaced and --dry-run go with prune");
	if (options->job != NULL && strcmp(word, "create") != 0)
		return misuse("--job goes with create");
	if (prunes && !asked)
		return misuse("prune needs --keep N, --keep-days N, "
		    "--release JOB or --replaced");
	return 0;
}

int
main(int argc, char **argv)
{
	const char *protect[MOST], *releases[MOST];
	struct options options = {.keep = NOT_GIVEN,
	    .protect = {protect, 0, MOST}, .release = {releases, 0, MOST}};
	struct error error = {0};
	enum status status = STATUS_DONE;
	struct place place;
	sigset_t before;
	const char *word;
	int result = parse_options(argc, argv, &options);

	if (result != 0)
		return json_failure_misuse(argv, result);
	if (argc - optind < 2 || !is_word(argv[optind]))
		return json_failure_misuse(argv, misuse("a word (create, "
		    "list, verify, restore, prune) and a directory are "
		    "expected"));
	word = argv[optind];
	options.ids = argv + optind + 2;
	options.id_count = (size_t)(argc - optind - 2);
	result = check_usage(&options, word);
	if (result != 0)
		return json_failure_misuse(argv, result);
	program_start();
	/* Names of files are UTF-8 for libarchive only in such a locale. */
	setlocale(LC_CTYPE, "C.UTF-8");
	interrupt_hold(&before);
	result = place_find(&place, argv[optind + 1], options.database,
	    options.store, &error);
	if (result == 0)
		result = run(&options, word, &place, &status, &error);
	place_free(&place);
	if (result != 0)
		interrupt_release(&before);
	if (result != 0 && options.json)
		json_failure_print(&error);
	return program_end(name, result, status, &error);
}
