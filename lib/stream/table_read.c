/*
 * `table`, `finish` and `view` lines read back. A missing or misshapen member
 * is noted once in the reading state and found at the end, so that the code
 * reads like the description of the line.
 */
#include <string.h>

#include "base/memory.h"
#include "stream/table.h"

struct reading {
	struct arena *arena;
	const char *missing; /* first member that was not as it should be */
};

static bool
is_text(yyjson_val *value)
{
	return yyjson_is_str(value) && memchr(json_text(value).data, '\0',
	    json_text(value).length) == NULL;
}

static const char *
read_optional(struct reading *reading, yyjson_val *object, const char *name)
{
	yyjson_val *value = json_member(object, name);

	if (value == NULL)
		return NULL;
	if (!is_text(value)) {
		reading->missing = name;
		return "";
	}
	return arena_text(reading->arena, json_text(value));
}

static const char *
read_text(struct reading *reading, yyjson_val *object, const char *name)
{
	const char *text = read_optional(reading, object, name);

	if (text != NULL && text[0] != '\0')
		return text;
	reading->missing = name;
	return "";
}

/* Which of ${words} the member ${name} is; 0 if it is missing or none. */
static unsigned
read_word(struct reading *reading, yyjson_val *object, const char *name,
    const char *const *words, unsigned count)
{
	const char *text = read_optional(reading, object, name);

	for (unsigned i = 0; i < count && text != NULL; i++)
		if (words[i] != NULL && strcmp(words[i], text) == 0)
			return i;
	if (text != NULL || words[0] != NULL)
		reading->missing = name;
	return 0;
}

/* The array ${name} of ${object}, NULL (and noted) if it is none. */
static yyjson_val *
read_list(struct reading *reading, yyjson_val *object, const char *name,
    size_t *count)
{
	yyjson_val *list = json_member(object, name);

	*count = yyjson_arr_size(list);
	if (!yyjson_is_arr(list))
		reading->missing = name;
	return list;
}

static const char **
read_texts(struct reading *reading, yyjson_val *object, const char *name,
    size_t *count)
{
	yyjson_val *list = read_list(reading, object, name, count), *item;
	const char **texts = arena_array(reading->arena, *count, sizeof *texts);
	size_t i, max;

	yyjson_arr_foreach(list, i, max, item) {
		if (!is_text(item))
			reading->missing = name;
		texts[i] = is_text(item) ? arena_text(reading->arena,
		    json_text(item)) : "";
	}
	return texts;
}

static void
read_column(struct reading *reading, yyjson_val *item, struct column *column)
{
	static const char *const times[] = {NULL, "current_timestamp", "now"};
	yyjson_val *type = json_member(item, "type");
	unsigned form;

	column->name = read_text(reading, item, "name");
	if (!yyjson_is_str(type) || !table_type_parse(json_text(type),
	    &column->type, &column->limit))
		reading->missing = "type";
	column->not_null = yyjson_is_false(json_member(item, "nullable"));
	column->default_text = read_optional(reading, item, "default");
	form = read_word(reading, item, "default_time", times, 3);
	if (column->default_text != NULL)
		column->default_form = DEFAULT_TEXT;
	else if (form > 0)
		column->default_form = form == 1 ? DEFAULT_CURRENT_TIMESTAMP :
		    DEFAULT_NOW;
}

