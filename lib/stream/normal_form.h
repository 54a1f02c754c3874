/*
 * The normal form: two records are the same exactly if their normal forms
 * have the same bytes. Members are sorted, numbers are spelt as PostgreSQL's
 * jsonb spells them, and what a target can't give back (the loss table of
 * the schema) is brought to one common form.
 */
#ifndef HR_STREAM_NORMAL_FORM_H
#define HR_STREAM_NORMAL_FORM_H

#include "stream/record.h"

enum loss_rule {
	LOSS_DROPPED,      /* the member doesn't come back */
	LOSS_IDENTITY,     /* derived: a copy of the record's id */
	LOSS_MISSING,      /* a missing member comes back as ${value} (JSON) */
	LOSS_RENAMED,      /* comes back as ${value}, where that is missing */
	LOSS_SECONDS,      /* seconds since 1970: cut to ${digits}; missing, null
	                    * or 0 comes back as member ${value}, else 1970 */
	LOSS_ISO_TIME,     /* ISO 8601: offset and digits are lost, the instant
	                    * comes back; missing as with LOSS_SECONDS */
	LOSS_UUID,         /* a UUID: its hyphens and capitals are lost */
	LOSS_UUID_ID,      /* the same of the record's id; ${member} is "id" */
	LOSS_EMPTY_LIST    /* missing and "" come back as null */
};

struct loss {
	const char *store;
	const char *member;
	enum loss_rule rule;
	const char *value;
	unsigned digits;
	const char *words; /* for people: what is lost and why */
};

struct loss_table {
	const struct loss *losses;
	size_t count;
	/*
	 * Whether the schema has a place for that member of that store's
	 * records; a member without one is dropped and counted. NULL: yes.
	 */
	bool (*keeps)(const char *store, struct slice member);
};

/* Told of each loss as it happens to a record; may be NULL. */
struct loss_counter {
	void (*count)(void *context, const char *store, struct slice member,
	    const struct loss *loss);
	void *context;
};

/* A member of a record made of a row whose name begins so is a column that
 * says something else than the record; it is never dropped, so that the
 * difference is seen. */
#define NORMAL_FORM_COLUMN "column "

struct normal_form {
	struct json json;      /* parses a record's value_text */
	struct buffer key;     /* store and key, length-prefixed */
	struct buffer body;    /* the rest: members, vector */
	size_t members_length; /* of the body's part that is the members */
	struct normal_member *members;
	size_t capacity;
	const struct loss_table *table; /* the last record's, */
	struct buffer store;            /* its store, */
	const struct loss **losses;     /* and the losses that it can have */
	size_t loss_count;
	const struct loss *id_loss;     /* of its id, or NULL */
	struct buffer id;
	/* The record is known to be repaired on its way (--on-invalid=repair):
	 * U+0000 is left out of strings, what jsonb can't hold is null. */
	bool repaired;
	/* The record came back from where losses have happened already: a null
	 * or 0 there is one, and doesn't stand for another time. */
	bool returned;
	/* The record was made of a row: NORMAL_FORM_COLUMN means something. */
	bool of_row;
};

/** normal_form_open(form): make ready; normal_form_close ends it. */
void normal_form_open(struct normal_form *form);

/** normal_form_close(form): free the memory. */
void normal_form_close(struct normal_form *form);

/**
 * normal_form_make(form, record, table, counter, error):
 * Bring a kv, vector, node or edge record to its normal form: form->key and
 * form->body, valid until the next call. ${table} may be NULL for "nothing
 * is lost". Return 0, or -1 with STATUS_DATA where the value isn't JSON.
 */
int normal_form_make(struct normal_form *form, const struct record *record,
    const struct loss_table *table, const struct loss_counter *counter,
    struct error *error);

/**
 * normal_form_members(form): of the last record, a line `"NAME":VALUE` of JSON
 * for each member, each with LF; valid until the next normal_form_make.
 */
struct slice normal_form_members(const struct normal_form *form);

#endif
