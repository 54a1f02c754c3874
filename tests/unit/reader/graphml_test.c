#include "scratch.h"

#include "reader/graphml.h"
#include "reader/graphml_parser.h"
#include "reader/render.h"

/* What reading a file gave. */
static struct buffer lines;
static struct error error;
static struct graphml_layout layout;
static uint64_t extra;

static void
read_parts(const void *data, size_t length,
    const struct graphml_options *options)
{
	struct graphml *graphml;
	struct input input;
	struct record record;
	int result = 0;

	buffer_clear(&lines);
	error = (struct error){0};
	assert_int_equal(input_open(&input, scratch_write("x.graphml", data,
	    length), &error), 1);
	if (graphml_scan(&input, &layout, &error) != 0) {
		input_close(&input);
		return;
	}
	graphml = graphml_open(&input, &layout, options);
	for (int part = 0; part < GRAPHML_PARTS && result == 0; part++) {
		if (options->store[part] == NULL)
			continue;
		while ((result = graphml_next(graphml,
		    (enum graphml_part)part, &record, &error)) == 1) {
			assert_string_equal(record.store,
			    options->store[part]);
			render(&lines, &record);
		}
	}
	assert_int_equal(result, error.status == STATUS_DONE ? 0 : -1);
	extra = graphml_extra(graphml);
	graphml_close(graphml);
	input_close(&input);
}

static void
read_text(const char *text)
{
	read_parts(text, strlen(text), &(struct graphml_options){
	    .store = {"graph_nodes", "graph_edges"}});
}

#define HEAD "<?xml version='1.0' encoding='utf-8'?>\n" \
	"<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">" \
	"<key id=\"d5\" for=\"edge\" attr.name=\"weight\" attr.type=\"long\"/>" \
	"<key id=\"d4\" for=\"edge\" attr.name=\"weight\" attr.type=\"double\"/>" \
	"<key id=\"d3\" for=\"node\" attr.name=\"flag\" attr.type=\"boolean\"/>" \
	"<key id=\"d2\" for=\"node\" attr.name=\"created_at\" " \
	"attr.type=\"long\"/>" \
	"<key id=\"d1\" for=\"node\" attr.name=\"description\"/>" \
	"<key id=\"d0\" for=\"node\" attr.name=\"entity_id\" " \
	"attr.type=\"string\"/>\n"
#define OPEN "<graph edgedefault=\"undirected\">\n"
#define TAIL "</graph></graphml>"

/* The graph's content only. */
static void
expect(const char *graph, const char *wanted)
{
	struct buffer text = {0};

	buffer_format(&text, HEAD OPEN "%s" TAIL, graph);
	read_text(buffer_text(&text));
	assert_string_equal(error.message, "");
	assert_string_equal(buffer_text(&lines), wanted);
	buffer_free(&text);
}

/* ${wanted}: the message without the path. The whole file. */
static void
expect_broken(const char *text, const char *wanted)
{
	char message[600];

	read_text(text);
	snprintf(message, sizeof message, "%s: %s", scratch_path("x.graphml"),
	    wanted);
	assert_string_equal(error.message, message);
	assert_int_equal(error.status, STATUS_DATA);
}

/* The same for the graph's content; ${byte} counts from its start. */
static void
expect_broken_graph(const char *graph, size_t byte, const char *wanted)
{
	struct buffer text = {0};
	char message[500];

	buffer_format(&text, HEAD OPEN "%s" TAIL, graph);
	snprintf(message, sizeof message, "byte %zu: %s",
	    sizeof HEAD OPEN - 1 + byte, wanted);
	expect_broken(buffer_text(&text), message);
	buffer_free(&text);
}

