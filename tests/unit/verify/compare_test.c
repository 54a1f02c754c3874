/* Two places compared: what is missing, extra or changed is counted exactly and named; the report says so. */
#include "scratch.h"

#include <fcntl.h>

#include "base/memory.h"
#include "verify/report.h"

static struct comparison comparison;
static struct report report;
static struct error error;
static char *text; /* of the report */

/* Write ${content} as the file ${name} of the directory ${side}. */
static void
write_file(const char *side, const char *name, const char *content)
{
	char path[64];

	(void)mkdir(scratch_path(side), 0700);
	snprintf(path, sizeof path, "%s/%s", side, name);
	scratch_write_text(path, content);
}

static void
print(bool json)
{
	struct buffer out = {0};

	(json ? report_json : report_print)(&report, &comparison, &out);
	free(text);
	text = memory_copy_text(buffer_text(&out));
	buffer_free(&out);
}

/* Compare as ${how} says; -1 where a side can't be read. */
static int
compare(const char *source, const char *target, struct comparison how)
{
	static const struct source_options options = {.program = "test"};
	int result;

	report_free(&report);
	compare_free(&comparison);
	comparison = how;
	error = (struct error){0};
	comparison.sides[0] = (struct side){.text = source,
	    .options = &options};
	comparison.sides[1] = (struct side){.text = target,
	    .options = &options, .is_target = true};
	result = compare_sides(&comparison, &error);
	if (result == 0)
		result = report_make(&report, &comparison, &error);
	return result;
}

static void
compare_directories(struct comparison how)
{
	if (compare(scratch_path("a"), scratch_path("b"), how) != 0)
		fail_msg("%s", error.message);
	print(false);
}

static void
assert_says(const char *words)
{
	if (strstr(text, words) == NULL)
		fail_msg("\"%s\" is not in\n%s", words, text);
}

static void
assert_silent(const char *words)
{
	if (strstr(text, words) != NULL)
		fail_msg("\"%s\" is in\n%s", words, text);
}

static int
set_up(void **state)
{
	(void)state;
	scratch_clear();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	report_free(&report);
	compare_free(&comparison);
	free(text);
	text = NULL;
	return 0;
}

#define DOCS "kv_store_full_docs.json"

static void
the_same(void **state)
{
	(void)state;
	write_file("a", DOCS, "{\"x\":{\"n\":1.0,\"m\":[1,2]},\"y\":{}}");
	write_file("b", DOCS, "{ \"y\": {},\n\"x\": {\"m\": [1,2], \"n\": 1.0}}");
	compare_directories((struct comparison){.limit = 20});
	assert_true(report_passed(&report));
	assert_says("PASSED: Records of kv_store_full_docs source=2, target=2");
	assert_says("ALL CHECKS PASSED");
	assert_false(comparison.drilled);
	print(true);
	assert_says("{\"passed\":true,");
	assert_says("\"differences\":[]");
}

static void
each_kind(void **state)
{
	(void)state;
	write_file("a", DOCS, "{\"x\":{\"n\":1},\"y\":{\"a\":1,\"b\":2,"
	    "\"d\":1},\"z\":{}}");
	write_file("b", DOCS, "{\"y\":{\"a\":2,\"b\":2,\"c\":3},\"z\":{},"
	    "\"new\":{}}");
	compare_directories((struct comparison){.limit = 20});
	assert_false(report_passed(&report));
	assert_says("FAILED: Records of kv_store_full_docs - 1 missing, 1 "
	    "extra, 1 changed: source=3, target=3");
	assert_says("    missing: kv_store_full_docs \"x\"\n");
	assert_says("    extra: kv_store_full_docs \"new\"\n");
	assert_says("    changed: kv_store_full_docs \"y\": a, c, d\n");
	assert_silent("and 1 more");
	print(true);
	assert_says("{\"passed\":false,");
	assert_says("{\"difference\":\"changed\",\"store\":"
	    "\"kv_store_full_docs\",\"key\":\"\\\"y\\\"\",\"members\":"
	    "\"a, c, d\"}");
}

/* Of very many members the first are named. */
static void
many_members(void **state)
{
	struct buffer one = {0}, other = {0};

	(void)state;
	buffer_append_text(&one, "{\"x\":{\"z\":1");
	buffer_append_text(&other, "{\"x\":{\"z\":1");
	for (int i = 0; i < 100; i++) {
		buffer_format(&one, ",\"member%03d\":1", i);
		buffer_format(&other, ",\"member%03d\":2", i);
	}
	buffer_append_text(&one, "}}");
	buffer_append_text(&other, "}}");
	write_file("a", DOCS, buffer_text(&one));
	write_file("b", DOCS, buffer_text(&other));
	compare_directories((struct comparison){.limit = 20});
	assert_says("\"x\": member000, member001, member002,");
	assert_silent("member099");
	buffer_free(&one);
	buffer_free(&other);
}

