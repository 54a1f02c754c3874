#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/input.h"
#include "base/memory.h"
#include "codec/digest.h"
#include "reader/sqlite.h"

/* Where SQLite's locks lie in the file, all of them (its os.h). */
enum { LOCK_START = 0x40000000, LOCK_LENGTH = 512 };

static int
refuse_locked(const struct sqlite *sqlite, struct error *error)
{
	return error_set(error, STATUS_TEMPORARY, "%s: another program is in "
	    "the middle of writing it; run this again when it is done",
	    sqlite->path);
}

static int
failed(const struct sqlite *sqlite, struct error *error)
{
	int code = sqlite3_errcode(sqlite->database);

	switch (code) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return refuse_locked(sqlite, error);
	case SQLITE_NOMEM:
		return error_set(error, STATUS_IO, "%s: out of memory",
		    sqlite->path);
	case SQLITE_TOOBIG:
		return error_set(error, STATUS_DATA, "%s: a record is longer "
		    "than --max-record", sqlite->path);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return error_set(error, STATUS_DATA, "%s: is damaged (%s); "
		    "`sqlite3 FILE .recover` may save what is left of it",
		    sqlite->path, sqlite3_errmsg(sqlite->database));
	case SQLITE_ERROR:
		return error_set(error, STATUS_DATA, "%s: %s", sqlite->path,
		    sqlite3_errmsg(sqlite->database));
	default:
		return error_set(error, STATUS_SOURCE, "%s: %s", sqlite->path,
		    sqlite3_errmsg(sqlite->database));
	}
}

sqlite3_stmt *
sqlite_prepare(const struct sqlite *sqlite, const char *sql,
    struct error *error)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(sqlite->database, sql, -1, &statement, NULL) ==
	    SQLITE_OK)
		return statement;
	failed(sqlite, error);
	return NULL;
}

int
sqlite_step(const struct sqlite *sqlite, sqlite3_stmt *statement,
    struct error *error)
{
	switch (sqlite3_step(statement)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		return failed(sqlite, error);
	}
}

static int
run(const struct sqlite *sqlite, const char *sql, struct error *error)
{
	return sqlite3_exec(sqlite->database, sql, NULL, NULL, NULL) ==
	    SQLITE_OK ? 0 : failed(sqlite, error);
}

/* Whether somebody holds a lock that keeps readers out. */
static int
check_locks(const struct sqlite *sqlite, int descriptor, struct error *error)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET,
	    .l_start = LOCK_START, .l_len = LOCK_LENGTH};

	if (fcntl(descriptor, F_GETLK, &lock) != 0)
		return error_system(error, STATUS_SOURCE, "%s: its locks "
		    "can't be seen", sqlite->path);
	return lock.l_type == F_UNLCK ? 0 : refuse_locked(sqlite, error);
}

static int
check_magic(const struct sqlite *sqlite, int descriptor, struct error *error)
{
	static const char magic[16] = "SQLite format 3";
	char head[sizeof magic];
	ssize_t got = pread(descriptor, head, sizeof head, 0);

	if (got < 0)
		return error_system(error, STATUS_SOURCE, "%s", sqlite->path);
	if (got == 0)
		return error_set(error, STATUS_DATA, "%s: is empty, no SQLite "
		    "database", sqlite->path);
	if (got < (ssize_t)sizeof head || memcmp(head, magic, sizeof head) != 0)
		return error_set(error, STATUS_DATA, "%s: is no SQLite "
		    "database, or an encrypted one, which has to be decrypted "
		    "first", sqlite->path);
	return 0;
}

/* Size and times of ${path}; of size 0 where there is no such file. */
static int
look(const char *path, struct stat *seen, struct error *error)
{
	if (stat(path, seen) == 0)
		return 0;
	*seen = (struct stat){0};
	return errno == ENOENT ? 0 :
	    error_system(error, STATUS_SOURCE, "%s", path);
}

/*
 * Everything that is looked at without SQLite. The file is closed before
 * SQLite opens it: closing it later would drop SQLite's locks.
 */
static int
look_at_file(struct sqlite *sqlite, const char *path, struct error *error)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int result = -1;

	sqlite->path = realpath(path, NULL);
	if (descriptor < 0 || sqlite->path == NULL) {
		error_system(error, STATUS_SOURCE, "%s", path);
	} else if (fstat(descriptor, &sqlite->seen) != 0) {
		error_system(error, STATUS_SOURCE, "%s", path);
	} else if (!S_ISREG(sqlite->seen.st_mode)) {
		error_set(error, STATUS_SOURCE, "%s: is no regular file",
		    path);
	} else {
		sqlite->log = memory_format("%s-wal", sqlite->path);
		result = check_magic(sqlite, descriptor, error) != 0 ||
		    check_locks(sqlite, descriptor, error) != 0 ||
		    look(sqlite->log, &sqlite->seen_log, error) != 0 ? -1 : 0;
	}
	if (descriptor >= 0)
		close(descriptor);
	return result;
}

static bool
is_beside(const struct sqlite *sqlite, const char *suffix)
{
	char *path = memory_format("%s%s", sqlite->path, suffix);
	struct stat status;
	bool found = stat(path, &status) == 0 &&
	    (status.st_size > 0 || strcmp(suffix, "-shm") == 0);

	free(path);
	return found;
}

/* The path as a file: URI, for SQLite, with that query behind it. */
static char *
make_uri(const char *path, const char *query)
{
	struct buffer uri = {0};
	char *text;

	buffer_append_text(&uri, "file:");
	for (; *path != '\0'; path++)
		if (strchr("%?#", *path) != NULL)
			buffer_format(&uri, "%%%02X", (unsigned char)*path);
		else
			buffer_append_char(&uri, *path);
	buffer_append_text(&uri, query);
	text = memory_copy_text(buffer_text(&uri));
	buffer_free(&uri);
	return text;
}