static void
good_graphs(void **state)
{
	(void)state;
	expect("", "");
	expect("<node id=\"A\"><data key=\"d0\">A</data>\n<data key=\"d1\"/>"
	    "<data key=\"d2\">7</data></node>\n<node id=\"B\"/>"
	    "<edge source=\"A\" target=\"B\"><data key=\"d4\">1.0</data></edge>"
	    "<edge source=\"B\" target=\"B\"></edge>",
	    "1 node A {\"entity_id\":\"A\",\"description\":\"\","
	    "\"created_at\":7}\n2 node B {}\n"
	    "1 edge A>B {\"weight\":1.0}\n2 edge B>B {}\n");
	assert_int_equal(layout.count[GRAPHML_NODES], 2);
	assert_int_equal(layout.count[GRAPHML_EDGES], 2);
	assert_true(layout.ordered);
}

static void
texts(void **state)
{
	(void)state;
	/* Entities in attributes and text, CDATA, comments, instructions. */
	expect("<!-- <node> --><?x <edge ?><node id=\"a&amp;&lt;b&gt;&quot;"
	    "&#38;&#xe9;\xE4\xB8\xAD\"><data key=\"d1\">&lt;SEP&gt;<![CDATA[<"
	    "node id='n'>&amp;]]>\xE4\xB8\xAD<!-- <edge/> -->\"</data></node>",
	    "1 node a&<b>\"&\xC3\xA9\xE4\xB8\xAD {\"description\":"
	    "\"<SEP><node id='n'>&amp;\xE4\xB8\xAD\\\"\"}\n");
	/* CR and CRLF become LF in XML; &#13; is meant. */
	expect("<node id=\"a\"><data key=\"d1\">1\r2\r\n3&#13;4\t</data></node>",
	    "1 node a {\"description\":\"1\\n2\\n3\\r4\\t\"}\n");
	/* Blanks count in text. */
	expect("<node id=\" a \"><data key=\"d1\"> \n </data></node>",
	    "1 node  a  {\"description\":\" \\n \"}\n");
	/* A prefix, single quotes, white space in tags. */
	read_text("<g:graphml xmlns:g='u'><g:key id='k' attr.name='n'/>"
	    "<g:graph><g:node\n id = 'x>y' ><g:data key='k'>v</g:data></g:node"
	    "\n></g:graph></g:graphml>\n");
	assert_string_equal(error.message, "");
	assert_string_equal(buffer_text(&lines), "1 node x>y {\"n\":\"v\"}\n");
}

static void
numbers(void **state)
{
	static const char *const pairs[][2] = {
	    {"1.0", "1.0"}, {"1e-05", "1e-05"}, {"1e+16", "1e+16"},
	    {"-0.0", "-0.0"}, {"12345678901234567890", "12345678901234567890"},
	    {"nan", "NaN"}, {"inf", "Infinity"}, {"-inf", "-Infinity"},
	    {"INF", "Infinity"}, {"0.1E5", "0.1E5"}, {"7", "7"},
	};
	char graph[200], wanted[200];

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		snprintf(graph, sizeof graph, "<edge source=\"a\" target=\"b\">"
		    "<data key=\"d4\">%s</data></edge>", pairs[i][0]);
		snprintf(wanted, sizeof wanted, "1 edge a>b {\"weight\":%s}\n",
		    pairs[i][1]);
		expect(graph, wanted);
	}
	expect("<edge source=\"a\" target=\"b\"><data key=\"d5\">-20</data>"
	    "</edge>", "1 edge a>b {\"weight\":-20}\n");
	expect("<node id=\"a\"><data key=\"d3\">True</data></node><node "
	    "id=\"b\"><data key=\"d3\">false</data></node>",
	    "1 node a {\"flag\":true}\n2 node b {\"flag\":false}\n");
}

