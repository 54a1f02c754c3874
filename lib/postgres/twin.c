#include <string.h>

#include "postgres/twin.h"

/* Of a list of hosts the one that was taken. */
static const char *
value_of(PGconn *pg, const PQconninfoOption *option)
{
	if (strcmp(option->keyword, "host") == 0)
		return PQhost(pg);
	if (strcmp(option->keyword, "hostaddr") == 0)
		return PQhostaddr(pg);
	if (strcmp(option->keyword, "port") == 0)
		return PQport(pg);
	return option->val;
}

PGconn *
twin_open(PGconn *pg, bool wait)
{
	PQconninfoOption *options = PQconninfo(pg);
	const char *names[64], *values[64];
	size_t count = 0;
	PGconn *twin;

	for (PQconninfoOption *option = options; option != NULL &&
	    option->keyword != NULL && count < 63; option++) {
		const char *value = value_of(pg, option);

		if (value == NULL || value[0] == '\0')
			continue;
		names[count] = option->keyword;
		values[count++] = value;
	}
	names[count] = values[count] = NULL;
	twin = wait ? PQconnectdbParams(names, values, 0) :
	    PQconnectStartParams(names, values, 0);
	PQconninfoFree(options);
	return twin;
}
