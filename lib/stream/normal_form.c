#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/number.h"
#include "codec/timestamp.h"
#include "codec/uuid.h"
#include "stream/normal_form.h"

/* One member on its way into the normal form. */
struct normal_member {
	struct slice name;
	yyjson_val *value;     /* NULL: as the loss says */
	const struct loss *loss;
};

void
normal_form_open(struct normal_form *form)
{
	*form = (struct normal_form){0};
	json_open(&form->json);
}

void
normal_form_close(struct normal_form *form)
{
	json_close(&form->json);
	buffer_free(&form->key);
	buffer_free(&form->body);
	buffer_free(&form->store);
	buffer_free(&form->id);
	free(form->members);
	free(form->losses);
	*form = (struct normal_form){0};
}

static int
compare_members(const void *a, const void *b)
{
	return slice_compare(((const struct normal_member *)a)->name,
	    ((const struct normal_member *)b)->name);
}

static void write_value(struct buffer *out, yyjson_val *value, bool repaired);

static void
append_without_nul(struct buffer *out, struct slice text)
{
	for (size_t i = 0; i < text.length; i++)
		if (text.data[i] != '\0')
			buffer_append_char(out, text.data[i]);
}

static void
write_string(struct buffer *out, struct slice text, bool repaired)
{
	struct buffer kept = {0};

	if (!repaired) {
		json_write_string(out, text);
		return;
	}
	append_without_nul(&kept, text);
	json_write_string(out, buffer_slice(&kept));
	buffer_free(&kept);
}

static void
write_object(struct buffer *out, yyjson_val *object, bool repaired)
{
	size_t count = yyjson_obj_size(object), i, max;
	struct normal_member *members = memory_array(count, sizeof *members);
	yyjson_val *name, *value;

	yyjson_obj_foreach(object, i, max, name, value)
		members[i] = (struct normal_member){json_text(name), value,
		    NULL};
	qsort(members, count, sizeof *members, compare_members);
	buffer_append_char(out, '{');
	for (i = 0; i < count; i++) {
		if (i > 0)
			buffer_append_char(out, ',');
		write_string(out, members[i].name, repaired);
		buffer_append_char(out, ':');
		write_value(out, members[i].value, repaired);
	}
	buffer_append_char(out, '}');
	free(members);
}

static void
write_value(struct buffer *out, yyjson_val *value, bool repaired)
{
	yyjson_val *item;
	size_t i, max;

	if (yyjson_is_obj(value)) {
		write_object(out, value, repaired);
	} else if (yyjson_is_arr(value)) {
		buffer_append_char(out, '[');
		yyjson_arr_foreach(value, i, max, item) {
			if (i > 0)
				buffer_append_char(out, ',');
			write_value(out, item, repaired);
		}
		buffer_append_char(out, ']');
	} else if (json_is_number(value)) {
		if (!number_write_plain(out, json_text(value)))
			buffer_append_slice(out, repaired ? slice_of("null") :
			    json_text(value));
	} else if (yyjson_is_str(value)) {
		write_string(out, json_text(value), repaired);
	} else {
		json_write(out, value);
	}
}

/* Of the whole table only a few losses can happen in a store. */
static void
choose_losses(struct normal_form *form, const struct loss_table *table,
    const char *store)
{
	if (form->table == table && slice_is(buffer_slice(&form->store),
	    store))
		return;
	form->table = table;
	buffer_clear(&form->store);
	buffer_append_text(&form->store, store);
	free(form->losses);
	form->losses = memory_array(table->count, sizeof *form->losses);
	form->loss_count = 0;
	form->id_loss = NULL;
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->losses[i].store, store) != 0)
			continue;
		else if (table->losses[i].rule == LOSS_UUID_ID)
			form->id_loss = &table->losses[i];
		else
			form->losses[form->loss_count++] = &table->losses[i];
}

static const struct loss *
find_loss(const struct normal_form *form, struct slice member)
{
	for (size_t i = 0; i < form->loss_count; i++)
		if (slice_is(member, form->losses[i]->member))
			return form->losses[i];
	return NULL;
}

static bool
read_instant(const struct loss *loss, yyjson_val *value, int64_t *instant)
{
	if (value == NULL)
		return false;
	if (loss->rule == LOSS_ISO_TIME)
		return yyjson_is_str(value) &&
		    timestamp_parse(json_text(value), instant);
	return json_is_number(value) &&
	    timestamp_from_seconds(json_text(value), instant) && *instant != 0;
}

/* A time that can't be read stays as it is: it can't come back either. */
static void
write_time(struct buffer *out, const struct loss *loss, yyjson_val *object,
    bool returned)
{
	yyjson_val *value = json_present(object, loss->member);
	/* What came back stands for itself only, a null and 1970, too. */
	yyjson_val *other = returned ? NULL :
	    json_present(object, loss->value);
	int64_t instant = 0;

	if (returned && value == NULL)
		buffer_append_text(out, "null");
	else if (!read_instant(loss, value, &instant) &&
	    !read_instant(loss, other, &instant) &&
	    value != NULL && !json_is_number(value))
		write_value(out, value, false);
	else
		timestamp_write_seconds(out, timestamp_floor(instant,
		    loss->digits));
}

