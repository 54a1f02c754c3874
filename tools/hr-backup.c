/*
 * hr-backup: save a directory, bring it back (hr-backup(1)).
 */
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "backup/backup_run.h"
#include "base/interrupt.h"
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

enum { MOST = 256, MOST_DAYS = 36500 };

struct options {
	const char *store;
	const char *database;
	struct backup_options backup;
};

static int
parse_options(int argc, char **argv, struct options *options)
{
	const struct program_option table[] = {
		{"backup-dir", .text = &options->store},
		{"name", .text = &options->database},
		{"job", .text = &options->backup.job},
		{"keep", .number = &options->backup.keep, .most = BACKUP_KEEP_NONE - 1},
		{"keep-days", .number = &options->backup.keep_days, .least = 1,
		    .most = MOST_DAYS},
		{"protect", .list = &options->backup.protect},
		{"release", .list = &options->backup.release},
		{"replaced", .flag = &options->backup.replaced},
		{"dry-run", 'n', .flag = &options->backup.dry_run},
		{"json", .flag = &options->backup.json},
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
check_usage(const struct backup_options *options, const char *word)
{
	bool prunes = strcmp(word, "prune") == 0;
	bool asked = options->keep != BACKUP_KEEP_NONE || options->keep_days > 0 ||
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
	struct options options = {.backup = {.program = name,
	    .keep = BACKUP_KEEP_NONE, .protect = {protect, 0, MOST},
	    .release = {releases, 0, MOST}}};
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
	options.backup.ids = argv + optind + 2;
	options.backup.id_count = (size_t)(argc - optind - 2);
	result = check_usage(&options.backup, word);
	if (result != 0)
		return json_failure_misuse(argv, result);
	program_start();
	/* Names of files are UTF-8 for libarchive only in such a locale. */
	setlocale(LC_CTYPE, "C.UTF-8");
	interrupt_hold(&before);
	result = place_find(&place, argv[optind + 1], options.database,
	    options.store, &error);
	if (result == 0)
		result = backup_run(&options.backup, word, &place, &status,
		    &error);
	place_free(&place);
	if (result != 0)
		interrupt_release(&before);
	if (result != 0 && options.backup.json)
		json_failure_print(&error);
	return program_end(name, result, status, &error);
}
