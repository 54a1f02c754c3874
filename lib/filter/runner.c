#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "filter/runner.h"

static void
out_of_memory(void *context)
{
	(void)context;
	memory_resize(NULL, SIZE_MAX); /* ends the program */
}

/* One line of whatever jq's words are. */
static void
append_words(struct buffer *out, jv message)
{
	jv text = jv_get_kind(message) == JV_KIND_STRING ? message :
	    jv_dump_string(message, 0);
	const char *words = jv_string_value(text);

	if (strncmp(words, "jq: ", 4) == 0)
		words += 4;
	if (strncmp(words, "error: ", 7) == 0)
		words += 7;
	for (; *words != '\0'; words++)
		if (*words != '\n')
			buffer_append_char(out, *words);
		else if (words[1] != '\0')
			buffer_append_char(out, ' ');
	while (out->length > 0 && out->data[out->length - 1] == ' ')
		out->length--;
	jv_free(text);
}

/* Only the first of the compiler's messages: the last is their number. */
static void
take_message(void *context, jv message)
{
	struct runner *runner = context;

	if (runner->messages.length == 0)
		append_words(&runner->messages, message);
	else
		jv_free(message);
}

static void
take_debug(void *context, jv message)
{
	struct runner *runner = context;
	struct buffer words = {0};

	if (runner->note != NULL) {
		append_words(&words, jv_dump_string(message, 0));
		runner->note(runner->note_context, buffer_text(&words));
		buffer_free(&words);
	} else {
		jv_free(message);
	}
}

/* There is no next input. (jq 1.6 calls whatever stood in its memory where
 * nobody gave it a function.) */
static jv
no_input(jq_state *jq, void *context)
{
	(void)jq, (void)context;
	return jv_invalid_with_msg(jv_string("break"));
}

/*
 * libjq reads ~/.jq into every program. Here a program is its own text, which
 * a job is known by, so there is no HOME while it is compiled.
 */
static int
compile_alone(jq_state *jq, const char *text)
{
	const char *found = getenv("HOME");
	char *home = found == NULL ? NULL : memory_copy_text(found);
	int compiled;

	unsetenv("HOME");
	compiled = jq_compile(jq, text);
	if (home != NULL && setenv("HOME", home, 1) != 0)
		memory_resize(NULL, SIZE_MAX);
	free(home);
	return compiled;
}

int
runner_open(struct runner *runner, const char *text, const char *name,
    struct error *error)
{
	char words[1024];

	*runner = (struct runner){.jq = jq_init()};
	if (runner->jq == NULL)
		out_of_memory(NULL);
	jq_set_nomem_handler(runner->jq, out_of_memory, NULL);
	jq_set_error_cb(runner->jq, take_message, runner);
	jq_set_input_cb(runner->jq, no_input, NULL);
	jq_set_debug_cb(runner->jq, take_debug, runner);
	if (compile_alone(runner->jq, text))
		return 0;
	return error_set(error, STATUS_USAGE, "%s: %s", name,
	    error_clip(runner->messages.data, runner->messages.length, words,
	    sizeof words));
}

/* jq has no more results: that is the end, or it failed. */
static enum run
end_of_run(struct runner *runner, jv last, struct refusal *refusal)
{
	bool failed = jv_invalid_has_msg(jv_copy(last));
	jv message;

	if (!failed && !jq_halted(runner->jq)) {
		jv_free(last);
		return RUN_NONE;
	}
	refuse(refusal, "jq-error", failed ? "" : "the program halted");
	message = failed ? jv_invalid_get_msg(jv_copy(last)) :
	    jq_get_error_message(runner->jq);
	if (!failed && jv_is_valid(message))
		buffer_append_text(&refusal->words, ": ");
	if (jv_is_valid(message))
		append_words(&refusal->words, message);
	jv_free(last);
	return RUN_REFUSED;
}

enum run
runner_run(struct runner *runner, jv input, jv *result,
    struct refusal *refusal)
{
	jv second;
	enum run end;

	jq_start(runner->jq, input, 0);
	*result = jq_next(runner->jq);
	if (!jv_is_valid(*result)) {
		end = end_of_run(runner, *result, refusal);
		*result = jv_invalid();
		return end;
	}
	second = jq_next(runner->jq);
	end = RUN_REFUSED;
	if (jv_is_valid(second)) {
		jv_free(second);
		refuse(refusal, "jq-result", "the program made more than one "
		    "of it");
	} else if (end_of_run(runner, second, refusal) == RUN_NONE) {
		return RUN_ONE;
	}
	jv_free(*result);
	*result = jv_invalid();
	return end;
}

void
runner_close(struct runner *runner)
{
	if (runner->jq != NULL)
		jq_teardown(&runner->jq);
	buffer_free(&runner->messages);
	*runner = (struct runner){0};
}