static void
bad_attributes(void **state)
{
	static const char *const reals[] = {"", "x", "1.", ".5", "01", "+1",
	    "1e", "1e+", "0x10", "1_0", " 1", "1 ", "--1", "-", "infinity"};
	static const char *const integers[] = {"", "1.0", "1e3", "01", "-",
	    "+1", "nan"};
	char graph[200], wanted[300];

	(void)state;
	for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++) {
		snprintf(graph, sizeof graph, "<edge source=\"a\" target=\"b\">"
		    "<data key=\"d4\">%s</data></edge>", reals[i]);
		snprintf(wanted, sizeof wanted, "1 reject bad-attribute %s\n",
		    graph);
		expect(graph, wanted);
	}
	for (size_t i = 0; i < sizeof integers / sizeof integers[0]; i++) {
		snprintf(graph, sizeof graph, "<node id=\"a\"><data key=\"d2\">"
		    "%s</data></node>", integers[i]);
		snprintf(wanted, sizeof wanted, "1 reject a bad-attribute %s"
		    "\n2 node b {}\n", graph);
		strcat(graph, "<node id=\"b\"/>");
		expect(graph, wanted);
	}
	expect("<node id=\"b\"/><node id=\"a\"><data key=\"d3\">2</data></node>",
	    "1 node b {}\n2 reject a bad-attribute "
	    "<node id=\"a\"><data key=\"d3\">2</data></node>\n");
	expect("<node id=\"a\" colour=\"red\" />",
	    "1 reject a bad-attribute <node id=\"a\" colour=\"red\" />\n");
	expect("<edge source=\"a\" target=\"b\"><data key=\"d4\">1</data>"
	    "<data key=\"d5\">1</data></edge>",
	    "1 reject duplicate-member <edge source=\"a\" target=\"b\">"
	    "<data key=\"d4\">1</data><data key=\"d5\">1</data></edge>\n");
}

/* Rejects far inside a file: their text is read at the right place. */
static void
far_rejects(void **state)
{
	static const char bad[] = "<node id=\"bad &#233; >\"><data key=\"d2\">"
	    "\xC3\xA9</data>\r\n</node>";
	struct buffer text = {0};
	const char *at;
	int found = 0;

	(void)state;
	buffer_append_text(&text, "\xEF\xBB\xBF" HEAD OPEN);
	for (int i = 0; i < 30000; i++) {
		buffer_format(&text, "<node id=\"%d\"><data key=\"d1\">%0*d"
		    "\xC3\xA9</data></node>\r\n", i, i % 97 + 1, i);
		if (i % 1000 == 999)
			buffer_append_text(&text, bad);
	}
	buffer_append_text(&text, TAIL);
	read_text(buffer_text(&text));
	assert_string_equal(error.message, "");
	assert_true(layout.scan.byte_order_mark);
	for (at = buffer_text(&lines);
	    (at = strstr(at, " reject ")) != NULL; at++) {
		assert_memory_equal(at + 8, "bad \xC3\xA9 > bad-attribute ",
		    23);
		assert_memory_equal(at + 31, bad, sizeof bad - 1);
		found++;
	}
	assert_int_equal(found, 30);
	buffer_free(&text);
}

/* The edge between two pieces of 64 KiB at each byte of a node and an edge. */
static void
piece_edges(void **state)
{
	static const char graph[] = "<node id=\"a&amp;\xC3\xA9'>\"><data key="
	    "\"d1\">\xE4\xB8\xAD&lt;SEP&gt;\r\n\r]]&#13;\xF0\x9F\x98\x80<![CDATA[]]]>"
	    "</data><data key=\"d2\">12</data></node><!-- - --><edge source='a\"'"
	    " target=\"&#x62;\"/>";
	static const char wanted[] = "1 node a&\xC3\xA9'> {\"description\":"
	    "\"\xE4\xB8\xAD<SEP>\\n\\n]]\\r\xF0\x9F\x98\x80]\","
	    "\"created_at\":12}\n1 edge a\">b {}\n";
	struct buffer text = {0};

	(void)state;
	for (size_t before = 0; before < sizeof graph + 2; before++) {
		size_t pad = 65536 - before - (sizeof HEAD OPEN - 1) - 7;

		buffer_clear(&text);
		buffer_append_text(&text, HEAD OPEN "<!--");
		for (size_t i = 0; i < pad; i++)
			buffer_append_char(&text, '.');
		buffer_append_text(&text, "-->");
		buffer_append_text(&text, graph);
		buffer_append_text(&text, TAIL);
		read_text(buffer_text(&text));
		assert_string_equal(error.message, "");
		assert_string_equal(buffer_text(&lines), wanted);
	}
	buffer_free(&text);
}

