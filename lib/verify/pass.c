#include <string.h>

#include "verify/pass.h"

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
		comparison->target_rejects++;
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
		counter = &comparison->skipped_inserted;
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

int
pass_run(struct pass *pass, struct error *error)
{
	struct comparison *comparison = pass->comparison;
	struct side *other = &comparison->sides[pass->side ==
	    &comparison->sides[0]];
	struct source_options options = *pass->side->options;
	struct normal_form form;
	struct source *source = pass->side->kept, opened;
	struct record record;
	int got = -1;

	if (!pass->side->is_target)
		exceptions_restart(&comparison->exceptions);
	options.hint = &other->header;
	normal_form_open(&form);
	form.returned = pass->side->is_target &&
	    strcmp(pass->side->header.system, "postgresql") == 0;
	if (source == NULL && source_open(&opened, pass->side->text, &options,
	    error) == 0)
		source = &opened;
	if (source != NULL)
		while ((got = source_next(source, &record, error)) == 1)
			if (take_record(pass, &form, &record, error) != 0) {
				got = -1;
				break;
			}
	if (pass->side->kept == NULL)
		source_close(&opened);
	normal_form_close(&form);
	return got;
}
