#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "verify/relations.h"
#include "verify/report.h"

static const char *const kind_words[] = {"missing", "extra", "changed"};

void
report_check(struct report *report, struct check check)
{
	report->checks = memory_grow(report->checks, &report->capacity,
	    report->count + 1, sizeof *report->checks);
	report->checks[report->count++] = check;
}

void
report_note(struct report *report, const char *words)
{
	report->notes = memory_grow(report->notes, &report->note_capacity,
	    report->note_count + 1, sizeof *report->notes);
	report->notes[report->note_count++] = words;
}

bool
report_passed(const struct report *report)
{
	for (size_t i = 0; i < report->count; i++)
		if (!report->checks[i].passed)
			return false;
	return true;
}

static const struct store *
store_of(const struct side *side, const char *name)
{
	for (size_t i = 0; i < side->header.store_count; i++)
		if (strcmp(side->header.stores[i].name, name) == 0)
			return &side->header.stores[i];
	return NULL;
}

static const char *
label_of(const struct comparison *comparison, const char *name)
{
	for (size_t i = 0; i < 2; i++) {
		const struct store *store = store_of(&comparison->sides[i],
		    name);

		if (store != NULL && store->label != NULL)
			return store->label;
	}
	return NULL;
}

/* The stories' four counts: what people call entities, relations … */
static void
check_counts(struct report *report, const struct comparison *comparison)
{
	static const char *const labels[] = {"Entities", "Relations",
	    "Chunks", "Documents"};
	static const char *const names[] = {"Entity Count Verification",
	    "Relation Count Verification", "Chunk Count Verification",
	    "Document Status Verification"};

	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < comparison->store_count; j++) {
			const char *label = label_of(comparison,
			    comparison->stores[j]);
			uint64_t source = comparison->sides[0].counts[j];
			uint64_t target = comparison->sides[1].counts[j];
			bool passed = source == target ||
			    (comparison->subset && source < target);

			if (label == NULL || strcmp(label, labels[i]) != 0)
				continue;
			report_check(report, (struct check){.name = names[i],
			    .store = comparison->stores[j],
			    .passed = passed, .source = source,
			    .target = target, .words = passed ? NULL :
			    "Count mismatch"});
		}
}

static const char *
difference_words(struct report *report, const struct comparison *comparison,
    size_t store)
{
	return arena_format(&report->arena, "%" PRIu64 " missing, %" PRIu64
	    " extra, %" PRIu64 " changed",
	    comparison->totals[DIFFERENCE_MISSING][store],
	    comparison->totals[DIFFERENCE_EXTRA][store],
	    comparison->totals[DIFFERENCE_CHANGED][store]);
}

static uint64_t
count_extra(const struct comparison *comparison)
{
	uint64_t extra = 0;

	for (size_t i = 0; i < comparison->store_count; i++)
		extra += comparison->totals[DIFFERENCE_EXTRA][i];
	return extra;
}

static void
check_records(struct report *report, const struct comparison *comparison)
{
	uint64_t source = 0, target = 0;

	for (size_t i = 0; i < comparison->store_count; i++) {
		source += comparison->sides[0].counts[i];
		target += comparison->sides[1].counts[i];
	}
	report_check(report, (struct check){.name = comparison->counts_only ?
	    "Sample Verification (counts only)" : comparison->sample > 0 ?
	    "Sample Verification (a sample)" :
	    "Sample Verification (every record)",
	    .passed = !compare_differs(comparison), .source = source,
	    .target = target, .words = compare_differs(comparison) ?
	    "discrepancies found" : NULL});
	for (size_t i = 0; i < comparison->store_count; i++)
		report_check(report, (struct check){.name = arena_format(
		    &report->arena, "Records of %s", comparison->stores[i]),
		    .store = comparison->stores[i],
		    .passed = !compare_store_differs(comparison, i),
		    .source = comparison->sides[0].counts[i],
		    .target = comparison->sides[1].counts[i],
		    .words = compare_store_differs(comparison, i) ?
		    difference_words(report, comparison, i) : NULL});
}

