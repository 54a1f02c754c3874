#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backup/backup_report.h"
#include "codec/json.h"
#include "codec/timestamp.h"

static const char rule[] =
    "============================================================";

/* The members of an object, without braces. */
static void
append_json(struct buffer *out, const struct backup *backup)
{
	const struct manifest *manifest = &backup->manifest;

	buffer_append_text(out, "\"id\":");
	json_write_string(out, slice_of(manifest->id));
	json_write_text(out, "name", manifest->database);
	json_write_text(out, "made_by", manifest->made_by);
	buffer_append_text(out, ",\"created\":\"");
	timestamp_write(out, manifest->created);
	buffer_format(out, "\",\"files\":%" PRIu64 ",\"bytes\":%" PRIu64,
	    manifest->file_count, manifest->total_size);
	buffer_format(out, ",\"checksums\":%s", manifest->checksums ? "true" :
	    "false");
	json_write_text(out, "archive", backup->archive);
	buffer_append_text(out, ",\"referenced_by\":[");
	for (size_t i = 0; i < manifest->reference_count; i++) {
		if (i > 0)
			buffer_append_char(out, ',');
		json_write_string(out, slice_of(manifest->references[i]));
	}
	buffer_append_char(out, ']');
}

/* Tenths of a kilobyte, with a comma before each three digits. */
static void
append_kilobytes(struct buffer *out, uint64_t bytes)
{
	uint64_t tenths = bytes / 1024 * 10 + (bytes % 1024 * 10 + 512) / 1024;
	struct buffer digits = {0};

	buffer_append_number(&digits, tenths / 10);
	for (size_t i = 0; i < digits.length; i++) {
		if (i > 0 && (digits.length - i) % 3 == 0)
			buffer_append_char(out, ',');
		buffer_append_char(out, digits.data[i]);
	}
	buffer_format(out, ".%" PRIu64 " KB", tenths % 10);
	buffer_free(&digits);
}

static void
print(struct buffer *out)
{
	buffer_append_char(out, '\n');
	fwrite(out->data, 1, out->length, stdout);
	buffer_free(out);
}

void
backup_report_created(const struct backup *backup, bool json)
{
	struct buffer out = {0};

	if (json) {
		buffer_append_text(&out, "{\"backup\":{");
		append_json(&out, backup);
		buffer_append_text(&out, "}}");
	} else {
		buffer_format(&out, "✅ Backup created successfully\n"
		    "   Backup ID:  %s\n   Files:      %" PRIu64
		    "\n   Size:       ", backup->manifest.id,
		    backup->manifest.file_count);
		append_kilobytes(&out, backup->manifest.total_size);
		buffer_format(&out, "\n   Location:   %s", backup->archive);
	}
	print(&out);
}

/* Minutes are enough for people. */
static void
append_time(struct buffer *out, int64_t created)
{
	struct buffer text = {0};

	timestamp_write(&text, created);
	buffer_append(out, text.data, strlen("YYYY-MM-DDTHH:MM"));
	buffer_free(&text);
}

/* One line of a list, without its end. */
static void
append_line(struct buffer *out, const struct backup *backup)
{
	const struct manifest *manifest = &backup->manifest;
	struct buffer size = {0};

	append_kilobytes(&size, manifest->total_size);
	buffer_format(out, "   %-20s | %3" PRIu64 " files | %14s | ",
	    manifest->id, manifest->file_count, buffer_text(&size));
	append_time(out, manifest->created);
	buffer_format(out, " | %s", backup->archive);
	if (!manifest->checksums)
		buffer_format(out, " (by %s, no checksums)",
		    manifest->made_by);
	for (size_t i = 0; i < manifest->reference_count; i++)
		buffer_format(out, "%s%s", i > 0 ? ", " : " (for migration ",
		    manifest->references[i]);
	if (manifest->reference_count > 0)
		buffer_append_char(out, ')');
	buffer_free(&size);
}

static void
append_paths(struct buffer *out, const struct replaced *replaced)
{
	for (size_t i = 0; i < replaced->count; i++) {
		if (i > 0)
			buffer_append_char(out, ',');
		json_write_string(out, slice_of(replaced->paths[i]));
	}
}

static void
list_json(struct buffer *out, const struct catalog *catalog,
    const struct replaced *replaced)
{
	buffer_append_text(out, "{\"backups\":[");
	for (size_t i = 0; i < catalog->count; i++) {
		buffer_append_text(out, i > 0 ? ",{" : "{");
		append_json(out, &catalog->backups[i]);
		buffer_append_char(out, '}');
	}
	buffer_append_text(out, "],\"replaced\":[");
	append_paths(out, replaced);
	buffer_append_text(out, "]}");
}