/* What member ${member} stands for once ${loss} has happened. */
static void
write_member(struct normal_form *form, const struct normal_member *member,
    yyjson_val *object)
{
	const struct loss *loss = member->loss;
	struct buffer *out = &form->body;
	unsigned char uuid[UUID_SIZE];

	if (loss != NULL && (loss->rule == LOSS_SECONDS ||
	    loss->rule == LOSS_ISO_TIME))
		write_time(out, loss, object, form->returned);
	else if (loss != NULL && loss->rule == LOSS_UUID &&
	    uuid_parse(json_text(member->value), uuid))
		uuid_write(out, uuid);
	else if (member->value != NULL && !(loss != NULL &&
	    loss->rule == LOSS_EMPTY_LIST && slice_is(json_text(member->value),
	    "")))
		write_value(out, member->value, form->repaired);
	else
		buffer_append_text(out, loss != NULL && loss->rule ==
		    LOSS_MISSING ? loss->value : "null");
}

static bool
is_identity(const struct record *record, yyjson_val *value)
{
	return yyjson_is_str(value) &&
	    slice_equal(json_text(value), record->id);
}

static void
count_loss(const struct loss_counter *counter, const struct record *record,
    struct slice member, const struct loss *loss)
{
	if (counter != NULL && counter->count != NULL)
		counter->count(counter->context, record->store, member, loss);
}

static void
add_member(struct normal_form *form, size_t *count, struct slice name,
    yyjson_val *value, const struct loss *loss)
{
	form->members = memory_grow(form->members, &form->capacity,
	    *count + 1, sizeof *form->members);
	form->members[(*count)++] = (struct normal_member){name, value, loss};
}

static bool
is_column(struct slice name)
{
	size_t length = strlen(NORMAL_FORM_COLUMN);

	return name.length > length &&
	    memcmp(name.data, NORMAL_FORM_COLUMN, length) == 0;
}

/* Whether an older member of another name says what ${name} is null about. */
static bool
is_superseded(const struct normal_form *form, yyjson_val *object,
    struct slice name, yyjson_val *value)
{
	for (size_t i = 0; i < form->loss_count && yyjson_is_null(value); i++)
		if (form->losses[i]->rule == LOSS_RENAMED &&
		    slice_is(name, form->losses[i]->value) &&
		    json_present(object, form->losses[i]->member) != NULL)
			return true;
	return false;
}

/* Decide what becomes of a member that the record has. */
static void
keep_member(struct normal_form *form, size_t *count,
    const struct record *record, yyjson_val *object, struct slice name,
    yyjson_val *value, const struct loss_counter *counter)
{
	const struct loss_table *table = form->table;
	const struct loss *loss = find_loss(form, name);

	if (is_superseded(form, object, name, value))
		return;
	if (loss != NULL && loss->rule == LOSS_RENAMED) {
		count_loss(counter, record, name, loss);
		if (json_present(object, loss->value) != NULL ||
		    (yyjson_is_null(value) &&
		    json_member(object, loss->value) != NULL))
			return;
		name = slice_of(loss->value);
		loss = NULL;
	}
	if (loss == NULL && table->keeps != NULL &&
	    !table->keeps(record->store, name) &&
	    !(form->of_row && is_column(name))) {
		count_loss(counter, record, name, NULL);
		return;
	}
	if (loss != NULL && (loss->rule == LOSS_DROPPED ||
	    (loss->rule == LOSS_IDENTITY && is_identity(record, value)))) {
		count_loss(counter, record, name, loss);
		return;
	}
	add_member(form, count, name, value, loss);
}

/* Add what a missing member comes back as. */
static void
add_missing(struct normal_form *form, size_t *count,
    const struct record *record, const struct loss_counter *counter)
{
	for (size_t i = 0; i < form->loss_count; i++) {
		const struct loss *loss = form->losses[i];
		bool found = false;

		if (loss->rule == LOSS_DROPPED ||
		    loss->rule == LOSS_IDENTITY ||
		    loss->rule == LOSS_RENAMED || loss->rule == LOSS_UUID)
			continue;
		for (size_t j = 0; j < *count && !found; j++)
			found = slice_is(form->members[j].name, loss->member);
		if (found)
			continue;
		count_loss(counter, record, slice_of(loss->member), loss);
		add_member(form, count, slice_of(loss->member), NULL, loss);
	}
}

/* Whether a text is no UUID at all, or is spelt as it comes back. */
static bool
is_plain_uuid(struct slice text)
{
	unsigned char uuid[UUID_SIZE];
	struct buffer spelt = {0};
	bool same;

	if (!uuid_parse(text, uuid))
		return true;
	uuid_write(&spelt, uuid);
	same = text.length + 2 == spelt.length &&
	    memcmp(text.data, spelt.data + 1, text.length) == 0;
	buffer_free(&spelt);
	return same;
}

