#include "postgres/answer.h"
#include "postgres/copy_binary.h"
#include "postgres/copy_in.h"

/* With the five bytes before it, what libpq sends at once. */
enum { MESSAGE = 64 * 1024 - 5 };

int
copy_in_begin(struct connection *connection, const char *sql,
    struct error *error)
{
	struct buffer header = {0};
	PGresult *result = answer_to(connection, sql);
	int status = 0;

	if (PQresultStatus(result) != PGRES_COPY_IN)
		return connection_failed(connection, result, error);
	PQclear(result);
	copy_header(&header);
	/* So that a server that stalls isn't waited for without end. */
	if (PQsetnonblocking(connection->pg, 1) != 0 || PQputCopyData(
	    connection->pg, header.data, (int)header.length) != 1)
		status = connection_failed(connection, NULL, error);
	buffer_free(&header);
	return status;
}

int
copy_in_send(struct connection *connection, const char *data, size_t length,
    struct error *error)
{
	while (length > 0) {
		size_t part = length < MESSAGE ? length : MESSAGE;

		if (PQputCopyData(connection->pg, data, (int)part) != 1 ||
		    !answer_flush(connection))
			return connection_failed(connection, NULL, error);
		data += part;
		length -= part;
	}
	return 0;
}

/* The rest of what PostgreSQL has to say about a statement. */
static void
drain(struct connection *connection)
{
	PGresult *result;

	while ((result = answer_next(connection)) != NULL)
		PQclear(result);
}

int
copy_in_end(struct connection *connection, struct error *error)
{
	struct buffer trailer = {0};
	PGresult *result;
	int status = 0;

	copy_trailer(&trailer);
	if (PQputCopyData(connection->pg, trailer.data,
	    (int)trailer.length) != 1 ||
	    PQputCopyEnd(connection->pg, NULL) != 1)
		status = connection_failed(connection, NULL, error);
	buffer_free(&trailer);
	if (status != 0)
		return -1;
	result = answer_next(connection);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		status = connection_failed(connection, result, error);
	else
		PQclear(result);
	drain(connection);
	if (PQsetnonblocking(connection->pg, 0) != 0 && status == 0)
		status = connection_failed(connection, NULL, error);
	return status;
}
