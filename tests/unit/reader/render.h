/*
 * Records as lines of text, so that a test can say what it expects:
 *
 *	SEQ kv ID VALUE
 *	SEQ vector ID VALUE BASE64
 *	SEQ node ID VALUE
 *	SEQ edge SOURCE>TARGET VALUE
 *	SEQ reject ID REASON TEXT
 */
#ifndef HR_TESTS_RENDER_H
#define HR_TESTS_RENDER_H

#include "codec/json.h"
#include "stream/record.h"

static inline void
render_reject(struct buffer *out, const struct record *record)
{
	buffer_append_text(out, "reject ");
	if (record->id.data != NULL) {
		buffer_append_slice(out, record->id);
		buffer_append_char(out, ' ');
	}
	buffer_append_slice(out, record->reason);
	buffer_append_char(out, ' ');
	buffer_append_slice(out, record->rejected);
}

static inline void
render(struct buffer *out, const struct record *record)
{
	static const char *const kinds[] = {
	    "kv ", "vector ", "node ", "edge ", "row "};

	buffer_append_number(out, record->seq);
	buffer_append_char(out, ' ');
	if (record->kind == RECORD_REJECT) {
		render_reject(out, record);
	} else {
		buffer_append_text(out, kinds[record->kind]);
		buffer_append_slice(out, record->id);
		buffer_append_slice(out, record->source);
		if (record->kind == RECORD_EDGE)
			buffer_append_char(out, '>');
		buffer_append_slice(out, record->target);
		buffer_append_char(out, ' ');
		json_write(out, record->value);
		if (record->vector.data != NULL) {
			buffer_append_char(out, ' ');
			buffer_append_slice(out, record->vector);
		}
	}
	buffer_append_char(out, '\n');
}

#endif
