#include <stdio.h>

#include "base/interrupt.h"
#include "postgres/watch.h"
#include "writer/step.h"

/* Which step is told of, and to whom. */
struct told {
	struct loader *loader;
	const char *words;
};

static void
tell(void *context, const struct watch_view *view)
{
	struct told *told = context;
	struct step step = {.words = told->words, .seconds = view->seconds,
	    .phase = view->phase, .done = view->done, .total = view->total};

	if (told->loader->step != NULL)
		told->loader->step(told->loader->context, &step);
}

void
step_announce(struct loader *loader, const char *words)
{
	struct told told = {loader, words};

	tell(&told, &(struct watch_view){0});
}

/* A signal ends the statement first: the server would go on building. */
int
step_run(struct loader *loader, const char *words, const char *name,
    struct buffer *sql, int count, const char *const *values,
    struct error *error)
{
	char text[256];
	struct told told = {loader, text};
	struct watch watch = {tell, &told};
	sigset_t before;
	int result;

	snprintf(text, sizeof text, "%s %s", words, name);
	step_announce(loader, text);
	interrupt_hold(&before);
	result = watch_run(&loader->connection, &watch, buffer_text(sql),
	    count, values, error);
	if (result != 0 && interrupt_waiting() != 0)
		loader_interrupted(loader, error->message);
	interrupt_release(&before);
	return result;
}