static void
read_index(struct reading *reading, yyjson_val *item, struct index *index)
{
	static const char *const methods[] = {"btree", "hnsw"};
	static const char *const orders[] = {NULL, "descending", "nulls first"};
	static const char *const forms[] = {"not null", "not empty", "after"};
	yyjson_val *list, *part;
	size_t i, max;

	index->name = read_text(reading, item, "name");
	index->hnsw = read_word(reading, item, "method", methods, 2) == 1;
	list = read_list(reading, item, "columns", &index->column_count);
	index->columns = arena_array(reading->arena, index->column_count,
	    sizeof *index->columns);
	yyjson_arr_foreach(list, i, max, part) {
		index->columns[i].name = read_text(reading, part, "name");
		index->columns[i].order = (enum index_order)read_word(reading,
		    part, "order", orders, 3);
	}
	list = json_member(item, "where");
	index->condition_count = yyjson_arr_size(list);
	index->conditions = arena_array(reading->arena,
	    index->condition_count, sizeof *index->conditions);
	yyjson_arr_foreach(list, i, max, part) {
		struct condition *condition = &index->conditions[i];

		condition->column = read_text(reading, part, "column");
		condition->form = (enum condition_form)read_word(reading, part,
		    "is", forms, 3);
		condition->other = read_optional(reading, part, "other");
		if (condition->form == CONDITION_AFTER &&
		    condition->other == NULL)
			reading->missing = "other";
	}
}

static void
read_foreign_key(struct reading *reading, yyjson_val *item,
    struct foreign_key *key)
{
	size_t referenced;

	key->name = read_text(reading, item, "name");
	key->table = read_text(reading, item, "table");
	key->columns = read_texts(reading, item, "columns",
	    &key->column_count);
	key->referenced = read_texts(reading, item, "referenced", &referenced);
	if (referenced != key->column_count)
		reading->missing = "referenced";
}

static void
read_partitions(struct reading *reading, yyjson_val *line,
    struct table *table)
{
	static const char *const units[] = {"month"};
	yyjson_val *item = json_member(line, "partitions");

	if (item == NULL)
		return;
	(void)read_word(reading, item, "by", units, 1);
	table->partitions.column = read_text(reading, item, "column");
	table->partitions.function = read_text(reading, item, "function");
	if (table_column(table, table->partitions.column) < 0)
		reading->missing = "partitions";
}

static void
read_table(struct reading *reading, yyjson_val *line, struct table *table)
{
	yyjson_val *list, *item;
	size_t i, max;

	table->name = read_text(reading, line, "table");
	table->alias = read_optional(reading, line, "alias");
	table->store = read_text(reading, line, "from");
	table->scope = read_text(reading, line, "scope");
	list = read_list(reading, line, "columns", &table->column_count);
	table->columns = arena_array(reading->arena, table->column_count,
	    sizeof *table->columns);
	yyjson_arr_foreach(list, i, max, item)
		read_column(reading, item, &table->columns[i]);
	table->key = read_texts(reading, line, "key", &table->key_count);
	table->key_name = read_optional(reading, line, "key_name");
	list = read_list(reading, line, "indexes", &table->index_count);
	table->indexes = arena_array(reading->arena, table->index_count,
	    sizeof *table->indexes);
	yyjson_arr_foreach(list, i, max, item)
		read_index(reading, item, &table->indexes[i]);
	list = read_list(reading, line, "foreign_keys",
	    &table->foreign_key_count);
	table->foreign_keys = arena_array(reading->arena,
	    table->foreign_key_count, sizeof *table->foreign_keys);
	yyjson_arr_foreach(list, i, max, item)
		read_foreign_key(reading, item, &table->foreign_keys[i]);
	read_partitions(reading, line, table);
	if (table->key_count == 0)
		reading->missing = "key";
	for (i = 0; i < table->key_count; i++)
		if (table_column(table, table->key[i]) < 0)
			reading->missing = "key";
	if (table_column(table, table->scope) < 0)
		reading->missing = "scope";
}

/* Custom variables only, which have a dot in their names: setting one of
 * PostgreSQL's own would be more than to say whose rows are meant. */
static bool
is_custom(const char *setting)
{
	const char *dot = strchr(setting, '.');
	size_t length = strspn(setting, "abcdefghijklmnopqrstuvwxyz_.");

	return dot != NULL && dot != setting && dot[1] != '\0' &&
	    strchr(dot + 1, '.') == NULL && setting[length] == '\0';
}

