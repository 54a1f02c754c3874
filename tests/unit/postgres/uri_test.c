#include "scratch.h"

#include "postgres/uri.h"

/* What becomes of ${text}: NULL where it is refused. */
static void
expect(const char *text, const char *written, bool secret)
{
	struct error error = {0};
	struct buffer out = {0};
	struct uri uri;

	if (uri_parse(&uri, text, &error) == 0) {
		assert_non_null(written);
		uri_write(&uri, &out);
		assert_string_equal(buffer_text(&out), written);
		assert_int_equal(uri_has_password(&uri), secret);
	} else {
		assert_null(written);
		assert_int_equal(error.status, STATUS_USAGE);
		assert_null(strstr(error.message, "geheim"));
	}
	buffer_free(&out);
	uri_free(&uri);
}

static void
without_secrets(void **state)
{
	(void)state;
	expect("postgresql://", "postgresql:///", false);
	expect("postgres://me@h/d", "postgresql://me@h/d", false);
	expect("postgresql://me:geheim@h:5433/d?sslmode=require",
	    "postgresql://me@h:5433/d?sslmode=require", true);
	expect("postgresql://h/d?password=geheim&user=a%20b",
	    "postgresql://a%20b@h/d", true);
	expect("postgresql:///d%2Fe?host=/run/pg&port=1",
	    "postgresql:///d%2Fe?host=%2Frun%2Fpg&port=1", false);
	expect("postgresql://a:1,b:2/d", "postgresql:///d?host=a%2Cb&port=1%2C2",
	    false);
	expect("postgresql://[::1]:5/d", "postgresql:///d?host=%3A%3A1&port=5",
	    false);
}

static void
refused(void **state)
{
	(void)state;
	expect("", NULL, false);
	expect("host=h password=geheim", NULL, false);
	expect("mysql://me:geheim@h/d", NULL, false);
	expect("postgresql://me:geheim%zz@h/d", NULL, false);
	expect("postgresql://h:geheim/d", NULL, false);
	expect("postgresql://h:0/d", NULL, false);
	expect("postgresql://h:65536/d", NULL, false);
	expect("postgresql://h/d?nonsense=geheim", NULL, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_secrets),
		cmocka_unit_test(refused)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
