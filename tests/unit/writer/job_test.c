/* What becomes of a job: only some ways lead on, and none without its row. */
#include "stand_in.h"

#include "writer/job.h"

static struct connection connection;
static struct error error;

static void
open_to(const struct stand_in *told)
{
	error = (struct error){0};
	assert_int_equal(connection_open(&connection, stand_in_start(told),
	    "hr-test", &error), 0);
}

static void
end(void)
{
	connection_close(&connection);
	stand_in_end();
}

static void
settling(void **state)
{
	static const char *const ends[] = {"completed", "unverified",
	    "verified", "verification_failed"};
	static const struct {
		const char *from;
		bool may[4];
	} all[] = {{"loaded", {true, true, false, true}},
	    {"unverified", {true, true, false, true}},
	    {"verification_failed", {true, false, true, true}},
	    {"completed", {true, false, false, false}},
	    {"staged", {false, false, true, true}},
	    {"verified", {false, false, true, true}},
	    {"promoted", {false, false, false, false}},
	    {"rolled_back", {false, false, false, false}},
	    {"loading", {false, false, false, false}},
	    {"interrupted", {false, false, false, false}},
	    {"discarded", {false, false, false, false}}};

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		for (size_t j = 0; j < 4; j++)
			if (job_may_settle(all[i].from, ends[j]) !=
			    all[i].may[j])
				fail_msg("%s to %s", all[i].from, ends[j]);
	open_to(&(struct stand_in){.asked = "SELECT phase",
	    .answer = "loading"});
	assert_int_equal(job_settle(&connection, "j", "unverified", &error),
	    -1);
	assert_int_equal(error.status, STATUS_CONFLICT);
	assert_string_equal(error.message,
	    "job j is loading: it can't become unverified");
	end();
}

static void
no_such_job(void **state)
{
	(void)state;
	open_to(&(struct stand_in){.asked = "hybridrag_migration_jobs"});
	assert_int_equal(job_phase(&connection, "j", "loaded", NULL, &error),
	    -1);
	assert_int_equal(error.status, STATUS_CONFLICT);
	assert_non_null(strstr(error.message, ": no job j here"));
	assert_int_equal(job_settle(&connection, "j", "completed", &error),
	    -1);
	assert_int_equal(error.status, STATUS_CONFLICT);
	assert_int_equal(job_phase(&connection, "j", "nowhere", NULL, &error),
	    -1);
	assert_string_equal(error.message, "there is no phase \"nowhere\"");
	end();
}

/* hr's own tables: there, made, or impossible to make. */
static void
preparing(void **state)
{
	struct stand_in told = {.asked = "to_regclass", .answer = "5",
	    .refused = "CREATE TABLE", .state = "53100",
	    .message = "no space left"};

	(void)state;
	open_to(&told);
	assert_int_equal(job_prepare(&connection, "public", &error), 0);
	end();
	told.answer = NULL;
	open_to(&told);
	assert_int_equal(job_prepare(&connection, "public", &error), -1);
	assert_int_equal(error.status, STATUS_IO);
	end();
	told.refused = NULL;
	open_to(&told);
	assert_int_equal(job_prepare(&connection, "public", &error), 0);
	end();
	told.refused = "pg_advisory_xact_lock";
	told.state = "57P01";
	open_to(&told);
	assert_int_equal(job_prepare(&connection, "public", &error), -1);
	assert_int_equal(error.status, STATUS_TEMPORARY);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settling),
		cmocka_unit_test(no_such_job),
		cmocka_unit_test(preparing),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