/* Whether a member that is there comes back as it was written, and not only as
 * the ${normal} form of it. */
static bool
is_kept(const struct normal_member *member, struct slice normal)
{
	struct slice text = json_text(member->value);
	struct buffer back = {0};
	int64_t instant;
	bool kept = true;

	if (member->value == NULL || member->loss == NULL)
		return true;
	switch (member->loss->rule) {
	case LOSS_SECONDS:
		return slice_equal(text, normal);
	case LOSS_UUID:
		return is_plain_uuid(text);
	case LOSS_EMPTY_LIST:
		return !slice_is(text, "");
	case LOSS_ISO_TIME:
		if (!read_instant(member->loss, member->value, &instant))
			return yyjson_is_str(member->value);
		timestamp_write(&back, timestamp_floor(instant,
		    member->loss->digits));
		kept = slice_equal(text, buffer_slice(&back));
		buffer_free(&back);
		return kept;
	default:
		return true;
	}
}

/* A line for each member; what isn't kept of one that is there is counted. */
static void
write_members(struct normal_form *form, size_t count,
    const struct record *record, yyjson_val *object,
    const struct loss_counter *counter)
{
	struct buffer *body = &form->body;

	for (size_t i = 0; i < count; i++) {
		const struct normal_member *member = &form->members[i];
		size_t start;

		json_write_string(body, member->name);
		buffer_append_char(body, ':');
		start = body->length;
		write_member(form, member, object);
		if (counter != NULL && !is_kept(member, (struct slice){
		    body->data + start, body->length - start}))
			count_loss(counter, record, member->name,
			    member->loss);
		buffer_append_char(body, '\n');
	}
}

static void
append_part(struct buffer *out, struct slice part)
{
	uint64_t length = part.data == NULL ? UINT64_MAX : part.length;

	buffer_append(out, &length, sizeof length);
	buffer_append_slice(out, part);
}

static void
append_key(struct normal_form *form, struct slice part)
{
	struct buffer kept = {0};

	if (form->repaired && part.length > 0 &&
	    memchr(part.data, '\0', part.length) != NULL) {
		append_without_nul(&kept, part);
		append_part(&form->key, (struct slice){kept.length > 0 ?
		    kept.data : "", kept.length});
	} else {
		append_part(&form->key, part);
	}
	buffer_free(&kept);
}

/* The id as it comes back. */
static struct slice
normal_id(struct normal_form *form, const struct record *record,
    const struct loss_counter *counter)
{
	unsigned char uuid[UUID_SIZE];

	if (form->id_loss == NULL || !uuid_parse(record->id, uuid))
		return record->id;
	if (!is_plain_uuid(record->id))
		count_loss(counter, record, slice_of(form->id_loss->member),
		    form->id_loss);
	buffer_clear(&form->id);
	uuid_write(&form->id, uuid);
	return (struct slice){form->id.data + 1, form->id.length - 2};
}

/* Store and key. An edge has no direction: its ends stand in byte order. */
static void
make_key(struct normal_form *form, const struct record *record,
    const struct loss_counter *counter)
{
	buffer_clear(&form->key);
	append_part(&form->key, slice_of(record->store));
	if (record->kind != RECORD_EDGE) {
		append_key(form, normal_id(form, record, counter));
		return;
	}
	if (slice_compare(record->source, record->target) <= 0) {
		append_key(form, record->source);
		append_key(form, record->target);
	} else {
		append_key(form, record->target);
		append_key(form, record->source);
	}
}

int
normal_form_make(struct normal_form *form, const struct record *record,
    const struct loss_table *table, const struct loss_counter *counter,
    struct error *error)
{
	static const struct loss_table none = {0};
	yyjson_val *object = record->value, *name, *value;
	size_t count = 0, i, max;

	if (table == NULL)
		table = &none;
	choose_losses(form, table, record->store);
	if (object == NULL && json_parse_line(&form->json, record->value_text,
	    &object) != JSON_GOOD)
		return error_set(error, STATUS_DATA, "%s: seq %llu: not JSON",
		    record->store, (unsigned long long)record->seq);
	yyjson_obj_foreach(object, i, max, name, value)
		keep_member(form, &count, record, object, json_text(name),
		    value, counter);
	add_missing(form, &count, record, counter);
	if (count > 0)
		qsort(form->members, count, sizeof *form->members,
		    compare_members);
	make_key(form, record, counter);
	buffer_clear(&form->body);
	write_members(form, count, record, object, counter);
	form->members_length = form->body.length;
	append_part(&form->body, record->vector);
	return 0;
}

struct slice
normal_form_members(const struct normal_form *form)
{
	return (struct slice){form->body.data, form->members_length};
}
