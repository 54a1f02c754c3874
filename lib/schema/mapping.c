#include "schema/mapping.h"

bool
mapping_keeps(const struct mapping *mapping, struct slice member)
{
	for (size_t i = 0; i < mapping->field_count; i++) {
		const struct field *field = &mapping->fields[i];

		if (field->source == FIELD_VALUE)
			return true;
		if ((field->member != NULL && slice_is(member,
		    field->member)) || (field->other != NULL &&
		    field->source == FIELD_MEMBER && slice_is(member,
		    field->other)))
			return true;
	}
	return mapping->identity != NULL && slice_is(member,
	    mapping->identity);
}

enum { OWN_WORD = -1, RANKS = 3 };

/* Whether a field says so itself, or ${rank} tells by what it holds. */
static bool
is_key(const struct field *field, int rank)
{
	if (rank == OWN_WORD)
		return field->key;
	switch (field->source) {
	case FIELD_WORKSPACE:
		return rank == 0;
	case FIELD_CONSTANT:
		return rank == 1 && field->not_null;
	case FIELD_ID:
	case FIELD_LOW_END:
	case FIELD_HIGH_END:
		return rank == 2;
	default:
		return false;
	}
}

static void
add_key(const struct mapping *mapping, int rank, struct table *table)
{
	for (size_t i = 0; i < mapping->field_count; i++)
		if (is_key(&mapping->fields[i], rank))
			table->key[table->key_count++] =
			    mapping->fields[i].column;
}

int
mapping_describe(const struct mapping *mapping, struct arena *arena,
    const char *name, uint32_t dimension, struct table *table,
    struct error *error)
{
	bool own;

	*table = (struct table){.name = name, .store = mapping->store,
	    .column_count = mapping->field_count};
	table->columns = arena_array(arena, mapping->field_count,
	    sizeof *table->columns);
	table->key = arena_array(arena, mapping->field_count,
	    sizeof *table->key);
	add_key(mapping, OWN_WORD, table);
	own = table->key_count > 0;
	for (int rank = 0; rank < RANKS && !own; rank++)
		add_key(mapping, rank, table);
	for (size_t i = 0; i < mapping->field_count; i++) {
		const struct field *field = &mapping->fields[i];
		struct column *column = &table->columns[i];

		column->name = field->column;
		column->not_null = field->not_null;
		column->default_form = field->default_form;
		column->default_text = field->default_text;
		if (field->source == FIELD_WORKSPACE)
			table->scope = field->column;
		if (!table_type_parse(slice_of(field->type), &column->type,
		    &column->limit))
			return error_set(error, STATUS_INTERNAL,
			    "%s.%s: type %s", name, field->column,
			    field->type);
		if (field->source == FIELD_VECTOR)
			column->limit = mapping->dimension > 0 ?
			    mapping->dimension : dimension;
	}
	return 0;
}