/* Vectors travel as base64: equal lengths are equal dimensions. */
static void
check_vectors(struct report *report, const struct comparison *comparison)
{
	const struct side *source = &comparison->sides[0];
	const struct side *target = &comparison->sides[1];
	uint64_t vectors = 0, others = 0;
	bool good = true;

	for (size_t i = 0; i < comparison->store_count; i++) {
		good = good && !target->mixed_vectors[i] &&
		    (source->bytes_of_vectors[i] ==
		    target->bytes_of_vectors[i] || source->counts[i] == 0 ||
		    target->counts[i] == 0);
		vectors += source->bytes_of_vectors[i] > 0 ?
		    source->counts[i] : 0;
		others += target->bytes_of_vectors[i] > 0 ?
		    target->counts[i] : 0;
	}
	report_check(report, (struct check){
	    .name = "Vector Dimension Verification", .passed = good,
	    .source = vectors, .target = others,
	    .words = good ? NULL : "vectors of another dimension"});
}

static void
note_exceptions(struct report *report, const struct comparison *comparison)
{
	if (comparison->exceptions.other_source)
		report_note(report, arena_format(&report->arena, "job %s "
		    "loaded another source, or with another jq program, or "
		    "this one changed since: what it rejected is compared "
		    "too",
		    comparison->exceptions.job));
	if (comparison->filter != NULL)
		report_note(report, arena_format(&report->arena, "the source "
		    "is compared as the jq program makes it, which dropped %"
		    PRIu64 " of its records", comparison->dropped));
	if (comparison->skipped_rejects > 0)
		report_note(report, arena_format(&report->arena, "%" PRIu64
		    " rejected records of job %s are not compared",
		    comparison->skipped_rejects, comparison->exceptions.job));
	if (comparison->sides[1].inserted > 0)
		report_note(report, arena_format(&report->arena, "%" PRIu64
		    " missing ends of edges were inserted by job %s",
		    comparison->sides[1].inserted,
		    comparison->exceptions.job));
	if (comparison->exceptions.change_count > 0)
		report_note(report, arena_format(&report->arena, "%zu records "
		    "were repaired by job %s (--on-invalid=repair)",
		    comparison->exceptions.change_count,
		    comparison->exceptions.job));
	if (comparison->subset && count_extra(comparison) > 0)
		report_note(report, arena_format(&report->arena, "%" PRIu64
		    " records of the target are not in the source, as they "
		    "may be (--subset)", count_extra(comparison)));
	if (comparison->differs && !comparison->drilled)
		report_note(report, "a pipe can be read only once, so that "
		    "the keys that differ can't be named: give a file");
	if (comparison->unknown_rejects + comparison->sides[1].rejects > 0)
		report_check(report, (struct check){.name = "Readable records",
		    .words = arena_format(&report->arena, "%" PRIu64 " records "
		    "can't be read, and no job lists them as rejects",
		    comparison->unknown_rejects +
		    comparison->sides[1].rejects)});
}

static int
check_target(struct report *report, struct comparison *comparison,
    struct error *error)
{
	struct side *side = &comparison->sides[1];
	struct source_options options = *side->options;
	struct source target;
	int result = 0;

	if (!side->database)
		return 0;
	options.hint = comparison->sides[0].database ? NULL :
	    &comparison->sides[0].header;
	result = source_open(&target, side->text, &options, error);
	if (result == 0)
		result = relations_check(report, &target,
		    &comparison->exceptions, error);
	source_close(&target);
	return result;
}

int
report_make(struct report *report, struct comparison *comparison,
    struct error *error)
{
	*report = (struct report){0};
	check_counts(report, comparison);
	check_records(report, comparison);
	check_vectors(report, comparison);
	note_exceptions(report, comparison);
	return check_target(report, comparison, error);
}

