/* A jq program that takes all memory ends hr as everything does that does. */
#include "scratch.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include "filter/filter.h"

/* Not at once, so that what counts coverage counts it. */
void
_Exit(int status)
{
	exit(status);
}

/* The address sanitizer needs the address space for itself, and would count
 * what is not freed at such an end. */
#ifdef __SANITIZE_ADDRESS__
static const rlim_t most = RLIM_INFINITY;
#else
static const rlim_t most = 256 << 20;
#endif

const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1:max_allocation_size_mb=256:"
	    "detect_leaks=0";
}

/* A string that is doubled until no room is left. */
static void
run_out(void)
{
	static const struct filter_options options = {
	    .program = "reduce range(40) as $i (\"x\"; . + .)"};
	struct rlimit room = {most, most};
	struct record out, record = {.kind = RECORD_KV, .store = "s",
	    .seq = 1, .id = {"i", 1}};
	struct error error = {0};
	struct filter *filter = filter_open(&options, &error);
	struct json json;

	json_open(&json);
	if (filter == NULL || json_parse(&json, slice_of("{}"),
	    &record.value) != JSON_GOOD || setrlimit(RLIMIT_AS, &room) != 0)
		exit(70);
	(void)filter_apply(filter, &record, &out, &error);
	exit(0);
}

static void
no_memory(void **state)
{
	pid_t child;
	int status;

	(void)state;
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		assert_non_null(freopen("/dev/null", "w", stderr));
		run_out();
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), STATUS_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