/* Not as networkx writes it, but still a graph. */
static void
any_order(void **state)
{
	static const char graph[] = HEAD OPEN "<edge source=\"a\" target=\"b\"/>"
	    "<node id=\"a\"/><edge source=\"b\" target=\"a\"/><node id=\"b\"/>"
	    TAIL;

	(void)state;
	read_text(graph);
	assert_string_equal(error.message, "");
	assert_false(layout.ordered);
	assert_string_equal(buffer_text(&lines),
	    "1 node a {}\n2 node b {}\n1 edge a>b {}\n2 edge b>a {}\n");
}

/* A part alone, and positions to go on behind. */
static void
parts(void **state)
{
	static const char *const graphs[] = {
	    HEAD OPEN "<node id=\"a\"/><node id=\"b\"/><edge source=\"a\" "
	    "target=\"b\"/><edge source=\"b\" target=\"a\"/>" TAIL,
	    HEAD OPEN "<edge source=\"a\" target=\"b\"/><node id=\"a\"/>"
	    "<node id=\"b\"/><edge source=\"b\" target=\"a\"/>" TAIL,
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		read_parts(graphs[i], strlen(graphs[i]),
		    &(struct graphml_options){.store = {"n", NULL}});
		assert_string_equal(buffer_text(&lines),
		    "1 node a {}\n2 node b {}\n");
		read_parts(graphs[i], strlen(graphs[i]),
		    &(struct graphml_options){.store = {NULL, "e"}});
		assert_string_equal(buffer_text(&lines),
		    "1 edge a>b {}\n2 edge b>a {}\n");
		read_parts(graphs[i], strlen(graphs[i]),
		    &(struct graphml_options){.store = {"n", "e"},
		    .after = {1, 1}});
		assert_string_equal(buffer_text(&lines),
		    "2 node b {}\n2 edge b>a {}\n");
		read_parts(graphs[i], strlen(graphs[i]),
		    &(struct graphml_options){.store = {"n", "e"},
		    .after = {2, 9}});
		assert_string_equal(buffer_text(&lines), "");
		assert_string_equal(error.message, "");
	}
}

static void
empty_files(void **state)
{
	static const char *const blank[] = {"", " \n", "\xEF\xBB\xBF\r\n"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		read_text(blank[i]);
		assert_string_equal(error.message, "");
		assert_true(layout.scan.blank);
		assert_string_equal(buffer_text(&lines), "");
	}
	read_text("<graphml><graph/></graphml>");
	assert_string_equal(error.message, "");
	assert_false(layout.scan.blank);
	/* An attribute of the graph itself. */
	expect("<data key=\"d0\">x</data><node id=\"a\"/>", "1 node a {}\n");
	assert_int_equal(extra, 1);
}

/* Only LightRAG's own attributes have a place; the first other one is named. */
static void
strange_attributes(void **state)
{
	(void)state;
	expect("<node id=\"a\" target=\"b\" source=\"c\"/>", "1 reject a "
	    "bad-attribute <node id=\"a\" target=\"b\" source=\"c\"/>\n");
	expect("<edge source=\"a\" target=\"b\" id=\"c\"/>", "1 reject "
	    "bad-attribute <edge source=\"a\" target=\"b\" id=\"c\"/>\n");
	expect_broken_graph("<node xml:id=\"a\"/>", 16, "a node without id");
	expect("<node id=\"a\"><data key=\"d3\">1</data></node><node id=\"b\">"
	    "<data key=\"d3\">0</data></node>", "1 node a {\"flag\":true}\n"
	    "2 node b {\"flag\":false}\n");
	read_text("<graphml><key id=\"d0\" attr.name=\"x\" "
	    "attr.type=\"string\"/><key id=\"d0\" attr.name=\"y\" "
	    "attr.type=\"string\"/>" OPEN "<node id=\"a\"/>" TAIL);
	assert_int_equal(error.status, STATUS_DATA);
	assert_non_null(strstr(error.message, "a key's id for the second"));
}

