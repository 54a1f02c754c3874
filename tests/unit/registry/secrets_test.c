#include "scratch.h"

#include "codec/json.h"
#include "codec/json_document.h"
#include "registry/secrets.h"

static yyjson_mut_val *
value_of(yyjson_mut_doc *document, const char *text)
{
	struct json json;
	yyjson_val *root;
	yyjson_mut_val *value;

	json_open(&json);
	assert_int_equal(json_parse(&json, slice_of(text), &root), JSON_GOOD);
	value = yyjson_val_mut_copy(document, root);
	json_close(&json);
	return value;
}

static void
assert_value(yyjson_mut_doc *document, yyjson_mut_val *value,
    const char *expected)
{
	struct buffer out = {0};

	json_document_write(&out, value);
	if (!yyjson_mut_equals(value, value_of(document, expected)))
		fail_msg("%s is not %s", buffer_text(&out), expected);
	buffer_free(&out);
}

static void
expect_hidden(const char *text, const char *expected)
{
	yyjson_mut_doc *document = json_document();

	assert_value(document, secrets_hide(document, NULL, value_of(document,
	    text)), expected);
	yyjson_mut_doc_free(document);
}

static void
hidden(void **state)
{
	(void)state;
	expect_hidden("{\"postgres_password\":\"x\",\"max_tokens\":1}",
	    "{\"postgres_password\":\"********\",\"max_tokens\":1}");
	expect_hidden("{\"PASSWORD\":12,\"a\":{\"api_keys\":{\"b\":\"x\","
	    "\"c\":\"${C}\",\"d\":[\"x\"],\"e\":null}}}",
	    "{\"PASSWORD\":\"********\",\"a\":{\"api_keys\":{\"b\":"
	    "\"********\",\"c\":\"${C}\",\"d\":[\"********\"],\"e\":null}}}");
	expect_hidden("[\"postgresql://me:x@h/d\",\"p://me@h?a_token=x&b=c\","
	    "\"p://me:x/y@z@h\",\"me:x@h\",\"p://h:1/d\"]",
	    "[\"postgresql://me:********@h/d\",\"p://me@h?a_token=********&b="
	    "c\",\"p://me:********@h\",\"me:x@h\",\"p://h:1/d\"]");
}

/* ${wanted} comes from hiding; ${old} is what stands there now. */
static void
expect_restored(const char *wanted, const char *old, const char *expected,
    bool expect_lost)
{
	yyjson_mut_doc *document = json_document();
	bool lost = false;

	assert_value(document, secrets_restore(document, value_of(document,
	    wanted), value_of(document, old), &lost), expected);
	assert_int_equal(lost, expect_lost);
	yyjson_mut_doc_free(document);
}

static void
restored(void **state)
{
	(void)state;
	expect_restored("{\"a_password\":\"********\",\"b\":1}",
	    "{\"a_password\":\"x\",\"b\":2}",
	    "{\"a_password\":\"x\",\"b\":1}", false);
	expect_restored("{\"a_password\":\"********\"}", "{}", "{}", true);
	expect_restored("{\"u\":\"postgresql://me:********@h/d\"}",
	    "{\"u\":\"postgresql://me:x@h/d\"}",
	    "{\"u\":\"postgresql://me:x@h/d\"}", false);
	expect_restored("{\"u\":\"postgresql://me:********@h/d\"}",
	    "{\"u\":\"postgresql://me:x@other/d\"}",
	    "{\"u\":\"postgresql://me@h/d\"}", true);
	expect_restored("{\"api_keys\":[\"********\"]}",
	    "{\"api_keys\":[\"x\"]}", "{\"api_keys\":[\"x\"]}", false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hidden),
		cmocka_unit_test(restored)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
