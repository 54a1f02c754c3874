/*
 * Replays a corpus without libFuzzer: every file of every directory that is
 * named, through the target that this is linked with. An input that fails
 * ends the program, its name being the last that was printed.
 */
#include <dirent.h>

#include "base/durable.h"
#include "fuzz.h"

enum { LONGEST = 64 * 1024 * 1024 };

static void
replay_file(const char *path)
{
	struct buffer bytes = {0};
	struct error error = {0};
	uint8_t *exact;

	printf("# %s\n", path);
	fflush(stdout);
	if (durable_read(path, LONGEST, &bytes, &error) != 1) {
		fprintf(stderr, "%s: can't be read: %s\n", path,
		    error.message);
		exit(2);
	}
	/* No byte more than there are, so that a sanitizer sees one too far. */
	exact = malloc(bytes.length > 0 ? bytes.length : 1);
	must(exact != NULL);
	if (bytes.length > 0)
		memcpy(exact, bytes.data, bytes.length);
	LLVMFuzzerTestOneInput(exact, bytes.length);
	free(exact);
	buffer_free(&bytes);
}

static unsigned
replay_directory(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	unsigned count = 0;

	if (directory == NULL) {
		perror(path);
		exit(2);
	}
	while ((entry = readdir(directory)) != NULL) {
		char name[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		replay_file(name);
		count++;
	}
	closedir(directory);
	return count;
}

int
main(int argc, char **argv)
{
	unsigned count = 0;

	for (int i = 1; i < argc; i++)
		count += replay_directory(argv[i]);
	if (count == 0) {
		fprintf(stderr, "there is nothing to replay\n");
		return 2;
	}
	printf("ok %u inputs\n", count);
	return 0;
}
