#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "verify/pass.h"

enum { TOLD = 64 }; /* the meter is told of so many records at once */

static size_t
store_index(const struct comparison *comparison, const char *name)
{
	size_t i = 0;

	while (i + 1 < comparison->store_count &&
	    strcmp(comparison->stores[i], name) != 0)
		i++;
	return i;
}

/* The source's own rejects: the job must know them. */
static void
pass_over_reject(struct pass *pass, const struct record *record)
{
	struct comparison *comparison = pass->comparison;

	if (!pass->counting)
		return;
	if (pass->side->is_target)
		pass->side->rejects++;
	else if (exceptions_rejected(&comparison->exceptions, record->store,
	    record->seq))
		comparison->skipped_rejects++;
	else
		comparison->unknown_rejects++;
}

/* Whether the job is known to have left this record out, or to have added it. */
static bool
is_excepted(struct pass *pass, const struct pass_item *item)
{
	struct comparison *comparison = pass->comparison;
	struct exceptions *exceptions = &comparison->exceptions;
	uint64_t *counter;

	if (pass->side->is_target) {
		counter = &pass->side->inserted;
		if (!exceptions_inserted(exceptions, item->hash))
			return false;
	} else {
		counter = &comparison->skipped_rejects;
		if (!exceptions_rejected(exceptions, item->record->store,
		    item->record->seq) &&
		    !exceptions_superseded(exceptions, item->key))
			return false;
	}
	if (pass->counting)
		++*counter;
	return true;
}

static int
compare_record(struct pass *pass, struct normal_form *form,
    const struct record *record, struct error *error)
{
	struct comparison *comparison = pass->comparison;
	struct pass_item item = {.record = record, .form = form,
	    .store = store_index(comparison, record->store)};

	form->repaired = !pass->side->is_target && exceptions_repaired(
	    &comparison->exceptions, record->store, record->seq);
	if (normal_form_make(form, record, comparison->losses, pass->counter,
	    error) != 0)
		return -1;
	item.key = digest_hash(buffer_slice(&form->key));
	item.hash = exceptions_hash(form);
	if (!is_excepted(pass, &item))
		pass->take(pass->context, &item);
	return 0;
}

/* The source's record as the user's program makes it. */
static int
take_record(struct pass *pass, struct normal_form *form,
    const struct record *record, struct error *error)
{
	struct comparison *comparison = pass->comparison;
	struct record kept = *record;
	int got = 1;

	if (record->kind == RECORD_ROW)
		return error_set(error, STATUS_DATA, "%s holds rows; compare "
		    "records (hr-transform --reverse makes them)",
		    pass->side->text);
	if (comparison->filter != NULL && !pass->side->is_target &&
	    record->kind != RECORD_REJECT)
		got = filter_apply(comparison->filter, record, &kept, error);
	if (got < 0)
		return -1;
	if (got == 0)
		comparison->dropped += pass->counting;
	else if (kept.kind == RECORD_REJECT)
		pass_over_reject(pass, &kept);
	else
		return compare_record(pass, form, &kept, error);
	return 0;
}

void
pass_close(struct side *side)
{
	if (side->kept != NULL)
		source_close(side->kept);
	free(side->kept);
	side->kept = NULL;
}

static int
open_source(const struct pass *pass, struct error *error)
{
	struct side *side = pass->side;
	struct source_options options = *side->options;

	if (side->kept != NULL)
		return 0;
	options.hint = side->hint;
	if (pass->only != NULL) {
		options.reader.only = pass->only;
		options.reader.only_count = pass->only_count;
	}
	side->kept = memory_alloc(sizeof *side->kept);
	return source_open(side->kept, side->text, &options, error);
}

int
pass_run(struct pass *pass, struct error *error)
{
	struct side *side = pass->side;
	struct normal_form form;
	struct record record;
	uint64_t read = 0;
	int got = 1;

	if (!side->is_target)
		exceptions_restart(&pass->comparison->exceptions);
	normal_form_open(&form);
	form.of_row = strcmp(side->header.system, "postgresql") == 0;
	form.returned = form.of_row && side->is_target;
	if (open_source(pass, error) != 0)
		got = -1;
	while (got == 1) {
		got = source_next(side->kept, &record, error);
		if (got == 1 && take_record(pass, &form, &record, error) != 0)
			got = -1;
		if (got == 1 && ++read % TOLD == 0)
			meter_tell(&pass->comparison->meter, side->is_target,
			    TOLD);
	}
	meter_tell(&pass->comparison->meter, side->is_target, read % TOLD);
	pass_close(side);
	normal_form_close(&form);
	return got;
}