static void
read_home(struct reading *reading, yyjson_val *line, struct table_home *home)
{
	home->schema = read_optional(reading, line, "schema");
	home->setting = read_optional(reading, line, "setting");
	home->role = read_optional(reading, line, "role");
	home->existing = yyjson_is_true(json_member(line, "existing"));
	if (home->setting != NULL && !is_custom(home->setting))
		reading->missing = "setting";
}

static void
read_finish(struct reading *reading, yyjson_val *line, struct finish *finish)
{
	static const char *const forms[] = {"fill", "endpoints"};

	finish->endpoints = read_word(reading, line, "form", forms, 2) == 1;
	finish->table = read_text(reading, line, "table");
	finish->other = read_text(reading, line, "other");
	finish->columns = read_texts(reading, line, "columns",
	    &finish->column_count);
	finish->on = read_texts(reading, line, "on", &finish->on_count);
	if (!finish->endpoints)
		return;
	finish->identity = read_text(reading, line, "identity");
	finish->document = read_text(reading, line, "document");
	finish->member = read_text(reading, line, "member");
	finish->time = read_text(reading, line, "time");
}

static void
read_part(struct reading *reading, yyjson_val *item, struct view_part *part)
{
	static const char *const forms[] = {"column", "literal", "number",
	    "object"};
	yyjson_val *list, *column;
	size_t i, max;

	part->table = read_text(reading, item, "table");
	part->family = yyjson_is_true(json_member(item, "family"));
	list = read_list(reading, item, "columns", &part->column_count);
	part->columns = arena_array(reading->arena, part->column_count,
	    sizeof *part->columns);
	yyjson_arr_foreach(list, i, max, column) {
		struct expression *expression = &part->columns[i];

		expression->name = read_text(reading, column, "name");
		expression->form = (enum expression_form)read_word(reading,
		    column, "form", forms, 4);
		if (expression->form == EXPRESSION_OBJECT) {
			expression->names = read_texts(reading, column,
			    "names", &expression->name_count);
			continue;
		}
		expression->text = read_text(reading, column, "text");
		if (expression->form == EXPRESSION_NUMBER)
			expression->member = read_text(reading, column,
			    "member");
	}
}

static void
read_view(struct reading *reading, yyjson_val *line, struct view *view)
{
	yyjson_val *list, *item;
	size_t i, max;

	view->schema = read_text(reading, line, "schema");
	view->name = read_text(reading, line, "view");
	list = read_list(reading, line, "parts", &view->part_count);
	view->parts = arena_array(reading->arena, view->part_count,
	    sizeof *view->parts);
	yyjson_arr_foreach(list, i, max, item)
		read_part(reading, item, &view->parts[i]);
	if (view->part_count == 0)
		reading->missing = "parts";
}

/* Room for one more element in a list of the set; it is zeroed. */
#define ADD(list, count) \
	((list) = memory_resize((list), ((count) + 1) * sizeof *(list)), \
	    memset(&(list)[(count)], 0, sizeof *(list)), &(list)[(count)++])

int
table_read(struct table_set *set, yyjson_val *line, struct error *error)
{
	struct reading reading = {.arena = &set->arena};
	struct slice kind = json_text(json_member(line, "kind"));

	if (slice_is(kind, "table"))
		read_table(&reading, line,
		    ADD(set->tables, set->table_count));
	else if (slice_is(kind, "home"))
		read_home(&reading, line, &set->home);
	else if (slice_is(kind, "finish"))
		read_finish(&reading, line,
		    ADD(set->finishes, set->finish_count));
	else if (slice_is(kind, "view"))
		read_view(&reading, line, ADD(set->views, set->view_count));
	else
		return error_set(error, STATUS_INTERNAL, "not a table line");
	if (reading.missing == NULL && slice_is(kind, "finish") && table_find(
	    set, slice_of(set->finishes[set->finish_count - 1].table)) == NULL)
		reading.missing = "table";
	if (reading.missing != NULL)
		return error_set(error, STATUS_DATA,
		    "\"%.*s\" line: member \"%s\" is missing or malformed",
		    (int)kind.length, kind.data, reading.missing);
	return 0;
}
