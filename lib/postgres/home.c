#include "postgres/home.h"

static int
name_workspace(struct connection *connection, const char *setting,
    const char *workspace, struct error *error)
{
	const char *values[] = {setting, workspace};
	PGresult *result = connection_query(connection,
	    "SELECT set_config($1, $2, false)", 2, values, error);

	PQclear(result);
	return result == NULL ? -1 : 0;
}

static int
find_schema(struct connection *connection, const struct table_home *home,
    struct error *error)
{
	if (connection_use_schema(connection, home->schema, error) == 0)
		return 0;
	if (home->existing && error->status == STATUS_TARGET)
		error_set(error, STATUS_TARGET, "%s: there is no schema %s: "
		    "its tables are the application's to make; start it once "
		    "on this database, so that it does",
		    connection->place, home->schema);
	return -1;
}

char *
home_enter(struct connection *connection, const struct table_home *home,
    const char *workspace, struct error *error)
{
	if (home->schema != NULL && find_schema(connection, home, error) != 0)
		return NULL;
	if (home->setting != NULL && name_workspace(connection, home->setting,
	    workspace, error) != 0)
		return NULL;
	return connection_schema(connection, error);
}
