/* A program without memory ends with status 9, whatever it asked for. */
#include "scratch.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/memory.h"

/* Without this the address sanitizer ends the program itself. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* Before main() has begun to end, so that what counts coverage counts it. */
void
_Exit(int status)
{
	exit(status);
}

/* The exit status of a process that does ${ask}; its words go nowhere. */
static int
status_of(void (*ask)(void))
{
	pid_t child;
	int status = -1;

	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		assert_non_null(freopen("/dev/null", "w", stderr));
		ask();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const size_t huge = SIZE_MAX / 2;

static void alloc(void) { memory_alloc(huge); }
static void array(void) { memory_array(huge, 4); }
static void resize(void) { memory_resize(NULL, huge); }

static void
grow(void)
{
	size_t capacity = 0;

	memory_grow(NULL, &capacity, huge, 16);
}

static void
grow_beyond_counting(void)
{
	size_t capacity = 8;

	memory_grow(NULL, &capacity, SIZE_MAX, 1);
}

static void
reserve(void)
{
	struct buffer buffer = {0};

	buffer_append_char(&buffer, 'x');
	buffer_reserve(&buffer, SIZE_MAX);
}

static void
arena(void)
{
	struct arena arena = {0};

	arena_array(&arena, huge, 4);
}

static void
arena_beyond_counting(void)
{
	struct arena arena = {0};

	arena_array(&arena, huge, 1);
	arena_array(&arena, SIZE_MAX, 2);
}

static void
array_beyond_counting(void)
{
	size_t capacity = 0;

	memory_grow(NULL, &capacity, SIZE_MAX / 4, 8);
}

static void
no_memory(void **state)
{
	(void)state;
	assert_int_equal(status_of(alloc), 9);
	assert_int_equal(status_of(array), 9);
	assert_int_equal(status_of(resize), 9);
	assert_int_equal(status_of(grow), 9);
	assert_int_equal(status_of(grow_beyond_counting), 9);
	assert_int_equal(status_of(reserve), 9);
	assert_int_equal(status_of(arena), 9);
	assert_int_equal(status_of(arena_beyond_counting), 9);
	assert_int_equal(status_of(array_beyond_counting), 9);
}

static void
nothing_asked_for(void **state)
{
	size_t capacity = 0;
	int *numbers;

	(void)state;
	free(memory_alloc(0));
	free(memory_array(0, 0));
	free(memory_resize(NULL, 0));
	numbers = memory_grow(NULL, &capacity, 0, sizeof *numbers);
	assert_non_null(numbers);
	assert_int_equal(capacity, 8);
	numbers = memory_grow(numbers, &capacity, 9, sizeof *numbers);
	assert_int_equal(capacity, 16);
	assert_ptr_equal(memory_grow(numbers, &capacity, 16, sizeof *numbers),
	    numbers);
	free(numbers);
}

static void
texts(void **state)
{
	char *text = memory_format("%s-%d", "a", 1);

	(void)state;
	assert_string_equal(text, "a-1");
	free(text);
	text = memory_format("%s", "");
	assert_string_equal(text, "");
	free(text);
	text = memory_copy_text("b");
	assert_string_equal(text, "b");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_memory),
	    cmocka_unit_test(nothing_asked_for),
	    cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
