/*
 * The slicer against yyjson: a file that is JSON must be walked to its end and
 * cut where its members are, whether or not the window's edge falls into it.
 * Whatever else is in a file must be refused or cut into pieces that are.
 */
#include "fuzz_file.h"

#include "codec/json.h"
#include "codec/slicer.h"

/* What walking gave: as many members as good pieces, and their texts. */
struct walk {
	bool finished;
	bool pieces_good;  /* each name and value is JSON by itself */
	struct buffer text; /* the container again, from the pieces */
};

static void
take_piece(struct walk *walk, struct slice piece)
{
	struct json json;
	yyjson_val *root;
	enum json_problem problem;

	json_open(&json);
	problem = json_parse_line(&json, piece, &root);
	if (problem == JSON_GOOD)
		json_write(&walk->text, root);
	else
		walk->pieces_good = false;
	json_close(&json);
}

static int
walk_member(struct walk *walk, struct slicer *slicer, struct error *error)
{
	struct window *window = slicer->window;
	uint64_t start = window_tell(window);
	size_t length = 0;

	window_hold(window);
	if (slicer->close == '}') {
		if (slicer_name(slicer, &length, error) != 0)
			return -1;
		take_piece(walk, window_slice(window, start, start + length));
		buffer_append_char(&walk->text, ':');
		start = window_tell(window);
	}
	if (slicer_skip(window, error) != 0 ||
	    window_check_held(window, error) != 0)
		return -1;
	take_piece(walk, window_slice(window, start, window_tell(window)));
	window_release(window);
	return 0;
}

static int
walk_file(struct walk *walk, struct window *window, size_t padding,
    struct error *error)
{
	struct slicer_start start;
	struct slicer slicer;
	bool first = true;
	int next, result;

	if (padding > 0 && window_need(window, padding, error) != 1)
		return -1;
	window->position += padding;
	if (slicer_start(window, &start, error) != 0 ||
	    slicer_peek(window, &next, error) != 0 ||
	    slicer_enter(&slicer, window, next == '[' ? '[' : '{', error) != 0)
		return -1;
	buffer_append_char(&walk->text, next == '[' ? '[' : '{');
	while ((result = slicer_next(&slicer, error)) == 1) {
		if (!first)
			buffer_append_char(&walk->text, ',');
		first = false;
		if (walk_member(walk, &slicer, error) != 0)
			return -1;
	}
	if (result != 0 || slicer_finish(window, error) != 0)
		return -1;
	buffer_append_char(&walk->text, slicer.close);
	walk->finished = true;
	return 0;
}

/* The file as yyjson sees it, written without white space. */
static enum json_problem
parse_whole(struct slice text, struct buffer *out)
{
	struct json json;
	yyjson_val *root;
	enum json_problem problem;

	json_open(&json);
	problem = json_parse_line(&json, text, &root);
	if (problem == JSON_GOOD && !yyjson_is_ctn(root))
		problem = JSON_BROKEN;
	if (problem == JSON_GOOD)
		json_write(out, root);
	json_close(&json);
	return problem;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz fuzz = {data, size};
	unsigned edge = fuzz_choice(&fuzz, 256);
	size_t padding = edge == 0 ? 0 : WINDOW_STEP - edge;
	struct buffer file = {0}, whole = {0};
	struct walk walk = {.pieces_good = true};
	struct window window;
	struct input input;
	struct error error = {0};
	enum json_problem problem;

	/* The first window ends ${edge} bytes into the text. */
	buffer_reserve(&file, padding);
	memset(file.data, ' ', padding);
	file.length = padding;
	buffer_append_slice(&file, fuzz_rest(&fuzz));
	fuzz_input(&input, buffer_slice(&file));
	window_open(&window, &input, 0);
	(void)walk_file(&walk, &window, padding, &error);
	must(walk.finished == (error.status == STATUS_DONE));
	must(walk.finished || error.status == STATUS_DATA);
	problem = parse_whole(fuzz_rest(&fuzz), &whole);
	if (problem == JSON_GOOD) {
		must(walk.finished && walk.pieces_good);
		must(slice_equal(buffer_slice(&walk.text),
		    buffer_slice(&whole)));
	} else if (walk.finished && walk.pieces_good) {
		/* One deeper than a piece is no more than the limit allows. */
		must(problem == JSON_DEEP || (edge == 0 && size > 3 &&
		    memcmp(data + 1, "\xEF\xBB\xBF", 3) == 0));
	}
	window_close(&window);
	input_close(&input);
	buffer_free(&file);
	buffer_free(&whole);
	buffer_free(&walk.text);
	return 0;
}
