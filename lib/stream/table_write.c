/*
 * Tables, finishing steps and views as lines of the stream. The members are
 * those of hr-stream(5); table_read.c reads them back.
 */
#include "stream/table.h"

static void
write_texts(struct buffer *out, const char *name, const char **texts,
    size_t count)
{
	json_write_name(out, name, false);
	buffer_append_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buffer_append_char(out, ',');
		json_write_string(out, slice_of(texts[i]));
	}
	buffer_append_char(out, ']');
}

/* Start the object of list item ${i}. Each begins with its "name". */
static void
begin_item(struct buffer *out, size_t i, const char *name)
{
	buffer_append_text(out, i > 0 ? ",{\"name\":" : "{\"name\":");
	json_write_string(out, slice_of(name));
}

static void
write_column(struct buffer *out, const struct column *column)
{
	struct buffer type = {0};

	table_type_format(column, &type);
	json_write_text(out, "type", buffer_text(&type));
	buffer_free(&type);
	json_write_name(out, "nullable", false);
	buffer_append_text(out, column->not_null ? "false" : "true");
	if (column->default_form == DEFAULT_TEXT)
		json_write_text(out, "default", column->default_text);
	else if (column->default_form != DEFAULT_NONE)
		json_write_text(out, "default_time",
		    column->default_form == DEFAULT_NOW ? "now" :
		    "current_timestamp");
	buffer_append_char(out, '}');
}

static void
write_condition(struct buffer *out, size_t i, const struct condition *condition)
{
	static const char *const forms[] = {"not null", "not empty", "after"};

	buffer_append_text(out, i > 0 ? ",{\"column\":" : "{\"column\":");
	json_write_string(out, slice_of(condition->column));
	json_write_text(out, "is", forms[condition->form]);
	json_write_text(out, "other", condition->other);
	buffer_append_char(out, '}');
}

static void
write_index(struct buffer *out, const struct index *index)
{
	static const char *const orders[] = {NULL, "descending", "nulls first"};

	json_write_text(out, "method", index->hnsw ? "hnsw" : "btree");
	json_write_name(out, "columns", false);
	buffer_append_char(out, '[');
	for (size_t i = 0; i < index->column_count; i++) {
		begin_item(out, i, index->columns[i].name);
		json_write_text(out, "order", orders[index->columns[i].order]);
		buffer_append_char(out, '}');
	}
	buffer_append_char(out, ']');
	if (index->condition_count > 0) {
		json_write_name(out, "where", false);
		buffer_append_char(out, '[');
		for (size_t i = 0; i < index->condition_count; i++)
			write_condition(out, i, &index->conditions[i]);
		buffer_append_char(out, ']');
	}
	buffer_append_char(out, '}');
}

static void
write_foreign_key(struct buffer *out, const struct foreign_key *key)
{
	write_texts(out, "columns", key->columns, key->column_count);
	json_write_text(out, "table", key->table);
	write_texts(out, "referenced", key->referenced, key->column_count);
	buffer_append_char(out, '}');
}

void
table_write(struct buffer *out, const struct table *table)
{
	buffer_append_text(out, "{\"kind\":\"table\"");
	json_write_text(out, "table", table->name);
	json_write_text(out, "alias", table->alias);
	json_write_text(out, "from", table->store);
	json_write_text(out, "scope", table->scope);
	json_write_name(out, "columns", false);
	buffer_append_char(out, '[');
	for (size_t i = 0; i < table->column_count; i++) {
		begin_item(out, i, table->columns[i].name);
		write_column(out, &table->columns[i]);
	}
	buffer_append_char(out, ']');
	write_texts(out, "key", table->key, table->key_count);
	json_write_text(out, "key_name", table->key_name);
	json_write_name(out, "indexes", false);
	buffer_append_char(out, '[');
	for (size_t i = 0; i < table->index_count; i++) {
		begin_item(out, i, table->indexes[i].name);
		write_index(out, &table->indexes[i]);
	}
	buffer_append_char(out, ']');
	json_write_name(out, "foreign_keys", false);
	buffer_append_char(out, '[');
	for (size_t i = 0; i < table->foreign_key_count; i++) {
		begin_item(out, i, table->foreign_keys[i].name);
		write_foreign_key(out, &table->foreign_keys[i]);
	}
	buffer_append_char(out, ']');
	if (table->partitions.column != NULL) {
		buffer_append_text(out, ",\"partitions\":{\"by\":\"month\"");
		json_write_text(out, "column", table->partitions.column);
		json_write_text(out, "function", table->partitions.function);
		buffer_append_char(out, '}');
	}
	json_write_text(out, "conflict", "insert");
	buffer_append_char(out, '}');
}

void
table_write_home(struct buffer *out, const struct table_home *home)
{
	buffer_append_text(out, "{\"kind\":\"home\"");
	json_write_text(out, "schema", home->schema);
	json_write_text(out, "setting", home->setting);
	json_write_text(out, "role", home->role);
	json_write_name(out, "existing", false);
	buffer_append_text(out, home->existing ? "true}" : "false}");
}

void
table_write_finish(struct buffer *out, const struct finish *finish)
{
	buffer_append_text(out, "{\"kind\":\"finish\"");
	json_write_text(out, "form", finish->endpoints ? "endpoints" : "fill");
	json_write_text(out, "table", finish->table);
	json_write_text(out, "other", finish->other);
	write_texts(out, "columns", finish->columns, finish->column_count);
	write_texts(out, "on", finish->on, finish->on_count);
	json_write_text(out, "identity", finish->identity);
	json_write_text(out, "document", finish->document);
	json_write_text(out, "member", finish->member);
	json_write_text(out, "time", finish->time);
	buffer_append_char(out, '}');
}

static void
write_expression(struct buffer *out, const struct expression *expression)
{
	static const char *const forms[] = {"column", "literal", "number",
	    "object"};

	json_write_text(out, "form", forms[expression->form]);
	json_write_text(out, "text", expression->text);
	json_write_text(out, "member", expression->member);
	if (expression->form == EXPRESSION_OBJECT)
		write_texts(out, "names", expression->names,
		    expression->name_count);
	buffer_append_char(out, '}');
}

void
table_write_view(struct buffer *out, const struct view *view)
{
	buffer_append_text(out, "{\"kind\":\"view\"");
	json_write_text(out, "schema", view->schema);
	json_write_text(out, "view", view->name);
	json_write_name(out, "parts", false);
	buffer_append_char(out, '[');
	for (size_t i = 0; i < view->part_count; i++) {
		const struct view_part *part = &view->parts[i];

		buffer_append_text(out, i > 0 ? ",{\"table\":" : "{\"table\":");
		json_write_string(out, slice_of(part->table));
		json_write_name(out, "family", false);
		buffer_append_text(out, part->family ? "true" : "false");
		json_write_name(out, "columns", false);
		buffer_append_char(out, '[');
		for (size_t j = 0; j < part->column_count; j++) {
			begin_item(out, j, part->columns[j].name);
			write_expression(out, &part->columns[j]);
		}
		buffer_append_text(out, "]}");
	}
	buffer_append_text(out, "]}");
}
