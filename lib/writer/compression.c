#include "writer/compression.h"

int
compression_find(struct connection *connection, bool *lz4,
    struct error *error)
{
	int64_t count;

	if (connection_number(connection, "SELECT count(*) FROM pg_settings "
	    "WHERE name = 'default_toast_compression' AND (setting = 'lz4' OR "
	    "(source = 'default' AND 'lz4' = ANY (enumvals)))", 0, NULL,
	    &count, error) != 0)
		return -1;
	*lz4 = count > 0;
	return 0;
}

int
compression_choose(struct connection *connection, struct error *error)
{
	bool lz4;

	if (compression_find(connection, &lz4, error) != 0)
		return -1;
	return !lz4 ? 0 : connection_run(connection,
	    "SET default_toast_compression TO lz4", error);
}
