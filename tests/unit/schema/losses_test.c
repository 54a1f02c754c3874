/*
 * The loss table is honest: of each entry, the record with the loss and the
 * one it stands for become the very same row, so that nothing could tell
 * them apart; and the loss is counted.
 */
#include "scratch.h"

#include "postgres/copy_binary.h"
#include "schema/lightrag.h"

static struct schema *schema;
static struct store stores[LIGHTRAG_STORES];

static int
set_up(void **state)
{
	struct header header = {.system = "lightrag", .workspace = "w",
	    .stores = stores, .store_count = LIGHTRAG_STORES};
	struct schema_options options = {.embedding_model = "m"};
	struct error error;

	(void)state;
	for (size_t i = 0; i < LIGHTRAG_STORES; i++)
		stores[i] = (struct store){.name = lightrag_mappings[i].store,
		    .shape = lightrag_mappings[i].shape, .dimension =
		    lightrag_mappings[i].shape == SHAPE_VECTOR ? 2 : 0};
	schema = schema_open(&schema_lightrag, &header, &options, &error);
	return schema == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	schema_close(schema);
	return 0;
}

static struct record
record_of(const struct mapping *mapping, const char *value, struct json *json)
{
	struct record record = {.kind = (enum record_kind)mapping->shape,
	    .store = mapping->store, .seq = 1, .id = slice_of("id")};

	if (mapping->shape == SHAPE_VECTOR)
		record.vector = slice_of("AACAPwAAAMA=");
	if (json_parse(json, slice_of(value), &record.value) != JSON_GOOD)
		fail_msg("%s", value);
	return record;
}

/* The bytes that COPY sends for the record. */
static void
make_row(const struct mapping *mapping, const char *value, struct buffer *out)
{
	struct table *table = &schema_tables(schema)->tables[mapping -
	    lightrag_mappings];
	struct copy_problem problem = {0};
	struct buffer scratch_buffer = {0};
	struct record record, row;
	struct json json, rows;
	struct error error;

	json_open(&json);
	json_open(&rows);
	assert_string_equal(table->store, mapping->store);
	record = record_of(mapping, value, &json);
	assert_int_equal(schema_forward(schema, &record, &row, &error), 0);
	assert_int_equal(row.kind, RECORD_ROW);
	assert_int_equal(json_parse(&rows, row.value_text, &row.value),
	    JSON_GOOD);
	if (!copy_encode_row(table->columns, table->column_count, row.value,
	    NULL, &scratch_buffer, out, &problem))
		fail_msg("%s: %s: %s %s", mapping->store, value,
		    problem.column, problem.detail);
	buffer_free(&scratch_buffer);
	json_close(&json);
	json_close(&rows);
}

struct counted {
	const char *member;
	unsigned count;
};

static void
count(void *context, const char *store, struct slice member,
    const struct loss *loss)
{
	struct counted *counted = context;

	(void)store, (void)loss;
	counted->count += slice_is(member, counted->member);
}

/* The normal form; returns how often the loss of ${member} was counted. */
static unsigned
make_form(const struct mapping *mapping, const char *value,
    const char *member, const struct loss_table *losses, struct buffer *out)
{
	struct counted counted = {member, 0};
	struct loss_counter counter = {count, &counted};
	struct normal_form form;
	struct record record;
	struct json json;
	struct error error;

	json_open(&json);
	normal_form_open(&form);
	record = record_of(mapping, value, &json);
	assert_int_equal(normal_form_make(&form, &record, losses, &counter,
	    &error), 0);
	buffer_append_slice(out, buffer_slice(&form.body));
	normal_form_close(&form);
	json_close(&json);
	return counted.count;
}

/* ${lossy} stands for ${kept}: the same row, and the loss is counted. */
static void
expect_lost(const struct mapping *mapping, const char *member,
    const char *lossy, const char *kept)
{
	struct buffer rows[2] = {0}, forms[2] = {0}, plain[2] = {0};
	unsigned lost;

	make_row(mapping, lossy, &rows[0]);
	make_row(mapping, kept, &rows[1]);
	if (!slice_equal(buffer_slice(&rows[0]), buffer_slice(&rows[1])))
		fail_msg("%s: %s and %s become other rows", mapping->store,
		    lossy, kept);
	lost = make_form(mapping, lossy, member, &lightrag_losses, &forms[0]);
	if (lost != 1)
		fail_msg("%s: %s: %s was counted %u times", mapping->store,
		    lossy, member, lost);
	make_form(mapping, kept, member, &lightrag_losses, &forms[1]);
	if (!slice_equal(buffer_slice(&forms[0]), buffer_slice(&forms[1])))
		fail_msg("%s: %s and %s differ", mapping->store, lossy, kept);
	make_form(mapping, lossy, member, NULL, &plain[0]);
	make_form(mapping, kept, member, NULL, &plain[1]);
	if (slice_equal(buffer_slice(&plain[0]), buffer_slice(&plain[1])))
		fail_msg("%s: %s and %s are the same anyway", mapping->store,
		    lossy, kept);
	for (int i = 0; i < 2; i++) {
		buffer_free(&rows[i]);
		buffer_free(&forms[i]);
		buffer_free(&plain[i]);
	}
}

