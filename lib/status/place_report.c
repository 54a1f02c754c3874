#include <inttypes.h>
#include <string.h>

#include "codec/json.h"
#include "status/place_report.h"
#include "stream/stream_writer.h"

static bool
is_files(const struct place_status *status)
{
	return strcmp(status->backend, "postgres") != 0;
}

static void
sum_sizes(const struct place_status *status, uint64_t *bytes,
    uint64_t *index_bytes)
{
	*bytes = *index_bytes = 0;
	for (size_t i = 0; i < status->part_count; i++) {
		*bytes += status->parts[i].bytes;
		*index_bytes += status->parts[i].index_bytes;
	}
}

static const char *
health(const struct place_status *status)
{
	return status->error.status != STATUS_DONE ? "error" :
	    status->warning_count > 0 ? "degraded" : "healthy";
}

/* --- for people ------------------------------------------------------------ */

static void
write_place(const struct place_status *status, struct buffer *out)
{
	buffer_format(out, "Database: %s\n", status->name);
	buffer_format(out, "  %-12s %s\n", "Backend:", status->backend);
	if (status->place != NULL)
		buffer_format(out, "  %-12s %s\n", "Place:", status->place);
	if (status->workspace != NULL)
		buffer_format(out, "  %-12s %s\n", "Workspace:",
		    status->workspace);
	buffer_format(out, "  %-12s ", "Connection:");
	if (!status->connected)
		buffer_append_text(out, "not reachable\n");
	else if (status->server != NULL)
		buffer_format(out, "reachable in %.1f ms, %s\n",
		    status->latency * 1000, status->server);
	else
		buffer_append_text(out, "reachable\n");
	if (status->job.id != NULL)
		buffer_format(out, "  %-12s %s, %s, %" PRIu64 " of %" PRIu64
		    " records%s\n", "Job:", status->job.id, status->job.phase,
		    status->job.done, status->job.total, status->job.running ?
		    ", at work now" : "");
}

static void
write_counts(const struct place_status *status, struct buffer *out)
{
	uint64_t total = 0;

	if (!status->counted)
		return;
	for (size_t i = 0; i < PLACE_LABELS; i++) {
		buffer_format(out, "  %-12s %10" PRIu64 "\n", stream_label(i),
		    status->counts[i]);
		total += status->counts[i];
	}
	buffer_format(out, "  %-12s %10" PRIu64 "\n", "Total", total);
}

static void
write_part(const struct place_status *status, const struct place_part *part,
    struct buffer *out)
{
	buffer_format(out, "    %-44s ", part->name);
	place_status_size(out, part->bytes);
	if (!is_files(status)) {
		buffer_append_text(out, ", indexes ");
		place_status_size(out, part->index_bytes);
	}
	buffer_append_char(out, '\n');
}

static void
write_sizes(const struct place_status *status, bool verbose,
    struct buffer *out)
{
	uint64_t bytes, index_bytes;

	sum_sizes(status, &bytes, &index_bytes);
	if (!status->connected)
		return;
	buffer_format(out, "  %-12s ", "Size:");
	place_status_size(out, bytes + index_bytes);
	if (is_files(status)) {
		buffer_format(out, " in %zu files\n", status->part_count);
	} else {
		buffer_format(out, " in %zu tables, ", status->part_count);
		place_status_size(out, index_bytes);
		buffer_append_text(out, " of it indexes; all workspaces\n");
	}
	for (size_t i = 0; verbose && i < status->part_count; i++)
		write_part(status, &status->parts[i], out);
}

void
place_report(const struct place_status *status, bool verbose,
    struct buffer *out)
{
	write_place(status, out);
	write_counts(status, out);
	write_sizes(status, verbose, out);
	for (size_t i = 0; i < status->warning_count; i++)
		buffer_format(out, "  ⚠  %s\n", status->warnings[i]);
	if (status->error.status != STATUS_DONE)
		buffer_format(out, "  ❌ %s\n", status->error.message);
	if (status->next != NULL)
		buffer_format(out, "  %-12s %s\n", "Next:", status->next);
}

