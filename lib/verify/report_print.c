#include <inttypes.h>
#include <string.h>

#include "verify/report.h"

static void
print_check(const struct check *check, struct buffer *out)
{
	buffer_format(out, "%s: %s", check->passed ? "✓ PASSED" : "✗ FAILED",
	    check->name);
	if (check->words != NULL)
		buffer_format(out, " - %s", check->words);
	if (check->source > 0 || check->target > 0)
		buffer_format(out, "%s source=%" PRIu64 ", target=%" PRIu64,
		    check->words != NULL ? ":" : "", check->source,
		    check->target);
	buffer_append_char(out, '\n');
}

static const char *
loss_words(const struct loss_count *count)
{
	return count->loss != NULL ? count->loss->words :
	    "the target has no column for it";
}

/* The same member lost in the same way in several stores is one line. */
static bool
same_loss(const struct loss_count *a, const struct loss_count *b)
{
	return strcmp(a->member, b->member) == 0 &&
	    strcmp(loss_words(a), loss_words(b)) == 0;
}

static void
print_loss(const struct comparison *comparison, size_t index, struct buffer *out)
{
	const struct loss_count *counts = comparison->loss_counts;
	uint64_t total = 0;
	size_t stores = 0;

	for (size_t i = 0; i < comparison->loss_count; i++) {
		if (!same_loss(&counts[i], &counts[index]))
			continue;
		if (i < index)
			return; /* its line is there already */
		total += counts[i].count;
		stores++;
	}
	if (stores == 1)
		buffer_format(out, "  %s.%s: %" PRIu64 " (%s)\n",
		    counts[index].store, counts[index].member, total,
		    loss_words(&counts[index]));
	else
		buffer_format(out, "  %s in %zu stores: %" PRIu64 " (%s)\n",
		    counts[index].member, stores, total,
		    loss_words(&counts[index]));
}

static void
print_losses(const struct comparison *comparison, struct buffer *out)
{
	if (comparison->loss_count > 0)
		buffer_format(out, "\nWhat the target does not keep as it was "
		    "written (hr-schema(5)):\n");
	for (size_t i = 0; i < comparison->loss_count; i++)
		print_loss(comparison, i, out);
}

static void
print_differences(const struct comparison *comparison, struct buffer *out)
{
	uint64_t total = 0;

	for (size_t i = 0; i < comparison->difference_count; i++) {
		const struct difference *difference =
		    &comparison->differences[i];

		buffer_format(out, "    %s: %s %s%s%s\n",
		    compare_kind_words(difference->kind), difference->store,
		    difference->words, difference->members[0] != '\0' ? ": " :
		    "", difference->members);
	}
	for (size_t kind = 0; kind < DIFFERENCE_KINDS; kind++)
		for (size_t i = 0; i < comparison->store_count; i++)
			total += comparison->totals[kind][i];
	if (comparison->subset)
		total -= compare_extra(comparison);
	if (comparison->drilled && total > comparison->difference_count)
		buffer_format(out, "    … and %" PRIu64 " more (--limit)\n",
		    total - comparison->difference_count);
}

static void
print_line(struct buffer *out, char c)
{
	for (int i = 0; i < 60; i++)
		buffer_append_char(out, c);
	buffer_append_char(out, '\n');
}

static void
print_head(const struct comparison *comparison, struct buffer *out)
{
	const struct header *source = &comparison->sides[0].header;
	const struct header *target = &comparison->sides[1].header;

	print_line(out, '=');
	buffer_append_text(out, "MIGRATION VERIFICATION REPORT\n");
	print_line(out, '=');
	if (comparison->database != NULL)
		buffer_format(out, "Database: %s\n", comparison->database);
	buffer_format(out, "Migration: %s → %s\n", source->system,
	    target->system);
	if (comparison->exceptions.job[0] != '\0')
		buffer_format(out, "Job: %s\n", comparison->exceptions.job);
	buffer_format(out, "Source: %s\nTarget: %s\n", source->source,
	    target->source);
	print_line(out, '-');
}

static void
print_verdict(const struct report *report, struct buffer *out)
{
	size_t passed = 0;

	for (size_t i = 0; i < report->count; i++)
		passed += report->checks[i].passed;
	print_line(out, '-');
	buffer_format(out, passed == report->count ?
	    "✓ ALL CHECKS PASSED (%zu/%zu passed)\n" :
	    "✗ VERIFICATION FAILED (%zu/%zu passed)\n", passed,
	    report->count);
	print_line(out, '=');
}

void
report_print(const struct report *report, const struct comparison *comparison,
    struct buffer *out)
{
	print_head(comparison, out);
	for (size_t i = 0; i < report->count; i++)
		print_check(&report->checks[i], out);
	print_differences(comparison, out);
	for (size_t i = 0; i < report->note_count; i++)
		buffer_format(out, "note: %s\n", report->notes[i]);
	print_losses(comparison, out);
	print_verdict(report, out);
}