/* How to open it is decided by what lies beside it. */
static int
open_database(struct sqlite *sqlite, struct error *error)
{
	bool alone = sqlite->seen_log.st_size == 0;
	char *uri;
	int code;

	if (is_beside(sqlite, "-journal"))
		return error_set(error, STATUS_TEMPORARY, "%s-journal: holds a "
		    "transaction that was never ended; run this again when "
		    "the application is done, or start and stop it once",
		    sqlite->path);
	sqlite->live = is_beside(sqlite, "-shm");
	uri = make_uri(sqlite->path, sqlite->live ? "?mode=ro" : alone ?
	    "?mode=ro&immutable=1" : "?mode=ro&vfs=unix-none");
	code = sqlite3_open_v2(uri, &sqlite->database, SQLITE_OPEN_READONLY |
	    SQLITE_OPEN_URI, NULL);
	free(uri);
	if (code != SQLITE_OK)
		return failed(sqlite, error);
	(void)sqlite3_db_config(sqlite->database,
	    SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	(void)sqlite3_db_config(sqlite->database, SQLITE_DBCONFIG_DEFENSIVE, 1,
	    NULL);
	(void)sqlite3_busy_timeout(sqlite->database, 5000);
	if (!sqlite->live && !alone && run(sqlite,
	    "PRAGMA locking_mode = exclusive", error) != 0)
		return -1;
	return run(sqlite, "PRAGMA cell_size_check = on; "
	    "PRAGMA temp_store = memory; BEGIN", error);
}

static int
check_pages(const struct sqlite *sqlite, struct error *error)
{
	sqlite3_stmt *statement = sqlite_prepare(sqlite,
	    "PRAGMA quick_check(1)", error);
	int got = statement == NULL ? -1 : sqlite_step(sqlite, statement,
	    error);
	const char *words = got == 1 ?
	    (const char *)sqlite3_column_text(statement, 0) : NULL;

	if (words != NULL && strcmp(words, "ok") != 0)
		got = error_set(error, STATUS_DATA, "%s: is damaged: %s; "
		    "`sqlite3 FILE .recover` may save what is left of it",
		    sqlite->path, words);
	sqlite3_finalize(statement);
	return got < 0 ? -1 : 0;
}

int
sqlite_open(struct sqlite *sqlite, const char *path, struct error *error)
{
	*sqlite = (struct sqlite){0};
	return look_at_file(sqlite, path, error) != 0 ||
	    open_database(sqlite, error) != 0 ||
	    check_pages(sqlite, error) != 0 ? -1 : 0;
}

/* For root SQLite sets the log's owner anew, so st_ctim tells nothing. */
static bool
same_log(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && (a->st_size == 0 ||
	    (a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec));
}

int
sqlite_check(const struct sqlite *sqlite, struct error *error)
{
	struct stat now, log;

	if (sqlite->live)
		return 0;
	if (look(sqlite->path, &now, error) != 0 ||
	    look(sqlite->log, &log, error) != 0)
		return -1;
	if (input_same_file(&now, &sqlite->seen) &&
	    same_log(&log, &sqlite->seen_log))
		return 0;
	return error_set(error, STATUS_CONFLICT, "%s: changed while it was "
	    "read; run this again, best while nothing writes it",
	    sqlite->path);
}

static void
write_file(struct buffer *out, const char *path, const struct stat *seen)
{
	const char *slash = strrchr(path, '/');

	if (seen->st_size > 0)
		buffer_format(out, "%s\t%lld\t%lld.%09ld\n",
		    slash != NULL ? slash + 1 : path,
		    (long long)seen->st_size, (long long)seen->st_mtim.tv_sec,
		    seen->st_mtim.tv_nsec);
}

void
sqlite_fingerprint(const struct sqlite *sqlite, struct buffer *out)
{
	struct buffer found = {0};
	unsigned __int128 hash;

	write_file(&found, sqlite->path, &sqlite->seen);
	write_file(&found, sqlite->log, &sqlite->seen_log);
	hash = digest_hash(buffer_slice(&found));
	buffer_format(out, "%016" PRIx64 "%016" PRIx64,
	    (uint64_t)(hash >> 64), (uint64_t)hash);
	buffer_free(&found);
}

int
sqlite_has_column(const struct sqlite *sqlite, const char *table,
    const char *column, struct error *error)
{
	sqlite3_stmt *statement = sqlite_prepare(sqlite, "SELECT 1 FROM "
	    "sqlite_schema AS s WHERE s.type = 'table' AND s.name = ?1 AND "
	    "(?2 IS NULL OR EXISTS (SELECT 1 FROM pragma_table_info(s.name) "
	    "AS c WHERE c.name = ?2))", error);
	int got;

	if (statement == NULL)
		return -1;
	if (sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC) !=
	    SQLITE_OK || sqlite3_bind_text(statement, 2, column, -1,
	    SQLITE_STATIC) != SQLITE_OK)
		got = failed(sqlite, error);
	else
		got = sqlite_step(sqlite, statement, error);
	sqlite3_finalize(statement);
	return got;
}

void
sqlite_close(struct sqlite *sqlite)
{
	/* The transaction read only: closing ends it. */
	(void)sqlite3_close_v2(sqlite->database);
	free(sqlite->path);
	free(sqlite->log);
	*sqlite = (struct sqlite){0};
}
