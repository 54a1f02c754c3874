/*
 * The schema and its loss table: a record that becomes a row, goes through
 * COPY BINARY and comes back is, in normal form, the record that it was.
 */
#include "fuzz.h"

#include "codec/base64.h"
#include "postgres/copy_binary.h"
#include "schema/lightrag.h"

static struct schema *
open_schema(void)
{
	struct store stores[LIGHTRAG_STORES];
	struct header header = {.system = "lightrag", .workspace = "w",
	    .stores = stores, .store_count = LIGHTRAG_STORES};
	struct schema_options options = {.embedding_model = "m"};
	struct error error;
	struct schema *schema;

	for (size_t i = 0; i < LIGHTRAG_STORES; i++)
		stores[i] = (struct store){.name = lightrag_mappings[i].store,
		    .shape = lightrag_mappings[i].shape, .dimension =
		    lightrag_mappings[i].shape == SHAPE_VECTOR ? 2 : 0};
	schema = schema_open(&schema_lightrag, &header, &options, &error);
	must(schema != NULL);
	return schema;
}

static const struct table *
table_of(struct schema *schema, const char *store)
{
	struct table_set *set = schema_tables(schema);

	for (size_t i = 0; i < set->table_count; i++)
		if (strcmp(set->tables[i].store, store) == 0)
			return &set->tables[i];
	abort();
}

static void
count_repair(void *context, const char *column, const char *what)
{
	(void)column, (void)what;
	*(bool *)context = true;
}

/* One column of the row there and back; false where the database would
 * refuse it. */
static bool
carry_column(const struct column *column, yyjson_val *row,
    const struct copy_repair *repair, struct buffer *out)
{
	struct buffer field = {0}, scratch = {0};
	struct copy_problem problem = {0};
	bool good = copy_encode_row(column, 1, row, repair, &scratch, &field,
	    &problem);
	uint32_t length;

	if (good) {
		memcpy(&length, field.data + 2, sizeof length);
		must(copy_decode_field(column, field.data + 6,
		    (int32_t)__builtin_bswap32(length), out));
	}
	buffer_free(&field);
	buffer_free(&scratch);
	return good;
}

/* The row as the database gives it back, as JSON text. */
static bool
carry_row(const struct table *table, struct slice text, bool *repaired,
    bool repair, struct buffer *out)
{
	struct copy_repair repairer = {count_repair, repaired};
	struct json json;
	yyjson_val *row;
	bool good = true;

	json_open(&json);
	must(json_parse(&json, text, &row) == JSON_GOOD);
	buffer_append_char(out, '{');
	for (size_t i = 0; i < table->column_count && good; i++) {
		json_write_name(out, table->columns[i].name, i == 0);
		good = carry_column(&table->columns[i], row, repair ?
		    &repairer : NULL, out);
	}
	buffer_append_char(out, '}');
	json_close(&json);
	return good;
}

static void
check_same(const struct record *was, const struct record *is, bool repaired)
{
	struct normal_form before, after;
	struct error error = {0};

	normal_form_open(&before);
	normal_form_open(&after);
	before.repaired = repaired;
	after.of_row = after.returned = true;
	must(normal_form_make(&before, was, &lightrag_losses, NULL,
	    &error) == 0);
	must(normal_form_make(&after, is, &lightrag_losses, NULL,
	    &error) == 0);
	must(slice_equal(buffer_slice(&before.key),
	    buffer_slice(&after.key)));
	must(slice_equal(buffer_slice(&before.body),
	    buffer_slice(&after.body)));
	normal_form_close(&before);
	normal_form_close(&after);
}

static void
there_and_back(struct schema *schema, const struct record *record,
    bool repair)
{
	struct record row, back;
	struct buffer returned = {0};
	struct json json;
	bool repaired = false;
	struct error error = {0};

	must(schema_forward(schema, record, &row, &error) == 0);
	must(row.kind == RECORD_ROW || row.reason.length > 0);
	if (row.kind == RECORD_ROW && carry_row(table_of(schema,
	    record->store), row.value_text, &repaired, repair, &returned)) {
		json_open(&json);
		must(json_parse(&json, buffer_slice(&returned), &row.value) ==
		    JSON_GOOD);
		must(schema_reverse(schema, &row, &back, &error) == 0);
		check_same(record, &back, repaired);
		json_close(&json);
	}
	buffer_free(&returned);
}

/* Which store, whether to repair; then the record's value. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz fuzz = {data, size};
	const struct mapping *mapping = &lightrag_mappings[fuzz_choice(&fuzz,
	    LIGHTRAG_STORES)];
	bool repair = fuzz_choice(&fuzz, 2) == 1;
	struct record record = {.store = mapping->store, .seq = 1,
	    .kind = (enum record_kind)mapping->shape, .id = slice_of("id")};
	struct schema *schema = open_schema();
	struct json json;

	json_open(&json);
	if (mapping->shape == SHAPE_VECTOR)
		record.vector = slice_of("AACAPwAAAMA=");
	if (mapping->shape == SHAPE_EDGE) {
		record.id = (struct slice){0};
		record.source = slice_of("b");
		record.target = slice_of("a");
	}
	if (json_parse(&json, fuzz_rest(&fuzz), &record.value) == JSON_GOOD &&
	    yyjson_is_obj(record.value))
		there_and_back(schema, &record, repair);
	json_close(&json);
	schema_close(schema);
	return 0;
}
