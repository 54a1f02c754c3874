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
reader_close(struct reader *reader)
{
	if (reader != NULL)
		reader->class->close(reader);
}
