#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "location/source.h"
#include "registry/setting.h"
#include "status/place_status.h"

/* Where the entry doesn't say, as in HybridRAG. */
static const uint64_t DEFAULT_FILE_MB = 500, DEFAULT_TOTAL_MB = 2048;

void
place_status_warn(struct place_status *status, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	status->warnings = memory_grow(status->warnings,
	    &status->warning_capacity, status->warning_count + 1,
	    sizeof *status->warnings);
	status->warnings[status->warning_count++] = arena_text(&status->arena,
	    slice_of(text));
}

struct place_part *
place_status_part(struct place_status *status)
{
	struct place_part *part;

	status->parts = memory_grow(status->parts, &status->part_capacity,
	    status->part_count + 1, sizeof *status->parts);
	part = &status->parts[status->part_count++];
	*part = (struct place_part){0};
	return part;
}

void
place_status_size(struct buffer *out, uint64_t bytes)
{
	static const char *const units[] = {"KB", "MB", "GB", "TB"};
	double size = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		buffer_format(out, "%" PRIu64 " B", bytes);
		return;
	}
	while (size >= 1024 && unit < 3) {
		size /= 1024;
		unit++;
	}
	buffer_format(out, "%.1f %s", size, units[unit]);
}

/* --- files ----------------------------------------------------------------- */

static int
compare_parts(const void *a, const void *b)
{
	const struct place_part *left = a, *right = b;

	if (left->bytes != right->bytes)
		return left->bytes < right->bytes ? 1 : -1;
	return strcmp(left->name, right->name);
}

/* The biggest first; hidden ones are no data. */
static int
list_files(struct place_status *status, struct error *error)
{
	DIR *directory = opendir(status->place);
	const struct dirent *item;
	struct stat found;

	if (directory == NULL)
		return error_system(error, STATUS_SOURCE, "%s", status->place);
	while ((errno = 0, item = readdir(directory)) != NULL)
		if (item->d_name[0] != '.' && fstatat(dirfd(directory),
		    item->d_name, &found, 0) == 0 && S_ISREG(found.st_mode)) {
			struct place_part *part = place_status_part(status);

			part->name = arena_text(&status->arena,
			    slice_of(item->d_name));
			part->bytes = (uint64_t)found.st_size;
		}
	if (errno != 0)
		error_system(error, STATUS_SOURCE, "%s", status->place);
	closedir(directory);
	if (status->part_count > 0)
		qsort(status->parts, status->part_count,
		    sizeof *status->parts, compare_parts);
	return error->status == STATUS_DONE ? 0 : -1;
}

static void
take_counts(struct place_status *status, const struct header *header)
{
	const struct store *store;

	for (size_t i = 0; (store = stream_labelled(header, i)) != NULL; i++)
		for (size_t j = 0; j < PLACE_LABELS; j++)
			if (strcmp(stream_label(j), store->label) == 0)
				status->counts[j] = store->count;
	status->counted = true;
}

static int
count_files(struct place_status *status, struct error *error)
{
	struct source_options options = {.program = "hr-status"};
	struct source source;
	int result = source_open(&source, status->place, &options, error);

	if (result == 0)
		take_counts(status, source_header(&source));
	source_close(&source);
	return result;
}

static void
warn_of_sizes(struct place_status *status, uint64_t file_mb, uint64_t total_mb)
{
	struct buffer size = {0};
	uint64_t total = 0;

	for (size_t i = 0; i < status->part_count; i++) {
		total += status->parts[i].bytes;
		if (status->parts[i].bytes <= file_mb << 20)
			continue;
		buffer_clear(&size);
		place_status_size(&size, status->parts[i].bytes);
		place_status_warn(status, "%s has %s, more than %" PRIu64
		    " MB", status->parts[i].name, buffer_text(&size),
		    file_mb);
	}
	if (total > total_mb << 20) {
		buffer_clear(&size);
		place_status_size(&size, total);
		place_status_warn(status, "all files have %s, more than %"
		    PRIu64 " MB", buffer_text(&size), total_mb);
	}
	if (status->warning_count > 0)
		status->next = arena_format(&status->arena,
		    "hr backend migrate %s --dry-run", status->name);
	buffer_free(&size);
}

static void
look_at_files(struct place_status *status, uint64_t file_mb, uint64_t total_mb)
{
	if (list_files(status, &status->error) != 0)
		return;
	status->connected = true;
	warn_of_sizes(status, file_mb, total_mb);
	(void)count_files(status, &status->error);
}

/* --- the two ways to name one ---------------------------------------------- */

void
place_status_directory(struct place_status *status, const char *path)
{
	char *real = realpath(path, NULL);

	*status = (struct place_status){.name = path, .backend = "json"};
	if (real == NULL) {
		status->place = path;
		error_system(&status->error, STATUS_SOURCE, "%s", path);
		return;
	}
	status->place = arena_text(&status->arena, slice_of(real));
	free(real);
	look_at_files(status, DEFAULT_FILE_MB, DEFAULT_TOTAL_MB);
}

static uint64_t
megabytes(yyjson_mut_val *entry, const char *name, uint64_t otherwise)
{
	const char *text = setting_text(entry, name);
	const struct setting *setting = setting_find(slice_of(name));
	char *end;
	long long number = text != NULL ? strtoll(text, &end, 10) : 0;

	return text != NULL && *end == '\0' && number >= setting->least &&
	    number <= setting->most ? (uint64_t)number : otherwise;
}

static void
look_at_entry(struct place_status *status, const struct target *target,
    yyjson_mut_val *entry)
{
	if (strcmp(status->backend, "postgres") == 0) {
		place_status_server(status, target, entry, "hr-status");
		return;
	}
	if (strcmp(status->backend, "json") != 0) {
		error_set(&status->error, STATUS_USAGE, "%s: hr knows no "
		    "backend \"%s\"", status->name, status->backend);
		return;
	}
	status->place = target->path;
	if (target->path == NULL)
		error_set(&status->error, STATUS_USAGE, "%s: the registry "
		    "doesn't say where its files are", status->name);
	else
		look_at_files(status, megabytes(entry,
		    "file_size_warning_mb", DEFAULT_FILE_MB), megabytes(entry,
		    "total_size_warning_mb", DEFAULT_TOTAL_MB));
}

void
place_status_entry(struct place_status *status, const char *name,
    yyjson_mut_val *entry)
{
	const char *backend = setting_text(entry, "backend_type");
	struct target target;

	*status = (struct place_status){.name = name, .registered = true,
	    .backend = backend != NULL ? backend : "json"};
	if (target_read(&target, entry, &status->arena, &status->error) == 0)
		look_at_entry(status, &target, entry);
	else
		error_prefix(&status->error, "%s: ", name);
}

void
place_status_free(struct place_status *status)
{
	arena_free(&status->arena);
	free(status->parts);
	free(status->warnings);
	*status = (struct place_status){0};
}
