#include <inttypes.h>
#include <math.h>

#include "query/query_report.h"

enum { MOST_SHOWN = 400 }; /* bytes of a member, about */

/* A text on one line, cut off after a whole character. */
static void
write_line(struct buffer *out, struct slice text)
{
	size_t length = text.length < MOST_SHOWN ? text.length : MOST_SHOWN;

	while (length < text.length && length > 0 &&
	    ((unsigned char)text.data[length] & 0xC0) == 0x80)
		length--;
	for (size_t i = 0; i < length; i++)
		buffer_append_char(out, (unsigned char)text.data[i] < 0x20 ||
		    text.data[i] == 0x7F ? ' ' : text.data[i]);
	if (length < text.length)
		buffer_append_text(out, " …");
	buffer_append_char(out, '\n');
}

static void
write_member(struct buffer *out, yyjson_val *name, yyjson_val *value)
{
	struct buffer text = {0};

	if (yyjson_is_null(value))
		return;
	buffer_append_text(out, "  ");
	buffer_append_slice(out, json_text(name));
	buffer_append_text(out, ": ");
	if (yyjson_is_str(value)) {
		write_line(out, json_text(value));
		return;
	}
	json_write(&text, value);
	write_line(out, buffer_slice(&text));
	buffer_free(&text);
}

static void
write_members(struct buffer *out, struct json *json, const char *text)
{
	yyjson_val *root, *name, *value;
	size_t i, max;

	if (json_parse_line(json, slice_of(text), &root) != JSON_GOOD)
		return;
	yyjson_obj_foreach(root, i, max, name, value)
		write_member(out, name, value);
}

static bool
has_rank(const struct query *query)
{
	return query->form != QUERY_ENTITY && query->form != QUERY_NEIGHBORS;
}

/* A score is told as it is, though it ranks by its negative. */
static double
told_rank(const struct query *query, const struct hit *hit)
{
	return query->form == QUERY_TEXT ? -hit->rank : hit->rank;
}

/* Which share of the exact answer the index found. */
static double
recall(const struct answer *answer)
{
	return answer->exact.count == 0 ? 1 : (double)answer->right /
	    (double)answer->exact.count;
}

void
query_report(const struct query *query, const struct answer *answer,
    struct buffer *out)
{
	const struct ranking *ranking = &answer->ranking;
	struct json json;

	json_open(&json);
	for (size_t i = 0; i < ranking->count; i++) {
		const struct hit *hit = &ranking->hits[i];

		if (has_rank(query))
			buffer_format(out, "%zu. %.6f  ", i + 1,
			    told_rank(query, hit));
		buffer_append_text(out, hit->id);
		if (hit->other != NULL)
			buffer_format(out, " — %s", hit->other);
		buffer_append_char(out, '\n');
		write_members(out, &json, hit->value);
	}
	json_close(&json);
	buffer_format(out, "%zu found, of %" PRIu64 " in %s\n",
	    ranking->count, ranking->seen, answer->store);
	if (answer->index != NULL)
		buffer_format(out, "recall@%zu %.3f: %zu of the %zu nearest, "
		    "by the index %s\n", query->most, recall(answer),
		    answer->right, answer->exact.count, answer->index);
}

static void
write_hit(const struct query *query, const struct hit *hit,
    struct buffer *out)
{
	double rank = told_rank(query, hit);

	buffer_append_text(out, hit->other != NULL ? "{\"source\":" :
	    "{\"id\":");
	json_write_string(out, slice_of(hit->id));
	if (hit->other != NULL) {
		json_write_name(out, "target", false);
		json_write_string(out, slice_of(hit->other));
	}
	if (has_rank(query)) {
		json_write_name(out, query->form == QUERY_TEXT ? "score" :
		    "distance", false);
		if (isnan(rank))
			buffer_append_text(out, "null");
		else
			buffer_format(out, "%.15g", rank);
	}
	json_write_name(out, "value", false);
	buffer_append_text(out, hit->value);
	buffer_append_char(out, '}');
}

void
query_report_json(const struct query *query, const struct answer *answer,
    struct buffer *out)
{
	static const char *const forms[] = {"entity", "neighbors", "similar",
	    "vector", "text"};
	const struct ranking *ranking = &answer->ranking;

	buffer_format(out, "{\"query\":\"%s\"", forms[query->form]);
	json_write_text(out, "subject", query->subject);
	json_write_text(out, "store", answer->store);
	buffer_format(out, ",\"searched\":%" PRIu64 ",\"results\":[",
	    ranking->seen);
	for (size_t i = 0; i < ranking->count; i++) {
		if (i > 0)
			buffer_append_char(out, ',');
		write_hit(query, &ranking->hits[i], out);
	}
	buffer_append_char(out, ']');
	if (answer->index != NULL) {
		buffer_format(out, ",\"recall\":{\"at\":%zu,\"value\":%.6g,"
		    "\"right\":%zu,\"of\":%zu", query->most, recall(answer),
		    answer->right, answer->exact.count);
		json_write_text(out, "index", answer->index);
		buffer_append_char(out, '}');
	}
	buffer_append_text(out, "}\n");
}
