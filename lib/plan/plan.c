#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "plan/plan.h"

enum { SMALL = 10000, MEDIUM = 100000 };

uint64_t
plan_batch_size(uint64_t count)
{
	return count < SMALL ? 1000 : count < MEDIUM ? 5000 : 10000;
}

void
plan_free(struct plan *plan)
{
	arena_free(&plan->arena);
	*plan = (struct plan){0};
}

static const struct schema_component *
find(const struct plan *plan, struct slice name)
{
	const struct schema_component *component = plan->schema->components;

	for (; component != NULL && component->name != NULL; component++)
		if (slice_is(name, component->name))
			return component;
	return NULL;
}

static int
refuse_name(const struct plan *plan, struct slice name, struct error *error)
{
	const struct schema_component *component = plan->schema->components;
	struct buffer known = {0};

	for (; component != NULL && component->name != NULL; component++)
		buffer_format(&known, "%s%s", known.length > 0 ? ", " : "",
		    component->name);
	error_set(error, STATUS_USAGE, "component \"%.*s\": there is none of "
	    "that name; there are %s", (int)name.length, name.data,
	    buffer_text(&known));
	buffer_free(&known);
	return -1;
}

static int
add(struct plan *plan, const struct schema_component *component,
    struct error *error)
{
	for (size_t i = 0; i < plan->component_count; i++)
		if (plan->components[i].component == component)
			return error_set(error, STATUS_USAGE, "component "
			    "\"%s\" is named twice", component->name);
	if (component->missing != NULL)
		return error_set(error, STATUS_USAGE, "component \"%s\": %s",
		    component->name, component->missing);
	plan->components[plan->component_count++].component = component;
	return 0;
}

static size_t
count_components(const struct plan *plan)
{
	size_t count = 0;

	while (plan->schema->components != NULL &&
	    plan->schema->components[count].name != NULL)
		count++;
	return count;
}

int
plan_choose(struct plan *plan, const char *names, struct error *error)
{
	size_t count = count_components(plan);

	plan->components = arena_array(&plan->arena, count,
	    sizeof *plan->components);
	for (size_t i = 0; strcmp(names, "all") == 0 && i < count; i++)
		if (plan->schema->components[i].missing == NULL &&
		    add(plan, &plan->schema->components[i], error) != 0)
			return -1;
	if (strcmp(names, "all") == 0)
		return 0;
	for (;;) {
		struct slice name = {names, strcspn(names, ",")};
		const struct schema_component *component = find(plan, name);

		if (component == NULL)
			return refuse_name(plan, name, error);
		if (add(plan, component, error) != 0)
			return -1;
		if (names[name.length] == '\0')
			return 0;
		names += name.length + 1;
	}
}
