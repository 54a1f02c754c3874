#include <stdlib.h>
#include <string.h>

#include "reader/reader.h"

bool
reader_wants(const struct reader_options *options, const char *store)
{
	for (size_t i = 0; i < options->only_count; i++)
		if (strcmp(options->only[i], store) == 0)
			return true;
	return options->only == NULL;
}

uint64_t
reader_after(const struct reader_options *options, const char *store)
{
	for (size_t i = 0; i < options->after_count; i++)
		if (strcmp(options->after[i].store, store) == 0)
			return options->after[i].seq;
	return 0;
}

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
