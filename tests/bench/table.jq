# The result as a table for people.

def right($width): tostring | (" " * ([0, $width - length] | max)) + .;
def left($width): tostring | . + (" " * ([0, $width - length] | max));
def number: if . >= 100 then round else . * 1000 | round / 1000 end;

def size: "\(.part | left(14))\(.chunks | right(8)) chunks × \(.dimension), \(.bytes / 1e6 | round) MB of files, \(.stores | add) records, the longest \(.longest_record) bytes";
.machine as $machine |
"\($machine.hr); PostgreSQL \($machine.postgresql) \(if $machine.server_options == "" then "as it comes" else $machine.server_options end), pgvector \($machine.pgvector)",
"\($machine.cores) cores, \($machine.processor), \($machine.memory_kilobytes / 1048576 | round) GB",
"",
(.data[] | size),
"",
"seconds                                     min   median      max     rows/s     MB/s",
(.figures[] | "\(.part | left(14))\(.name | left(24))" + (.seconds | [.min, .median, .max] | map(number | right(9)) | add)
    + (.rows_per_second | right(11)) + (.megabytes_per_second | number | right(9))),
"",
"stages                                         held, KB   CPU seconds",
(.stages[] | "\(.part | left(14))\(.name | left(32))\(.kilobytes // "" | right(9))\(.processor_seconds | number | right(14))"),
"",
"goals                                               limit    min   median",
(.goals[] | "\(if .met then "✓" else "✗" end) \(.name | left(48))\("≤ \(.limit)" | right(7))"
    + ((.spread.min // "") | right(7)) + (.value | right(9))),
"",
"load: all rows durable, doc_status last; from the start of hr-extract, which first reads",
"and hashes all files, to hr-load's first finishing step. finishing: endpoints, foreign keys,",
"b-tree indexes. whole: all that, the vector indexes, views and statistics. \\copy: the same",
"rows, exported from a loaded database, into the same tables with their primary keys and no",
"other index, a \\copy a table, one psql; hr-load chooses lz4 for long values, \\copy takes the\nserver's default, pglz, unless lz4 is in its name. CREATE INDEX: the same indexes, b-tree and HNSW, at the",
"server's defaults. All variants by turns on one server with its own configuration, fsync on,",
"each into a fresh database after a checkpoint; files read before. Ratios are each round's.",
"inserts: the way of HybridRAG's migrations, in Python: fewer columns, the same records.",
"CPU seconds: the median of each program's; server, its backend without\nparallel workers, up to the end of loading."
