#include <inttypes.h>

#include "codec/json.h"
#include "verify/report.h"

static void
json_text_member(struct buffer *out, const char *name, const char *text,
    bool first)
{
	json_write_name(out, name, first);
	if (text != NULL)
		json_write_string(out, slice_of(text));
	else
		buffer_append_text(out, "null");
}

static void
json_checks(const struct report *report, struct buffer *out)
{
	json_write_name(out, "checks", false);
	for (size_t i = 0; i < report->count; i++) {
		const struct check *check = &report->checks[i];

		buffer_append_text(out, i > 0 ? ",{" : "[{");
		json_text_member(out, "kind", "check", true);
		json_text_member(out, "name", check->name, false);
		json_text_member(out, "store", check->store, false);
		buffer_format(out, ",\"passed\":%s,\"source\":%" PRIu64
		    ",\"target\":%" PRIu64, check->passed ? "true" : "false",
		    check->source, check->target);
		json_text_member(out, "differences", check->words, false);
		buffer_append_char(out, '}');
	}
	buffer_append_char(out, ']');
}

static void
json_differences(const struct comparison *comparison, struct buffer *out)
{
	json_write_name(out, "differences", false);
	buffer_append_char(out, '[');
	for (size_t i = 0; i < comparison->difference_count; i++) {
		const struct difference *difference =
		    &comparison->differences[i];

		buffer_append_text(out, i > 0 ? ",{" : "{");
		json_text_member(out, "difference",
		    compare_kind_words(difference->kind), true);
		json_text_member(out, "store", difference->store, false);
		json_text_member(out, "key", difference->words, false);
		json_text_member(out, "members", difference->members, false);
		buffer_append_char(out, '}');
	}
	buffer_append_char(out, ']');
}

static void
json_losses(const struct comparison *comparison, struct buffer *out)
{
	json_write_name(out, "losses", false);
	buffer_append_char(out, '[');
	for (size_t i = 0; i < comparison->loss_count; i++) {
		const struct loss_count *count = &comparison->loss_counts[i];

		buffer_append_text(out, i > 0 ? ",{" : "{");
		json_text_member(out, "store", count->store, true);
		json_text_member(out, "member", count->member, false);
		buffer_format(out, ",\"count\":%" PRIu64 "}", count->count);
	}
	buffer_append_char(out, ']');
}

/* How much was compared: null for what wasn't asked for. */
static void
json_extent(const struct comparison *comparison, struct buffer *out)
{
	const struct neighbors *neighbors = &comparison->neighbors;

	buffer_format(out, ",\"counts_only\":%s,\"sample\":",
	    comparison->counts_only ? "true" : "false");
	if (comparison->sampled)
		buffer_format(out, "{\"records\":%" PRIu64 ",\"of\":%" PRIu64
		    "}", comparison->compared[0], compare_total(comparison,
		    0));
	else
		buffer_append_text(out, "null");
	buffer_append_text(out, ",\"queries\":");
	if (comparison->queries > 0)
		buffer_format(out, "{\"asked\":%zu,\"equal\":%zu,\"top\":%d}",
		    neighbors->count, neighbors->equal, NEIGHBORS);
	else
		buffer_append_text(out, "null");
}

static void
json_notes(const struct report *report, struct buffer *out)
{
	json_write_name(out, "notes", false);
	buffer_append_char(out, '[');
	for (size_t i = 0; i < report->note_count; i++) {
		if (i > 0)
			buffer_append_char(out, ',');
		json_write_string(out, slice_of(report->notes[i]));
	}
	buffer_append_char(out, ']');
}

void
report_json(const struct report *report, const struct comparison *comparison,
    struct buffer *out)
{
	const char *job = comparison->exceptions.job;

	buffer_format(out, "{\"passed\":%s", report_passed(report) ?
	    "true" : "false");
	json_text_member(out, "database", comparison->database, false);
	json_text_member(out, "job", job[0] != '\0' ? job : NULL, false);
	json_text_member(out, "source", comparison->sides[0].header.source,
	    false);
	json_text_member(out, "target", comparison->sides[1].header.source,
	    false);
	buffer_append_text(out, ",\"program\":");
	if (comparison->filter != NULL)
		buffer_format(out, "{\"dropped\":%" PRIu64 "}",
		    comparison->dropped);
	else
		buffer_append_text(out, "null");
	json_extent(comparison, out);
	json_checks(report, out);
	json_differences(comparison, out);
	json_losses(comparison, out);
	json_notes(report, out);
	buffer_append_text(out, "}\n");
}
