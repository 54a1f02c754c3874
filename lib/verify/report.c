#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "verify/relations.h"
#include "verify/report.h"

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

static const char *
records_name(struct report *report, const struct comparison *comparison)
{
	if (comparison->counts_only)
		return "Sample Verification (counts only)";
	if (!comparison->sampled)
		return "Sample Verification (every record)";
	return arena_format(&report->arena, "Sample Verification (%" PRIu64
	    " of %" PRIu64 " records)", comparison->compared[0],
	    compare_total(comparison, 0));
}

/* Of a sample no store is said to be the same. */
static void
check_stores(struct report *report, const struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->store_count; i++) {
		bool differs = compare_store_differs(comparison, i);

		if (comparison->sampled && !differs)
			continue;
		report_check(report, (struct check){.name = arena_format(
		    &report->arena, "Records of %s", comparison->stores[i]),
		    .store = comparison->stores[i], .passed = !differs,
		    .source = comparison->sides[0].counts[i],
		    .target = comparison->sides[1].counts[i],
		    .words = differs ? difference_words(report, comparison,
		    i) : NULL});
	}
}

static void
check_records(struct report *report, const struct comparison *comparison)
{
	bool differs = compare_differs(comparison);
	uint64_t counts[2];

	for (size_t i = 0; i < 2; i++)
		counts[i] = comparison->sampled ? comparison->compared[i] :
		    compare_total(comparison, i);
	report_check(report, (struct check){.name = records_name(report,
	    comparison), .passed = !differs, .source = counts[0],
	    .target = counts[1], .words = differs ? "discrepancies found" :
	    NULL});
	check_stores(report, comparison);
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

/* Which of them differ; the first ones. */
static const char *
neighbor_words(struct report *report, const struct neighbors *neighbors)
{
	const char *words = arena_format(&report->arena, "%zu differ",
	    neighbors->count - neighbors->equal);
	size_t named = 0;

	for (size_t i = 0; i < neighbors->count && named < 5; i++)
		if (neighbors->list[i].differs)
			words = arena_format(&report->arena, "%s%s %s \"%s\"",
			    words, named++ > 0 ? "," : " (near to",
			    neighbors->list[i].store, neighbors->list[i].id);
	return arena_format(&report->arena, "%s%s)", words, named <
	    neighbors->count - neighbors->equal ? " …" : "");
}

static void
check_neighbors(struct report *report, const struct comparison *comparison)
{
	const struct neighbors *neighbors = &comparison->neighbors;
	bool passed = neighbors->equal == neighbors->count;

	if (comparison->queries == 0)
		return;
	if (neighbors->count == 0) {
		report_note(report, "the source has no embeddings, so no "
		    "neighbours were asked for");
		return;
	}
	report_check(report, (struct check){.name = arena_format(
	    &report->arena, "Nearest Neighbour Verification (top %d of %zu "
	    "embeddings)", NEIGHBORS, neighbors->count), .passed = passed,
	    .source = neighbors->count, .target = neighbors->equal,
	    .words = passed ? NULL : neighbor_words(report, neighbors)});
}

static void
note_exceptions(struct report *report, const struct comparison *comparison)
{
	if (comparison->sampled)
		report_note(report, arena_format(&report->arena, "a sample: "
		    "%" PRIu64 " of %" PRIu64 " records were compared, the "
		    "others only counted", comparison->compared[0],
		    compare_total(comparison, 0)));
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
	if (comparison->subset && compare_extra(comparison) > 0)
		report_note(report, arena_format(&report->arena, "%" PRIu64
		    " records of the target are not in the source, as they "
		    "may be (--subset)", compare_extra(comparison)));
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
	check_neighbors(report, comparison);
	note_exceptions(report, comparison);
	return check_target(report, comparison, error);
}

void
report_free(struct report *report)
{
	arena_free(&report->arena);
	free(report->checks);
	free(report->notes);
	*report = (struct report){0};
}
