#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "writer/list_partitions.h"

const char list_partition_constraint[] = "hr_partition";

static unsigned long long
hash48(const char *home, const char *workspace)
{
	struct buffer text = {0};
	unsigned __int128 hash;

	buffer_append_text(&text, home);
	if (workspace != NULL) {
		buffer_append_char(&text, '\0');
		buffer_append_text(&text, workspace);
	}
	hash = digest_hash(buffer_slice(&text));
	buffer_free(&text);
	return (unsigned long long)(hash & 0xFFFFFFFFFFFF);
}

void
list_partitions_name(struct list_partition_names *names,
    const char *home, const char *workspace)
{
	unsigned long long one = hash48(home, workspace);

	snprintf(names->rest, sizeof names->rest, "hr_%012llx_rest",
	    hash48(home, NULL));
	snprintf(names->part, sizeof names->part, "hr_%012llx_part", one);
	snprintf(names->rows, sizeof names->rows, "hr_%012llx_rows", one);
	snprintf(names->without, sizeof names->without, "hr_not_%012llx",
	    one);
}

/* A table with embeddings, by whose key it can be cut. */
static bool
is_fit(const struct table *table)
{
	bool vectors = false, in_key = false;

	for (size_t i = 0; i < table->column_count; i++)
		vectors |= table->columns[i].type == TYPE_VECTOR ||
		    table->columns[i].type == TYPE_HALFVEC;
	for (size_t i = 0; i < table->key_count; i++)
		in_key |= strcmp(table->key[i], table->scope) == 0;
	return vectors && in_key && table->foreign_key_count == 0;
}

int
list_partitions_kind(struct loader *loader, const struct table *table, char *kind,
    struct error *error)
{
	struct list_partition_names names;
	PGresult *found;

	list_partitions_name(&names, loader->home, loader->workspace);
	found = connection_query(&loader->connection, "SELECT CASE WHEN "
	    "c.relkind = 'p' AND EXISTS (SELECT FROM pg_inherits WHERE "
	    "inhparent = c.oid AND inhrelid = to_regclass(quote_ident($3) || "
	    "'.' || quote_ident($2))) THEN 'p' ELSE 'o' END FROM pg_class c "
	    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = "
	    "$1 AND c.relname = $2", 3, (const char *[]){loader->home,
	    table->name, names.rest}, error);
	if (found == NULL)
		return -1;
	*kind = PQntuples(found) > 0 ? PQgetvalue(found, 0, 0)[0] : ' ';
	PQclear(found);
	return 0;
}

int
list_partitions_look(struct loader *loader, struct error *error)
{
	const struct table_set *set = loader->set;
	char kind;

	free(loader->list_partitions);
	loader->list_partitions = memory_array(set->table_count,
	    sizeof *loader->list_partitions);
	for (size_t i = 0; i < set->table_count; i++) {
		if (!is_fit(&set->tables[i]) || set->home.existing)
			continue;
		if (list_partitions_kind(loader, &set->tables[i], &kind,
		    error) != 0)
			return -1;
		if (kind == 'o' && loader->options.partitioned)
			return error_set(error, STATUS_TARGET, "%s: %s is there "
			    "already, and not in hr's partitions: load without "
			    "--partitioned, or into another PostgreSQL schema "
			    "(search_path), where the tables are made anew",
			    loader->connection.place, set->tables[i].name);
		loader->list_partitions[i] = kind == 'p' ||
		    (kind == ' ' && loader->options.partitioned);
	}
	return 0;
}
