/*
 * Where an application's tables lie, and as whom a session asks for them.
 */
#ifndef HR_POSTGRES_HOME_H
#define HR_POSTGRES_HOME_H

#include "postgres/connection.h"
#include "stream/table.h"

/**
 * home_enter(connection, home, workspace, error):
 * Make the session one that sees ${workspace}'s rows in the tables of
 * ${home}: its schema comes first, its variable holds the workspace. Return
 * the schema's name, which the caller frees, or NULL: STATUS_TARGET where
 * there is no such schema.
 */
char *home_enter(struct connection *connection, const struct table_home *home,
    const char *workspace, struct error *error);

#endif
