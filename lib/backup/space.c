#include <inttypes.h>
#include <sys/statvfs.h>

#include "backup/space.h"

int
space_check(const char *directory, uint64_t needed, struct error *error)
{
	struct statvfs disk;
	uint64_t room;

	if (statvfs(directory, &disk) != 0)
		return error_system(error, STATUS_IO, "%s", directory);
	room = (uint64_t)disk.f_bavail * disk.f_frsize;
	return needed <= room ? 0 : error_set(error, STATUS_IO, "%s: no room: "
	    "%" PRIu64 " MB are needed, %" PRIu64 " MB are free", directory,
	    needed / 1000000 + 1, room / 1000000);
}