/* What only looks like an element is text. */
static void
tags_in_text(void **state)
{
	(void)state;
	expect("<node id=\"a\"><data key=\"d1\"><![CDATA[<node id=\"b\"/>]]>"
	    "</data></node>",
	    "1 node a {\"description\":\"<node id=\\\"b\\\"/>\"}\n");
	assert_int_equal(layout.count[GRAPHML_NODES], 1);
}

/* Nothing is ever declared, so nothing can be expanded. */
static void
document_types(void **state)
{
	(void)state;
	expect_broken("<?xml version='1.0'?>\n<!DOCTYPE graphml [<!ENTITY a "
	    "\"ha\"><!ENTITY b \"&a;&a;&a;\">]><graphml><graph><node id=\"&b;\""
	    "/></graph></graphml>", "byte 22: a DOCTYPE is refused: it could "
	    "declare entities");
	expect_broken("<!DOCTYPE graphml SYSTEM \"http://localhost/x.dtd\">"
	    "<graphml/>", "byte 0: a DOCTYPE is refused: it could declare "
	    "entities");
	expect_broken_graph("<node id=\"&b;\"/>", 13,
	    "not XML: Entity 'b' not defined");
}

static void
encodings(void **state)
{
	static const char utf16[] = "\xFF\xFE<\0g\0";

	(void)state;
	expect_broken("<?xml version='1.0' encoding='iso-8859-1'?><graphml/>",
	    "byte 29: only UTF-8 is read; the file declares another encoding");
	expect_broken("<?xml version=\"1.0\" encoding=\"UTF-16\"?><graphml/>",
	    "byte 29: only UTF-8 is read; the file declares another encoding");
	expect_broken("\xFE\xFF", "byte 0: not UTF-8");
	read_parts(utf16, sizeof utf16 - 1, &(struct graphml_options){
	    .store = {"n", "e"}});
	assert_non_null(strstr(error.message, "byte 0: not UTF-8"));
	read_parts(utf16 + 2, sizeof utf16 - 3, &(struct graphml_options){
	    .store = {"n", "e"}});
	assert_non_null(strstr(error.message, "byte 0: not UTF-8"));
	read_text("<?xml version=\"1.0\" encoding=\"UTF-8\"?><graphml><graph/>"
	    "</graphml>");
	assert_string_equal(error.message, "");
	expect_broken_graph("<node id=\"a\xFF\"/>", 11, "not XML: Input is not "
	    "proper UTF-8, indicate encoding !");
	expect_broken_graph("<node id=\"\xC0\x80\"/>", 10, "not XML: Input is "
	    "not proper UTF-8, indicate encoding !");
}

static void
not_a_graph(void **state)
{
	(void)state;
	expect_broken_graph("<node id=\"a\"><graph></graph></node>", 19,
	    "element <graph> where networkx writes none");
	expect_broken_graph("<hyperedge/>", 10,
	    "element <hyperedge> where networkx writes none");
	expect_broken_graph("<node id=\"a\"><port name=\"p\"/></node>", 27,
	    "element <port> where networkx writes none");
	expect_broken_graph("<node id=\"a\"><data key=\"d1\"><b/></data></node>",
	    30, "element <b> where networkx writes none");
	expect_broken_graph("<node/>", 5, "a node without id");
	expect_broken_graph("<edge source=\"a\"/>", 16,
	    "an edge without source or target");
	expect_broken_graph("<node id=\"a\"><data key=\"d9\">x</data></node>",
	    27, "data of a key that isn't declared");
	expect_broken_graph("<node id=\"a\"><data>x</data></node>", 18,
	    "data of a key that isn't declared");
	expect_broken_graph("<node id=\"a\">text</node>", 13,
	    "text where networkx writes none");
	expect_broken("<graphml><key id=\"d0\" attr.name=\"x\" "
	    "attr.type=\"date\"/></graphml>",
	    "byte 52: a key of an unknown attr.type");
	expect_broken("<html></html>",
	    "byte 13: the file ends before </graphml>: cut off");
	expect_broken("hello",
	    "byte 5: the file ends before </graphml>: cut off");
}

