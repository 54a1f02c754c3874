#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/options.h"
#include "base/program.h"

/* What getopt_long returns for option ${i}: beyond every letter. */
enum { FIRST = 256 };

static int
read_choice(const char *program, const struct program_option *option,
    const char *text)
{
	*option->flag = strcmp(text, option->words[1]) == 0;
	if (*option->flag || strcmp(text, option->words[0]) == 0)
		return 0;
	program_note(program, "--%s: \"%s\" is neither %s nor %s",
	    option->name, text, option->words[0], option->words[1]);
	return STATUS_USAGE;
}

static int
add_to_list(const char *program, const struct program_option *option,
    const char *text)
{
	struct option_list *list = option->list;

	if (list->count < list->most) {
		list->values[list->count++] = text;
		return 0;
	}
	program_note(program, "--%s: too many", option->name);
	return STATUS_USAGE;
}

static int
take(const char *program, const struct program_option *option,
    const char *text)
{
	if (option->number != NULL)
		return program_number(program, option->name, text,
		    option->least, option->most, option->number);
	if (option->list != NULL)
		return add_to_list(program, option, text);
	if (option->text != NULL)
		*option->text = text;
	else if (option->words[0] != NULL)
		return read_choice(program, option, text);
	else
		*option->flag = true;
	return 0;
}

static bool
takes_value(const struct program_option *option)
{
	return option->flag == NULL || option->words[0] != NULL;
}

/* The same table as getopt_long wants it, and the letters of its options. */
static struct option *
make_longs(const struct program_option *options, char *letters)
{
	size_t count = 0, at = 0;
	struct option *longs;

	while (options[count].name != NULL)
		count++;
	longs = memory_array(count + 3, sizeof *longs);
	for (size_t i = 0; i < count; i++) {
		longs[i] = (struct option){options[i].name,
		    takes_value(&options[i]) ? required_argument :
		    no_argument, NULL, FIRST + (int)i};
		if (options[i].letter == '\0')
			continue;
		letters[at++] = options[i].letter;
		if (takes_value(&options[i]))
			letters[at++] = ':';
	}
	longs[count] = (struct option){"help", no_argument, NULL, 'h'};
	longs[count + 1] = (struct option){"version", no_argument, NULL, 'V'};
	memcpy(letters + at, "hV", sizeof "hV");
	return longs;
}

static const struct program_option *
find(const struct program_option *options, int found)
{
	if (found >= FIRST)
		return &options[found - FIRST];
	while (options->name != NULL && options->letter != found)
		options++;
	return options->name != NULL ? options : NULL;
}

int
options_read(const char *program, const char *help,
    const struct program_option *options, int argc, char **argv)
{
	char letters[64];
	struct option *longs = make_longs(options, letters);
	int found, result = 0;

	while (result == 0 && (found = getopt_long(argc, argv, letters, longs,
	    NULL)) != -1) {
		const struct program_option *option = find(options, found);

		if (option != NULL)
			result = take(program, option, optarg);
		else if (found == 'h')
			exit(program_help(help));
		else if (found == 'V')
			exit(program_version(program));
		else
			result = program_usage(program);
	}
	free(longs);
	return result;
}