/* The other side: what isn't lost makes another row. */
static void
expect_kept(const struct mapping *mapping, const char *one, const char *two)
{
	struct buffer rows[2] = {0};

	make_row(mapping, one, &rows[0]);
	make_row(mapping, two, &rows[1]);
	if (slice_equal(buffer_slice(&rows[0]), buffer_slice(&rows[1])))
		fail_msg("%s: %s and %s become the same row", mapping->store,
		    one, two);
	buffer_free(&rows[0]);
	buffer_free(&rows[1]);
}

static const char *
text(const char *format, const char *one, const char *two)
{
	static char texts[4][256];
	static unsigned next;
	char *out = texts[next++ % 4];

	snprintf(out, sizeof texts[0], format, one, two);
	return out;
}

static void
check_missing(const struct mapping *mapping, const struct loss *loss)
{
	const char *member = loss->member;
	bool number = strcmp(member, "tokens") == 0 ||
	    strcmp(member, "count") == 0 || strstr(member, "_length") ||
	    strcmp(member, "chunks_count") == 0 || strstr(member, "_index");

	expect_lost(mapping, member, "{}", text("{\"%s\":%s}", member,
	    loss->value));
	expect_kept(mapping, "{}", text("{\"%s\":%s}", member, number ? "7" :
	    "\"another\""));
}

static void
check_seconds(const struct mapping *mapping, const struct loss *loss)
{
	const char *member = loss->member, *other = loss->value;

	expect_lost(mapping, member, text("{\"%s\":5.1234567}", member, ""),
	    text(loss->digits == 6 ? "{\"%s\":5.123456}" : "{\"%s\":5}",
	    member, ""));
	expect_lost(mapping, member, "{}", text("{\"%s\":0}", member, ""));
	expect_kept(mapping, text("{\"%s\":5}", member, ""),
	    text("{\"%s\":6}", member, ""));
	if (other == NULL)
		return;
	expect_lost(mapping, member, text("{\"%s\":0,\"%s\":7}", member,
	    other), text("{\"%s\":7,\"%s\":7}", member, other));
	expect_lost(mapping, member, text("{\"%s\":null,\"%s\":7}", member,
	    other), text("{\"%s\":7,\"%s\":7}", member, other));
}

static void
check_iso_time(const struct mapping *mapping, const struct loss *loss)
{
	const char *member = loss->member, *other = loss->value;
	const char *kept = text("{\"%s\":\"2026-08-05T01:02:03.456789\"}",
	    member, "");

	expect_lost(mapping, member,
	    text("{\"%s\":\"2026-08-05T03:02:03.456789+02:00\"}", member, ""),
	    kept);
	expect_lost(mapping, member,
	    text("{\"%s\":\"2026-08-05 01:02:03.4567891\"}", member, ""),
	    kept);
	expect_lost(mapping, member,
	    text("{\"%.0s%s\":\"2026-08-05T01:02:03\"}", member, other),
	    text("{\"%s\":\"2026-08-05T01:02:03\","
	    "\"%s\":\"2026-08-05T01:02:03\"}", member, other));
	expect_kept(mapping, kept,
	    text("{\"%s\":\"2026-08-05T01:02:03.456788\"}", member, ""));
}

static void
check_loss(const struct mapping *mapping, const struct loss *loss)
{
	const char *member = loss->member;

	switch (loss->rule) {
	case LOSS_DROPPED:
		expect_lost(mapping, member, text("{\"%s\":\"x\"}", member,
		    ""), "{}");
		break;
	case LOSS_IDENTITY:
		expect_lost(mapping, member, text("{\"%s\":\"id\"}", member,
		    ""), "{}");
		break;
	case LOSS_MISSING:
		check_missing(mapping, loss);
		break;
	case LOSS_RENAMED:
		expect_lost(mapping, member, text("{\"%s\":\"x\"}", member,
		    ""), text("{\"%s\":\"x\"}", loss->value, ""));
		break;
	case LOSS_SECONDS:
		check_seconds(mapping, loss);
		break;
	case LOSS_ISO_TIME:
		check_iso_time(mapping, loss);
		break;
	case LOSS_UUID: /* see llmspell_test.c */
	case LOSS_UUID_ID:
		fail_msg("LightRAG has no UUIDs");
		break;
	case LOSS_EMPTY_LIST:
		expect_lost(mapping, member, text("{\"%s\":\"\"}", member,
		    ""), text("{\"%s\":null}", member, ""));
		expect_lost(mapping, member, "{}", text("{\"%s\":null}",
		    member, ""));
		break;
	}
}

static void
every_loss(void **state)
{
	size_t checked = 0;

	(void)state;
	for (size_t i = 0; i < lightrag_losses.count; i++) {
		const struct loss *loss = &lightrag_losses.losses[i];

		for (size_t j = 0; j < LIGHTRAG_STORES; j++) {
			const struct mapping *mapping = &lightrag_mappings[j];

			if (strcmp(loss->store, mapping->store) != 0)
				continue;
			check_loss(mapping, loss);
			checked++;
		}
	}
	assert_int_equal(checked, lightrag_losses.count);
}

/* A member without a column is dropped and counted by its own name. */
static void
unknown_members(void **state)
{
	(void)state;
	for (size_t i = 0; i < LIGHTRAG_STORES; i++)
		if (lightrag_mappings[i].identity != NULL)
			expect_lost(&lightrag_mappings[i], "unheard_of",
			    "{\"unheard_of\":1}", "{}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_loss),
	    cmocka_unit_test(unknown_members),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
