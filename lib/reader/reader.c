#include <stdlib.h>

#include "reader/reader.h"

const struct header *
reader_header(struct reader *reader)
{
	return reader->class->header(reader);
}

int
reader_next(struct reader *reader, struct record *record, struct error *error)
{
	return reader->class->next(reader, record, error);
}

void
reader_workspaces_free(struct reader_workspaces *found)
{
	for (size_t i = 0; i < found->count; i++)
		free(found->names[i]);
	free(found->names);
	*found = (struct reader_workspaces){0};
}

void
reader_close(struct reader *reader)
{
	if (reader != NULL)
		reader->class->close(reader);
}
