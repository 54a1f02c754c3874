#include "backup/retention.h"

static const int64_t day = INT64_C(86400) * 1000000;

static bool
is_young(const struct retention *retention, int64_t created)
{
	return retention->keep_days > 0 && created > retention->now -
	    (int64_t)retention->keep_days * day;
}

static enum verdict
decide(const struct retention *retention, const struct backup *backup,
    uint64_t newer, bool is_protected)
{
	if (backup->manifest.reference_count > 0)
		return VERDICT_REFERENCE;
	if (is_protected)
		return VERDICT_PROTECTED;
	if (newer < retention->keep)
		return VERDICT_NEWEST;
	return is_young(retention, backup->manifest.created) ? VERDICT_YOUNG :
	    VERDICT_PRUNE;
}

void
retention_decide(const struct retention *retention,
    const struct backup *backups, size_t count, const bool *is_protected,
    enum verdict *verdicts)
{
	uint64_t newer = 0;

	for (size_t i = 0; i < count; i++) {
		if (!backups[i].manifest.checksums) {
			verdicts[i] = VERDICT_FOREIGN;
			continue;
		}
		verdicts[i] = decide(retention, &backups[i], newer,
		    is_protected[i]);
		newer++;
	}
}

const char *
retention_words(enum verdict verdict)
{
	static const char *const words[] = {"prune", "newest", "young",
	    "referenced", "protected", "foreign"};

	return words[verdict];
}
