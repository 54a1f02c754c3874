/*
 * Records to rows and back, by tables of fields. A schema is little more
 * than its fields: each says which column holds what of a record.
 */
#ifndef HR_SCHEMA_MAPPING_H
#define HR_SCHEMA_MAPPING_H

#include "base/error.h"
#include "stream/record.h"
#include "stream/table.h"

enum field_source {
	FIELD_MEMBER,    /* member ${member} as it is */
	FIELD_SECONDS,   /* the same, seconds since 1970 made a time */
	FIELD_ISO_TIME,  /* the same, ISO 8601 made a time */
	FIELD_TIME,      /* the same, but null stays null, ${endless} is for
	                  * ever, and where member ${finer} of ${other} is
	                  * ISO 8601 of the same second, it is that time */
	FIELD_RENAMED,   /* the same, a text that ${renames} may change */
	FIELD_SMALL,     /* the same, base64 of less than ${limit} bytes */
	FIELD_LARGE,     /* the same, of ${limit} or more */
	FIELD_SIZE_WORD, /* ${missing} or ${other}, by which of them it is */
	FIELD_LIST,      /* the same, a text split at <SEP>; "" is no list */
	FIELD_ID,        /* the record's id */
	FIELD_ID_HEAD,   /* the id's part before a colon, else ${missing} */
	FIELD_ID_TAIL,   /* the rest of it; both need ${missing} */
	FIELD_LOW_END,   /* edge: the end that comes first in byte order */
	FIELD_HIGH_END,
	FIELD_VECTOR,
	FIELD_VALUE,     /* all of the value; ${member}: a copy of the id in it */
	FIELD_WORKSPACE,
	FIELD_CONSTANT,  /* ${missing}; NULL: null */
	FIELD_START,     /* ${missing}; the target counts on from there */
	FIELD_LATER      /* filled by a finishing step; null until then */
};

/* A text that has another name in the target, or begins with it. */
struct renaming {
	const char *from; /* NULL: the end of the list */
	const char *to;
	bool prefix;
};

struct field {
	const char *column;
	const char *type;      /* as table_type_parse takes it; for vectors the
	                        * dimension is put behind it */
	enum field_source source;
	const char *member;
	const char *other;     /* the member that is read where it is missing;
	                        * for a time also where it is null or 0 */
	const char *missing;   /* JSON written where both are missing; NULL: null */
	const char *endless;   /* a number of seconds */
	const char *finer;
	const struct renaming *renames;
	uint64_t limit;
	bool key;              /* one of the key's columns; see mapping_describe */
	bool not_null;
	enum column_default default_form;
	const char *default_text;
};

struct mapping {
	const char *store;
	const char *table;     /* without the suffix of vector tables */
	enum store_shape shape;
	uint32_t dimension;    /* the table's own; 0: the store's */
	const struct field *fields;
	size_t field_count;
	/* A member that repeats the id and isn't stored ("_id"), or NULL. */
	const char *identity;
	/* Members without a column that are known not to come back; the rest
	 * is dropped too, but counted by name. NULL-terminated. */
	const char *const *dropped;
};

/* Told of a member that has no column. */
struct lost_counter {
	void (*count)(void *context, const char *store, struct slice member);
	void *context;
};

/* Why a record can't become a row: words of hr-stream(5) and for people. */
struct refusal {
	const char *reason;
	char detail[256];
};

/**
 * mapping_forward(mapping, workspace, record, row, refusal, lost):
 * Append the row that ${record} becomes to ${row}, as a JSON object. Return
 * false with ${refusal} filled where it can't be: the record is a reject.
 */
bool mapping_forward(const struct mapping *mapping, const char *workspace,
    const struct record *record, struct buffer *row, struct refusal *refusal,
    const struct lost_counter *lost);

/**
 * mapping_reverse(mapping, workspace, row, out, memory, error):
 * Make the record that ${row} came from. ${out}'s slices point into ${row}
 * and ${memory}, which is cleared first. A column that says something else
 * than the record's member does comes back as a member "column NAME".
 */
int mapping_reverse(const struct mapping *mapping, const char *workspace,
    const struct record *row, struct record *out, struct buffer *memory,
    struct error *error);

/** mapping_keeps(mapping, member): whether a column holds that member. */
bool mapping_keeps(const struct mapping *mapping, struct slice member);

/**
 * mapping_describe(mapping, arena, name, dimension, table, error):
 * Fill ${table}'s name, store, scope, columns and key from the fields. The
 * key is the fields that say so; if none does, the columns that are NOT NULL
 * and hold workspace, constant, id or ends, in the order workspace, constant,
 * the rest.
 */
int mapping_describe(const struct mapping *mapping, struct arena *arena,
    const char *name, uint32_t dimension, struct table *table,
    struct error *error);

#endif
