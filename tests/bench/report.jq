# The result as JSON, from what was measured: $machine, $data, $figures, $stages, lists of
# objects each. A goal is judged by the median.

def median: sort | if length % 2 == 1 then .[length / 2 | floor]
    else (.[length / 2 - 1] + .[length / 2]) / 2 end;
def rounded: . * 1000 | round / 1000;
def spread: {min: min | rounded, median: median | rounded, max: max | rounded, runs: length};

def data($part): $data | map(select(.part == $part)) | last;
def rows($part): data($part).stores | add;

# The seconds of each round; round 0 only prepares.
def seconds($part; $figure):
    $figures | map(select(.part == $part and .figure == $figure and .round > 0).seconds);

# Of each round its own ratio: the variants of a round ran one after the other.
def ratios($part; $above; $below):
    [seconds($part; $above), seconds($part; $below)] | transpose | map(.[0] / .[1]);

def figure($part; $name):
    seconds($part; $name) | select(length > 0) | {part: $part, name: $name, seconds: spread,
        rows_per_second: (rows($part) / median | round),
        megabytes_per_second: (data($part).bytes / 1e6 / median | rounded)};

def ratio($part; $name; $above; $below; $limit):
    ratios($part; $above; $below) | select(length > 0) |
    {name: $name, part: $part, limit: $limit, value: (median | rounded), spread: spread, met: (median <= $limit)};

# What each program held at most, and how long it computed.
def stages: $stages | group_by(.name) | map({
    part: (.[0].name | split("/")[0]), name: (.[0].name | split("/")[1]),
    kilobytes: (map(.kilobytes) | max), processor_seconds: (map(.user + .system) | median | rounded)});

def own: map(select(.name | startswith("hr-") or . == "verify"));
def limit_kilobytes($part): 64 * 1024 + 4 * data($part).longest_record / 1024;

def memory_goals($stages):
    ($stages | own | map(select(.part | startswith("dry-run") | not))) as $held |
    ($held | select(length > 0) | {
        name: "memory ÷ (64 MiB + 4 × longest record)", part: "all", limit: 1,
        value: (map(.kilobytes / limit_kilobytes(.part)) | max | rounded)} | .met = (.value <= 1)),
    ($held | map(select(.part | startswith("memory "))) | group_by(.name) | select(length > 0) |
        map(map(.kilobytes) | max / min) | {
        name: "memory, most files ÷ least", part: "memory", limit: 1.1, value: (max | rounded)} | .met = (.value <= 1.1));

def dry_run_goal:
    seconds("dry-run"; "dry-run") | select(length > 0) |
    map(. / (data("dry-run").bytes / 1e9)) |
    {name: "dry run, seconds a GB (counts were exact)", part: "dry-run", limit: 1, value: (median | rounded), spread: spread, met: (median <= 1)};

stages as $stages | {
    machine: $machine[0],
    data: $data,
    figures: [figure("load"; "load", "finishing", "verify", "copy-binary", "copy-binary-lz4",
            "copy-text"),
        figure("index"; "whole", "load", "finishing", "copy-binary-and-index"),
        figure("dry-run"; "dry-run"),
        figure("inserts"; "load", "inserts-batches", "inserts-rows"),
        ($data[] | select(.part | startswith("memory ")).part | figure(.; "load", "verify"))],
    stages: $stages,
    goals: [ratio("load"; "load ÷ \\copy BINARY"; "load"; "copy-binary"; 1.25),
        ratio("load"; "load ÷ \\copy BINARY with lz4"; "load"; "copy-binary-lz4"; 1.25),
        ratio("load"; "load ÷ \\copy text"; "load"; "copy-text"; 0.3),
        ratio("index"; "whole ÷ (\\copy BINARY + CREATE INDEX)"; "whole"; "copy-binary-and-index"; 0.45),
        ratio("inserts"; "load ÷ executemany in Python"; "load"; "inserts-batches"; 0.1),
        ratio("inserts"; "load ÷ a row at a time in Python"; "load"; "inserts-rows"; 0.1),
        ratio("load"; "verify ÷ load"; "verify"; "load"; 0.6),
        memory_goals($stages), dry_run_goal]
}
