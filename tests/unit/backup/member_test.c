/* Names that a restore may make, and those it may not; names of backups. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "backup/member.h"
#include "backup/store.h"

static void
good_names(void **state)
{
	static const char *const names[] = {".", "a", "a/b", "-a", "a b",
	    "...", "a..b", "..a/b..", "ünï/名", ".backup", ".backups2",
	    "a/.backups", ".a"};
	struct error error = {0};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_int_equal(member_name_check(names[i], &error), 0);
}

static void
bad_names(void **state)
{
	static const char *const names[] = {"", "/", "/a", "..", "../a", "a/..",
	    "a/../b", "./a", "a/.", "a/./b", "a//b", "a/", "\xff", "a\nb",
	    "a\x7f", "\xc0\xaf", ".backups", ".backups/a"};
	char part[300], whole[4200];
	struct error error = {0};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_int_equal(member_name_check(names[i], &error), -1);
		assert_int_equal(error.status, STATUS_DATA);
	}
	memset(part, 'a', sizeof part);
	part[255] = '\0';
	assert_int_equal(member_name_check(part, &error), 0);
	part[255] = 'a';
	part[256] = '\0';
	assert_int_equal(member_name_check(part, &error), -1);
	for (size_t i = 0; i < sizeof whole - 1; i++)
		whole[i] = i % 2 == 0 ? 'a' : '/';
	whole[sizeof whole - 2] = 'a';
	whole[sizeof whole - 1] = '\0';
	assert_int_equal(member_name_check(whole, &error), -1);
}

static void
split(const char *file, const char *name, const char *id)
{
	struct slice found_name, found_id;
	bool found = store_split(file, ".tar.zst", &found_name, &found_id);

	assert_int_equal(found, name != NULL);
	if (found) {
		assert_true(slice_is(found_name, name));
		assert_true(slice_is(found_id, id));
	}
}

static void
names_of_files(void **state)
{
	(void)state;
	split("db_20251219_213814.tar.zst", "db", "20251219_213814");
	split("db_20251219_213814-2.tar.zst", "db", "20251219_213814-2");
	split("db_20251219_213814-123.tar.zst", "db", "20251219_213814-123");
	split("a_b-7_20251219_213814.tar.zst", "a_b-7", "20251219_213814");
	split("db_20200101_000000_20251219_213814.tar.zst",
	    "db_20200101_000000", "20251219_213814");
	split("db_20251219_213814.tar.gz", NULL, NULL);
	split("db_20251219_213814.tar.zst.partial", NULL, NULL);
	split("_20251219_213814.tar.zst", NULL, NULL);
	split("db_2025121_213814.tar.zst", NULL, NULL);
	split("db-20251219_213814.tar.zst", NULL, NULL);
	split("db_20251219_213814-.tar.zst", NULL, NULL);
	split("db_20251219_21381x.tar.zst", NULL, NULL);
	split(".tar.zst", NULL, NULL);
	split("-1.tar.zst", NULL, NULL);
	split("", NULL, NULL);
}

static void
names_of_databases(void **state)
{
	static const char *const bad[] = {"", ".", "..", ".a", "a/b", "a\nb",
	    "\xff"};
	struct error error = {0};

	(void)state;
	assert_int_equal(store_name_check("db", &error), 0);
	assert_int_equal(store_name_check("Mein Gedächtnis", &error), 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(store_name_check(bad[i], &error), -1);
		assert_int_equal(error.status, STATUS_USAGE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_names),
		cmocka_unit_test(bad_names),
		cmocka_unit_test(names_of_files),
		cmocka_unit_test(names_of_databases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