static void
only_so_many(void **state)
{
	(void)state;
	write_file("a", DOCS, "{\"x\":{},\"y\":{},\"z\":{}}");
	write_file("b", DOCS, "{}");
	compare_directories((struct comparison){.limit = 1});
	assert_says("3 missing, 0 extra, 0 changed");
	assert_says("… and 2 more (--limit)");
	compare_directories((struct comparison){.limit = 0});
	assert_says("3 missing, 0 extra, 0 changed");
	assert_says("… and 3 more (--limit)");
}

/* Unlike XOR, a sum sees what is there twice. */
static void
doubled(void **state)
{
	(void)state;
	write_file("a", DOCS, "{\"x\":{},\"y\":{}}");
	write_file("b", DOCS, "{\"x\":{},\"y\":{},\"x\":{}}");
	compare_directories((struct comparison){.limit = 20});
	assert_says("0 missing, 1 extra, 0 changed: source=2, target=3");
	assert_says("    extra: kv_store_full_docs \"x\"\n");
	write_file("b", DOCS, "{\"x\":{},\"x\":{},\"x\":{},\"y\":{}}");
	write_file("a", DOCS, "{\"x\":{},\"y\":{\"n\":1}}");
	compare_directories((struct comparison){.limit = 20});
	assert_says("0 missing, 2 extra, 1 changed");
}

static void
stores_of_one_side(void **state)
{
	(void)state;
	write_file("a", DOCS, "{\"x\":{}}");
	write_file("b", "kv_store_text_chunks.json", "{\"x\":{}}");
	compare_directories((struct comparison){.limit = 20});
	assert_says("Records of kv_store_full_docs - 1 missing, 0 extra, 0 "
	    "changed: source=1, target=0");
	assert_says("Records of kv_store_text_chunks - 0 missing, 1 extra, 0 "
	    "changed: source=0, target=1");
}

#define VECTORS "{\"embedding_dim\":2,\"data\":[{\"__id__\":\"a\"," \
	"\"content\":\"c\"}],\"matrix\":\"%s\"}"

static void
vectors(void **state)
{
	static const char name[] = "vdb_chunks.json";
	char content[256];

	(void)state;
	snprintf(content, sizeof content, VECTORS, "AACAPwAAAMA=");
	write_file("a", name, content);
	snprintf(content, sizeof content, VECTORS, "AQCAPwAAAMA=");
	write_file("b", name, content);
	compare_directories((struct comparison){.limit = 20});
	assert_says("    changed: vdb_chunks \"a\": vector\n");
	assert_says("PASSED: Vector Dimension Verification");
	write_file("b", name, "{\"embedding_dim\":3,\"data\":[{\"__id__\":"
	    "\"a\",\"content\":\"d\"}],\"matrix\":\"AQCAPwAAAMAAAIA/\"}");
	compare_directories((struct comparison){.limit = 20});
	assert_says("    changed: vdb_chunks \"a\": content, vector\n");
	assert_says("FAILED: Vector Dimension Verification - vectors of "
	    "another dimension");
}

/* An edge has no direction. */
static void
graphs(void **state)
{
	static const char name[] = "graph_chunk_entity_relation.graphml";
#define GRAPH(source, target, words) "<graphml xmlns=\"http://graphml." \
	"graphdrawing.org/xmlns\"><key id=\"d\" for=\"edge\" attr.name=" \
	"\"words\" attr.type=\"string\"/><graph><node id=\"m\"/>" \
	"<node id=\"n\"/><edge source=\"" source "\" target=\"" target "\">" \
	"<data key=\"d\">" words "</data></edge></graph></graphml>"

	(void)state;
	write_file("a", name, GRAPH("m", "n", "x"));
	write_file("b", name, GRAPH("n", "m", "x"));
	compare_directories((struct comparison){.limit = 20});
	assert_true(report_passed(&report));
	write_file("b", name, GRAPH("n", "m", "y"));
	compare_directories((struct comparison){.limit = 20});
	assert_says("    changed: graph_edges \"m\" – \"n\": words\n");
}