static void
print_check(const struct check *check, FILE *out)
{
	fprintf(out, "%s: %s", check->passed ? "✓ PASSED" : "✗ FAILED",
	    check->name);
	if (check->words != NULL)
		fprintf(out, " - %s", check->words);
	if (check->source > 0 || check->target > 0)
		fprintf(out, "%s source=%" PRIu64 ", target=%" PRIu64,
		    check->words != NULL ? ":" : "", check->source,
		    check->target);
	fputc('\n', out);
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
print_loss(const struct comparison *comparison, size_t index, FILE *out)
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
		fprintf(out, "  %s.%s: %" PRIu64 " (%s)\n",
		    counts[index].store, counts[index].member, total,
		    loss_words(&counts[index]));
	else
		fprintf(out, "  %s in %zu stores: %" PRIu64 " (%s)\n",
		    counts[index].member, stores, total,
		    loss_words(&counts[index]));
}

static void
print_losses(const struct comparison *comparison, FILE *out)
{
	if (comparison->loss_count > 0)
		fprintf(out, "\nWhat the target does not keep as it was "
		    "written (hr-schema(5)):\n");
	for (size_t i = 0; i < comparison->loss_count; i++)
		print_loss(comparison, i, out);
}

static void
print_differences(const struct comparison *comparison, FILE *out)
{
	uint64_t total = 0;

	for (size_t i = 0; i < comparison->difference_count; i++) {
		const struct difference *difference =
		    &comparison->differences[i];

		fprintf(out, "    %s: %s %s%s%s\n",
		    kind_words[difference->kind], difference->store,
		    difference->words, difference->members[0] != '\0' ? ": " :
		    "", difference->members);
	}
	for (size_t kind = 0; kind < DIFFERENCE_KINDS; kind++)
		for (size_t i = 0; i < comparison->store_count; i++)
			total += comparison->totals[kind][i];
	if (comparison->subset)
		total -= count_extra(comparison);
	if (comparison->drilled && total > comparison->difference_count)
		fprintf(out, "    … and %" PRIu64 " more (--limit)\n",
		    total - comparison->difference_count);
}

void
report_print(const struct report *report, const struct comparison *comparison,
    FILE *out)
{
	size_t passed = 0;

	fprintf(out, "Verification of %s\n  against %s\n",
	    comparison->sides[1].header.source,
	    comparison->sides[0].header.source);
	fprintf(out, "============================================================\n");
	for (size_t i = 0; i < report->count; i++) {
		passed += report->checks[i].passed;
		print_check(&report->checks[i], out);
	}
	print_differences(comparison, out);
	for (size_t i = 0; i < report->note_count; i++)
		fprintf(out, "note: %s\n", report->notes[i]);
	print_losses(comparison, out);
	fprintf(out, "============================================================\n");
	if (passed == report->count)
		fprintf(out, "✓ ALL CHECKS PASSED (%zu/%zu passed)\n", passed,
		    report->count);
	else
		fprintf(out, "✗ VERIFICATION FAILED (%zu/%zu passed)\n",
		    passed, report->count);
}

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
		    kind_words[difference->kind], true);
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

void
report_json(const struct report *report, const struct comparison *comparison,
    FILE *out)
{
	struct buffer text = {0};

	buffer_format(&text, "{\"passed\":%s", report_passed(report) ?
	    "true" : "false");
	json_text_member(&text, "source", comparison->sides[0].header.source,
	    false);
	json_text_member(&text, "target", comparison->sides[1].header.source,
	    false);
	buffer_append_text(&text, ",\"program\":");
	if (comparison->filter != NULL)
		buffer_format(&text, "{\"dropped\":%" PRIu64 "}",
		    comparison->dropped);
	else
		buffer_append_text(&text, "null");
	json_checks(report, &text);
	json_differences(comparison, &text);
	json_losses(comparison, &text);
	json_write_name(&text, "notes", false);
	buffer_append_char(&text, '[');
	for (size_t i = 0; i < report->note_count; i++) {
		if (i > 0)
			buffer_append_char(&text, ',');
		json_write_string(&text, slice_of(report->notes[i]));
	}
	buffer_append_text(&text, "]}\n");
	fwrite(text.data, 1, text.length, out);
	buffer_free(&text);
}

void
report_free(struct report *report)
{
	arena_free(&report->arena);
	free(report->checks);
	free(report->notes);
	*report = (struct report){0};
}