static void
broken_xml(void **state)
{
	(void)state;
	expect_broken_graph("<node id=\"a\"></edge>", 20, "not XML: Opening and "
	    "ending tag mismatch: node line 4 and edge");
	expect_broken_graph("<node id=\"a<b\"/>", 11, "not XML: Unescaped '<' "
	    "not allowed in attributes values");
	expect_broken_graph("<node id=\"a\"><data key=\"d1\">\x01</data></node>",
	    28, "not XML: PCDATA invalid Char value 1");
	expect_broken_graph("<node id=\"a\"><data key=\"d1\">&#1;</data></node>",
	    32, "not XML: xmlParseCharRef: invalid xmlChar value 1");
	expect_broken_graph("<node id=\"a\"><data key=\"d1\">&</data></node>",
	    29, "not XML: xmlParseEntityRef: no name");
}

/* Longer than what libxml2 takes in one piece: 10 MB; and over the limit. */
static void
long_texts(void **state)
{
	struct graphml_options options = {.store = {"n", "e"}};
	struct buffer text = {0};

	(void)state;
	buffer_append_text(&text, HEAD OPEN "<node id=\"a\"><data key=\"d1\">");
	for (int i = 0; i < 12 * 1024 * 1024; i++)
		buffer_append_char(&text, 'x');
	buffer_append_text(&text, "</data></node>" TAIL);
	read_parts(text.data, text.length, &options);
	assert_string_equal(error.message, "");
	assert_int_equal(lines.length, 12 * 1024 * 1024 + 28);
	options.max_record = 1024 * 1024;
	read_parts(text.data, text.length, &options);
	assert_non_null(strstr(error.message,
	    "a record longer than 1048576 bytes (--max-record allows more)"));
	assert_int_equal(error.status, STATUS_DATA);
	buffer_free(&text);
}

/* The first look refuses these already; the parser does so by itself, too. */
static void
parser_alone(void **state)
{
	static const char *const texts[] = {
	    "<!DOCTYPE graphml [<!ENTITY e \"x\">]><graphml/>",
	    "<graphml><graph><node id=\"a\"></graph></graphml>",
	    "<graphml><graph>", "x", ""};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct graphml_parser_options options = {
		    .wanted = {true, true}};
		struct graphml_parser *parser;
		struct graphml_element element;
		struct input input;
		int result;

		error = (struct error){0};
		assert_int_equal(input_open(&input, scratch_write_text(
		    "x.graphml", texts[i]), &error), 1);
		parser = graphml_parser_open(&input, &options);
		while ((result = graphml_parser_next(parser, &element,
		    &error)) == 1)
			;
		assert_int_equal(result, -1);
		assert_int_equal(error.status, STATUS_DATA);
		if (i == 0)
			assert_non_null(strstr(error.message, "a DOCTYPE is "
			    "refused: it could declare entities"));
		graphml_parser_close(parser);
		input_close(&input);
	}
}

static int
finish(void **state)
{
	buffer_free(&lines);
	return scratch_remove(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_graphs),
	    cmocka_unit_test(texts),
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(bad_attributes),
	    cmocka_unit_test(far_rejects),
	    cmocka_unit_test(piece_edges),
	    cmocka_unit_test(any_order),
	    cmocka_unit_test(parts),
	    cmocka_unit_test(empty_files),
	    cmocka_unit_test(strange_attributes),
	    cmocka_unit_test(tags_in_text),
	    cmocka_unit_test(document_types),
	    cmocka_unit_test(encodings),
	    cmocka_unit_test(not_a_graph),
	    cmocka_unit_test(broken_xml),
	    cmocka_unit_test(long_texts),
	    cmocka_unit_test(parser_alone),
	};

	return cmocka_run_group_tests(tests, scratch_make, finish);
}