static void
rejects(void **state)
{
	(void)state;
	write_file("a", DOCS, "{\"x\":[],\"y\":{}}");
	write_file("b", DOCS, "{\"y\":{}}");
	compare_directories((struct comparison){.limit = 20});
	assert_false(report_passed(&report));
	assert_says("FAILED: Readable records");
	write_file("a", DOCS, "{\"y\":{}}");
	write_file("b", DOCS, "{\"y\":{},\"z\":{},\"x\":1}");
	compare_directories((struct comparison){.limit = 20});
	assert_false(report_passed(&report));
}

static void
counts(void **state)
{
	(void)state;
	write_file("a", DOCS, "{\"x\":{}}");
	write_file("b", DOCS, "{\"y\":{}}");
	compare_directories((struct comparison){.counts_only = true});
	assert_true(report_passed(&report));
	write_file("b", DOCS, "{}");
	compare_directories((struct comparison){.counts_only = true});
	assert_false(report_passed(&report));
}

/* The target may hold more, not less. */
static void
subsets(void **state)
{
	(void)state;
	write_file("a", DOCS, "{\"x\":{\"n\":1}}");
	write_file("b", DOCS, "{\"x\":{\"n\":1},\"y\":{}}");
	compare_directories((struct comparison){.limit = 20, .subset = true});
	assert_true(report_passed(&report));
	write_file("b", DOCS, "{\"x\":{\"n\":2},\"y\":{}}");
	compare_directories((struct comparison){.limit = 20, .subset = true});
	assert_false(report_passed(&report));
	assert_says("    changed: kv_store_full_docs \"x\": n\n");
	write_file("b", DOCS, "{\"y\":{}}");
	compare_directories((struct comparison){.limit = 20, .subset = true});
	assert_says("    missing: kv_store_full_docs \"x\"\n");
}

/* About so many are compared; whichever these are, they are the same keys of both sides. */
static void
samples(void **state)
{
	struct buffer content = {0};

	(void)state;
	for (int i = 0; i < 2000; i++)
		buffer_format(&content, "%s\"%d\":{}", i > 0 ? "," : "{", i);
	buffer_append_char(&content, '}');
	write_file("a", DOCS, buffer_text(&content));
	write_file("b", DOCS, buffer_text(&content));
	compare_directories((struct comparison){.limit = 20, .sample = 50});
	assert_true(report_passed(&report));
	write_file("b", DOCS, "{}");
	compare_directories((struct comparison){.limit = 20, .sample = 50});
	assert_false(report_passed(&report));
	buffer_free(&content);
}

static void
streams(void **state)
{
	static const char head[] = "{\"kind\":\"begin\",\"version\":1,"
	    "\"system\":\"lightrag\",\"source\":\"x\",\"fingerprint\":\"f\","
	    "\"workspace\":\"\",\"stores\":[{\"store\":"
	    "\"kv_store_full_docs\",\"shape\":\"kv\",\"count\":1}]}\n";
	static const char row[] = "{\"kind\":\"row\",\"store\":"
	    "\"kv_store_full_docs\",\"seq\":1,\"table\":\"t\",\"row\":{}}\n";
	static const char table[] = "{\"kind\":\"table\"}\n";
	char content[1024];

	(void)state;
	write_file("a", DOCS, "{\"x\":{}}");
	snprintf(content, sizeof content, "%s%s", head, row);
	assert_int_equal(compare(scratch_write_text("rows", content),
	    scratch_path("a"), (struct comparison){.limit = 20}), -1);
	assert_non_null(strstr(error.message, "holds rows; compare records"));
	assert_int_equal(compare(scratch_write_text("table", table),
	    scratch_path("a"), (struct comparison){.limit = 20}), -1);
	assert_non_null(strstr(error.message,
	    "the first line is not a \"begin\""));
}

static void
unreadable(void **state)
{
	(void)state;
	write_file("a", DOCS, "{\"x\":{}}");
	assert_int_equal(compare(scratch_path("a"), scratch_path("b"),
	    (struct comparison){.limit = 20}), -1);
	assert_int_equal(error.status, STATUS_SOURCE);
	assert_int_equal(compare(scratch_path("b"), scratch_path("a"),
	    (struct comparison){.limit = 20}), -1);
	assert_int_equal(error.status, STATUS_SOURCE);
	write_file("b", DOCS, "{\"x\":{}");
	assert_int_equal(compare(scratch_path("a"), scratch_path("b"),
	    (struct comparison){.limit = 20}), -1);
	assert_int_equal(error.status, STATUS_DATA);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_same, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(each_kind, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(only_so_many, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(doubled, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(stores_of_one_side, set_up,
	        tear_down),
	    cmocka_unit_test_setup_teardown(vectors, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(graphs, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(rejects, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(counts, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(subsets, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(samples, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(many_members, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(streams, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(unreadable, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