/* --- for programs ---------------------------------------------------------- */

static void
write_member(struct buffer *out, const char *name, const char *text)
{
	json_write_name(out, name, false);
	if (text != NULL)
		json_write_string(out, slice_of(text));
	else
		buffer_append_text(out, "null");
}

static void
write_counts_json(const struct place_status *status, struct buffer *out)
{
	json_write_name(out, "counts", false);
	if (!status->counted) {
		buffer_append_text(out, "null");
		return;
	}
	for (size_t i = 0; i < PLACE_LABELS; i++) {
		const char *label = stream_label(i);

		buffer_append_char(out, i > 0 ? ',' : '{');
		buffer_format(out, "\"%c%s\":%" PRIu64, label[0] - 'A' + 'a',
		    label + 1, status->counts[i]);
	}
	buffer_append_char(out, '}');
}

static void
write_parts_json(const struct place_status *status, struct buffer *out)
{
	uint64_t bytes, index_bytes;

	sum_sizes(status, &bytes, &index_bytes);
	buffer_format(out, ",\"bytes\":%" PRIu64, bytes + index_bytes);
	json_write_name(out, is_files(status) ? "files" : "tables", false);
	buffer_append_char(out, '[');
	for (size_t i = 0; i < status->part_count; i++) {
		const struct place_part *part = &status->parts[i];

		buffer_append_text(out, i > 0 ? ",{" : "{");
		json_write_name(out, "name", true);
		json_write_string(out, slice_of(part->name));
		buffer_format(out, ",\"bytes\":%" PRIu64, part->bytes);
		if (!is_files(status))
			buffer_format(out, ",\"index_bytes\":%" PRIu64,
			    part->index_bytes);
		buffer_append_char(out, '}');
	}
	buffer_append_char(out, ']');
}

static void
write_server_json(const struct place_status *status, struct buffer *out)
{
	const struct place_job *job = &status->job;

	write_member(out, "workspace", status->workspace);
	write_member(out, "server", status->server);
	if (status->connected)
		buffer_format(out, ",\"latency\":%.6f", status->latency);
	json_write_name(out, "job", false);
	if (job->id == NULL) {
		buffer_append_text(out, "null");
		return;
	}
	buffer_append_char(out, '{');
	json_write_name(out, "id", true);
	json_write_string(out, slice_of(job->id));
	write_member(out, "phase", job->phase);
	buffer_format(out, ",\"done\":%" PRIu64 ",\"total\":%" PRIu64
	    ",\"running\":%s}", job->done, job->total, job->running ? "true" :
	    "false");
}

void
place_report_json(const struct place_status *status, struct buffer *out)
{
	buffer_append_char(out, '{');
	json_write_name(out, "name", true);
	json_write_string(out, slice_of(status->name));
	buffer_format(out, ",\"registered\":%s", status->registered ? "true" :
	    "false");
	write_member(out, "backend", status->backend);
	write_member(out, "place", status->place);
	write_member(out, "health", health(status));
	buffer_format(out, ",\"connected\":%s", status->connected ? "true" :
	    "false");
	if (!is_files(status))
		write_server_json(status, out);
	write_counts_json(status, out);
	write_parts_json(status, out);
	json_write_name(out, "warnings", false);
	buffer_append_char(out, '[');
	for (size_t i = 0; i < status->warning_count; i++) {
		buffer_append_text(out, i > 0 ? "," : "");
		json_write_string(out, slice_of(status->warnings[i]));
	}
	buffer_append_char(out, ']');
	write_member(out, "next", status->next);
	buffer_format(out, ",\"exit_status\":%d", (int)status->error.status);
	if (status->error.status != STATUS_DONE)
		write_member(out, "error", status->error.message);
	buffer_append_char(out, '}');
}