static void
list_words(struct buffer *out, const struct catalog *catalog,
    const char *name)
{
	if (catalog->count == 0) {
		buffer_format(out, "No backups found for '%s'", name);
		return;
	}
	buffer_format(out, "Backups for '%s'\n%s\n", name, rule);
	for (size_t i = 0; i < catalog->count; i++) {
		append_line(out, &catalog->backups[i]);
		buffer_append_char(out, '\n');
	}
	buffer_append_text(out, rule);
}

void
backup_report_list(const struct catalog *catalog,
    const struct replaced *replaced, const char *name, bool json)
{
	struct buffer out = {0};

	if (json) {
		list_json(&out, catalog, replaced);
	} else {
		list_words(&out, catalog, name);
		for (size_t i = 0; i < replaced->count; i++)
			buffer_format(&out, "\nReplaced by a restore, and kept: "
			    "%s", replaced->paths[i]);
	}
	print(&out);
}

static void
append_checked(struct buffer *out, const struct backup *backup,
    const char *problem)
{
	buffer_format(out, "%s %s_%s: ", problem == NULL ? "✓" : "✗",
	    backup->manifest.database, backup->manifest.id);
	if (problem != NULL)
		buffer_append_text(out, problem);
	else
		buffer_format(out, "%" PRIu64 " files, %s",
		    backup->manifest.file_count, backup->manifest.checksums ?
		    "each as its SHA-256 says" : "readable to the end; there "
		    "are no checksums to compare with");
}

void
backup_report_checked(struct backup *const *backups,
    const char *const *problems, size_t count, bool json)
{
	struct buffer out = {0};

	if (json)
		buffer_append_text(&out, "{\"backups\":[");
	for (size_t i = 0; i < count; i++) {
		if (!json) {
			append_checked(&out, backups[i], problems[i]);
			if (i + 1 < count)
				buffer_append_char(&out, '\n');
			continue;
		}
		buffer_append_text(&out, i > 0 ? ",{" : "{");
		append_json(&out, backups[i]);
		buffer_format(&out, ",\"passed\":%s", problems[i] == NULL ?
		    "true" : "false");
		json_write_text(&out, "problem", problems[i]);
		buffer_append_char(&out, '}');
	}
	if (json)
		buffer_append_text(&out, "]}");
	print(&out);
}

void
backup_report_restored(const struct backup *backup,
    const struct restored *restored, const char *directory, bool json)
{
	struct buffer out = {0};

	if (json) {
		buffer_append_text(&out, "{\"backup\":{");
		append_json(&out, backup);
		buffer_append_char(&out, '}');
		json_write_text(&out, "directory", directory);
		json_write_text(&out, "replaced", restored->kept);
		buffer_append_char(&out, '}');
	} else {
		buffer_format(&out, "✅ Restored %s\n   Restored from:  %s\n"
		    "   Files restored: %" PRIu64, directory,
		    backup->manifest.id, backup->manifest.file_count);
		if (restored->kept != NULL)
			buffer_format(&out, "\n   What was there: %s",
			    restored->kept);
	}
	print(&out);
}

static void
pruned_json(struct buffer *out, const struct pruning *pruning)
{
	buffer_format(out, "{\"dry_run\":%s,\"backups\":[",
	    pruning->dry_run ? "true" : "false");
	for (size_t i = 0; i < pruning->catalog->count; i++) {
		buffer_append_text(out, i > 0 ? ",{" : "{");
		append_json(out, &pruning->catalog->backups[i]);
		json_write_text(out, "verdict", retention_words(
		    pruning->verdicts[i]));
		buffer_append_char(out, '}');
	}
	buffer_append_text(out, "],\"replaced\":[");
	append_paths(out, pruning->replaced);
	buffer_append_text(out, "]}");
}

static void
pruned_words(struct buffer *out, const struct pruning *pruning)
{
	const char *gone = pruning->dry_run ? "would be removed" : "removed";
	uint64_t count = 0, size = 0;

	for (size_t i = 0; i < pruning->catalog->count; i++) {
		const struct backup *backup = &pruning->catalog->backups[i];
		enum verdict verdict = pruning->verdicts[i];

		buffer_format(out, "%s_%s: ", backup->manifest.database,
		    backup->manifest.id);
		if (verdict != VERDICT_PRUNE) {
			buffer_format(out, "stays (%s)\n", retention_words(
			    verdict));
			continue;
		}
		buffer_format(out, "%s\n", gone);
		count++;
		size += backup->manifest.archive_size;
	}
	for (size_t i = 0; i < pruning->replaced->count; i++)
		buffer_format(out, "%s: %s\n", pruning->replaced->paths[i],
		    gone);
	buffer_format(out, "%" PRIu64 " backup%s %s, ", count, count == 1 ?
	    "" : "s", gone);
	append_kilobytes(out, size);
}

void
backup_report_pruned(const struct pruning *pruning, bool json)
{
	struct buffer out = {0};

	(json ? pruned_json : pruned_words)(&out, pruning);
	print(&out);
}
