/* Which backups stay: decisions only. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "backup/retention.h"

enum { COUNT = 5 };

static const int64_t day = INT64_C(86400) * 1000000;

/* Of 1, 10, 20, 30 and 40 days. */
static void
make(struct backup *backups)
{
	static const int64_t ages[COUNT] = {1, 10, 20, 30, 40};

	for (size_t i = 0; i < COUNT; i++)
		backups[i] = (struct backup){.manifest = {
		    .created = (100 - ages[i]) * day, .checksums = true}};
}

static void
check(const struct retention *wanted, const struct backup *backups,
    const bool *is_protected, const char *expected)
{
	static const char letters[] = "-nyrpf";
	struct retention retention = *wanted;
	enum verdict verdicts[COUNT];
	char text[COUNT + 1] = "";

	retention.now = 100 * day;
	retention_decide(&retention, backups, COUNT, is_protected, verdicts);
	for (size_t i = 0; i < COUNT; i++)
		text[i] = letters[verdicts[i]];
	assert_string_equal(text, expected);
}

static void
count_and_age(void **state)
{
	const bool none[COUNT] = {false};
	struct backup backups[COUNT];

	(void)state;
	make(backups);
	check(&(struct retention){.keep = 0}, backups, none, "-----");
	check(&(struct retention){.keep = 2}, backups, none, "nn---");
	check(&(struct retention){.keep = 9}, backups, none, "nnnnn");
	check(&(struct retention){.keep_days = 20}, backups, none, "yy---");
	check(&(struct retention){.keep = 1, .keep_days = 21}, backups, none,
	    "nyy--");
	check(&(struct retention){.keep_days = 36500}, backups, none, "yyyyy");
}

static void
never(void **state)
{
	const bool protect[COUNT] = {[3] = true};
	struct backup backups[COUNT];

	(void)state;
	make(backups);
	backups[1].manifest.reference_count = 1;
	backups[2].manifest.checksums = false;
	/* Those of another program aren't counted, either. */
	check(&(struct retention){.keep = 0}, backups, protect, "-rfp-");
	check(&(struct retention){.keep = 2}, backups, protect, "nrfp-");
	check(&(struct retention){.keep = 4}, backups, protect, "nrfpn");
	assert_string_equal(retention_words(VERDICT_PRUNE), "prune");
	assert_string_equal(retention_words(VERDICT_FOREIGN), "foreign");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(count_and_age),
		cmocka_unit_test(never),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
