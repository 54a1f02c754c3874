#include <inttypes.h>

#include "codec/json.h"
#include "plan/plan.h"

/* What JSON takes for a string YAML does, too. */
static void
write_text(struct buffer *out, const char *before, const char *text,
    const char *comment)
{
	buffer_append_text(out, before);
	json_write_string(out, slice_of(text));
	buffer_format(out, "%s\n", comment);
}

static void
write_components(const struct plan *plan, struct buffer *out)
{
	buffer_append_text(out, "\n# What is migrated, in this order. Larger "
	    "batches are quicker and take more memory.\ncomponents:\n");
	for (size_t i = 0; i < plan->component_count; i++) {
		const struct plan_component *component = &plan->components[i];

		buffer_format(out, "  - name: %s\n    estimated_count: %"
		    PRIu64 "  # records found when the plan was made, of all "
		    "tenants\n    batch_size: %" PRIu64 "\n",
		    component->component->name, component->estimated_count,
		    component->batch_size);
	}
}

void
plan_write(const struct plan *plan, struct buffer *out)
{
	buffer_append_text(out, "# The plan of a migration, by hr (man hr-plan)."
	    " Change what you like; then\n#   hr migrate execute --plan FILE "
	    "--dry-run\n# says what it comes to.\n");
	write_text(out, "version: ", "1.0", "");
	write_text(out, "created_at: ", plan->created_at, "");
	buffer_format(out, "\n# Only read; nothing of it changes.\nsource:\n"
	    "  backend: %s\n", plan->source);
	if (plan->path != NULL)
		write_text(out, "  path: ", plan->path, "");
	buffer_format(out, "\n# Its tables are those that the application's own "
	    "migrations make: %s's, not\n# the names of the components below."
	    "\ntarget:\n  backend: %s\n", plan->schema->name, plan->target);
	if (plan->connection != NULL)
		write_text(out, "  connection: ", plan->connection,
		    "  # never with a password: ~/.pgpass has those");
	else
		buffer_append_text(out, "  # connection: postgresql://user@"
		    "host/database  (without it libpq's environment says)\n");
	write_components(plan, out);
	buffer_format(out, "\n# Every record is compared by its content: JSON by "
	    "value, numbers exactly, bytes,\n# instants. Lower figures compare "
	    "fewer of a component that has at least\n# full_comparison_threshold"
	    " records.\nvalidation:\n  checksum_sample_percent: %" PRIu64
	    "\n  full_comparison_threshold: %" PRIu64 "\n",
	    plan->sample_percent, plan->threshold);
	buffer_format(out, "\n# What was read, and the rows of the target that "
	    "are touched, are saved first.\nrollback:\n  backup_enabled: %s\n",
	    plan->backup ? "true" : "false");
	if (plan->backup_path != NULL)
		write_text(out, "  backup_path: ", plan->backup_path, "");
	else
		buffer_append_text(out, "  # backup_path: ./backups/"
		    "migration-...  (by default, with the time)\n");
}
