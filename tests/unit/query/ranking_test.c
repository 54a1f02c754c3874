/* The best of many, in an order that depends on nothing else. */
#include "scratch.h"

#include <math.h>

#include "query/query.h"

static struct error error;

static void
add(struct ranking *ranking, const char *id, double rank)
{
	struct record record = {.kind = RECORD_KV, .store = "kv",
	    .id = slice_of(id), .value_text = slice_of("{\"b\":1,\"a\":[]}")};

	assert_int_equal(ranking_add(ranking, &record, rank, &error), 0);
}

static void
expect(const struct ranking *ranking, const char *expected)
{
	struct buffer ids = {0};

	for (size_t i = 0; i < ranking->count; i++)
		buffer_append_text(&ids, ranking->hits[i].id);
	assert_string_equal(buffer_text(&ids), expected);
	buffer_free(&ids);
}

static void
order(void **state)
{
	struct ranking ranking;

	(void)state;
	ranking_open(&ranking, 4, NULL, false);
	add(&ranking, "n", (double)NAN);
	add(&ranking, "c", 0.5);
	add(&ranking, "b", 0.5);
	add(&ranking, "z", 0.25);
	expect(&ranking, "zbcn");
	add(&ranking, "d", 0.5);
	expect(&ranking, "zbcd");
	add(&ranking, "e", 0.75);
	add(&ranking, "m", (double)NAN);
	expect(&ranking, "zbcd");
	add(&ranking, "a", 0);
	expect(&ranking, "azbc");
	assert_int_equal(ranking.seen, 8);
	assert_string_equal(ranking.hits[0].value, "{\"a\":[],\"b\":1}");
	ranking_close(&ranking);
	ranking_open(&ranking, 0, NULL, false);
	for (char id[] = "z"; id[0] >= 'a'; id[0]--)
		add(&ranking, id, 1);
	expect(&ranking, "abcdefghijklmnopqrstuvwxyz");
	ranking_close(&ranking);
}

static void
edges(void **state)
{
	struct record edge = {.kind = RECORD_EDGE, .store = "edges",
	    .source = slice_of("b"), .target = slice_of("a"),
	    .value_text = slice_of("{}")};
	struct ranking ranking;

	(void)state;
	ranking_open(&ranking, 0, NULL, false);
	assert_int_equal(ranking_add(&ranking, &edge, 0, &error), 0);
	edge.source = slice_of("a");
	edge.target = slice_of("0");
	assert_int_equal(ranking_add(&ranking, &edge, 0, &error), 0);
	assert_string_equal(ranking.hits[0].id, "0");
	assert_string_equal(ranking.hits[0].other, "a");
	assert_string_equal(ranking.hits[1].id, "a");
	assert_string_equal(ranking.hits[1].other, "b");
	edge.value_text = slice_of("{");
	assert_int_equal(ranking_add(&ranking, &edge, 0, &error), -1);
	assert_int_equal(error.status, STATUS_DATA);
	ranking_close(&ranking);
}

static void
expect_vector(const char *text, int result, size_t length)
{
	struct buffer vector = {0};

	assert_int_equal(query_read_vector(slice_of(text), &vector, &error),
	    result);
	if (result == 0)
		assert_int_equal(vector.length, length);
	buffer_free(&vector);
}

static void
vectors(void **state)
{
	(void)state;
	expect_vector("AACAPwAAAEA=\n", 0, 8);
	expect_vector("[1, 2e0]\r\n", 0, 8);
	expect_vector("", -1, 0);
	expect_vector("[]", -1, 0);
	expect_vector("[1,null]", -1, 0);
	expect_vector("[1", -1, 0);
	expect_vector("AAAA", -1, 0); /* three bytes */
	expect_vector("AAC*PwAAAEA=", -1, 0);
	expect_vector("{\"vector\":[1]}", -1, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order),
		cmocka_unit_test(edges),
		cmocka_unit_test(vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
