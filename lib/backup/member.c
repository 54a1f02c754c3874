#include <string.h>

#include "backup/hybridrag.h"
#include "backup/member.h"
#include "codec/utf8.h"

/* File systems' own limits. */
enum { LONGEST_NAME = 4000, LONGEST_PART = 255 };

static bool
has_control_characters(const char *name)
{
	for (; *name != '\0'; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return true;
	return false;
}

static int
check_part(const char *part, size_t length, struct error *error)
{
	if (length == 0)
		return error_set(error, STATUS_DATA, "has an empty part in "
		    "its name");
	if (length <= 2 && strncmp(part, "..", length) == 0)
		return error_set(error, STATUS_DATA, "has a part \"%.*s\" in "
		    "its name", (int)length, part);
	if (length > LONGEST_PART)
		return error_set(error, STATUS_DATA, "has a name that is too "
		    "long");
	return 0;
}

int
member_name_check(const char *name, struct error *error)
{
	size_t length = strlen(name);

	if (strcmp(name, ".") == 0)
		return 0;
	if (*name == '/')
		return error_set(error, STATUS_DATA, "has an absolute name");
	if (length > LONGEST_NAME)
		return error_set(error, STATUS_DATA, "has a name that is too "
		    "long");
	if (utf8_valid_length(slice_of(name)) != length ||
	    has_control_characters(name))
		return error_set(error, STATUS_DATA, "has a name that is no "
		    "text");
	if (member_is_excluded(name))
		return error_set(error, STATUS_DATA, "is in the place of "
		    "other backups");
	for (const char *part = name;; part++) {
		size_t part_length = strcspn(part, "/");

		if (check_part(part, part_length, error) != 0)
			return -1;
		part += part_length;
		if (*part == '\0')
			return 0;
	}
}

bool
member_is_excluded(const char *name)
{
	size_t length = strlen(hybridrag_folder);

	return strncmp(name, hybridrag_folder, length) == 0 &&
	    (name[length] == '\0' || name[length] == '/');
}
