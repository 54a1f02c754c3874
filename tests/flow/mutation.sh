#!/bin/sh
# Each kind of fault, planted in the database after a load, is found by hr-verify, which exits 1
# and names the record, and the member where one was changed. Every column of every table is
# changed once, by the tables' own list of columns, so that a new one can't be forgotten. None is
# left out: what is derived from other columns (meta, update_time of vectors, tokens of their
# chunks, updated_at and namespace of the graph) must be as derived.
# timeout: 240
. "$(dirname "$0")/../lib.sh"

source=$DATA/lightrag-1.5.7-small
seed=20251121
fresh_database small
hr-extract "$source" | hr-transform --schema lightrag --embedding-model BAAI/bge-m3 | hr-load "$URI" >commits ||
    not_ok 'load'
target="$URI&workspace=default&schema=lightrag&embedding_model=BAAI/bge-m3"
exits 0 'before any fault' hr-verify "$source" "$target"

# --- planting ----------------------------------------------------------------------------------

tables=$(sql "select table_name from information_schema.tables where table_schema = 'public' and
	table_name like 'lightrag%' order by 1")
is 13 "$(echo "$tables" | wc -l)" 'thirteen tables'
# flip(x, n): the float4 that differs from x in bit n, worked out from its parts
sql 'create schema saved' "create function flip(x real, n int) returns real language sql as \$\$
	select (case when b < 0 then -1 else 1 end * case (b >> 23) & 255
		when 0 then (b & 8388607) * 2::float8 ^ -149
		else (8388608 + (b & 8388607)) * 2::float8 ^ (((b >> 23) & 255) - 150) end)::real
	from (select ('x' || encode(float4send(x), 'hex'))::bit(32)::int # (1 << n)) as t(b) \$\$" || not_ok 'prepare'
for table in $tables; do
	sql "create table saved.$table as select * from $table"
done
is '1.0000001 -1 0.5 1.3e-44' "$(sql "select concat_ws(' ', flip(1, 0), flip(1, 31), flip(1, 23), flip(1e-45, 3))")" \
    'single bits are flipped'

store() {
	case $1 in
	lightrag_doc_full) echo kv_store_full_docs ;;
	lightrag_doc_chunks) echo kv_store_text_chunks ;;
	lightrag_llm_cache) echo kv_store_llm_response_cache ;;
	lightrag_graph_*) echo "${1#lightrag_}" ;;
	lightrag_vdb_chunks_*) echo vdb_chunks ;;
	lightrag_vdb_entity_*) echo vdb_entities ;;
	lightrag_vdb_relation_*) echo vdb_relationships ;;
	*) echo "kv_store_${1#lightrag_}" ;;
	esac
}

# member TABLE COLUMN: what hr-verify calls the difference
member() {
	case $(store "$1").$2 in
	kv_store_full_docs.meta) echo 'column meta' ;;
	kv_store_full_docs.doc_name) echo file_path ;;
	kv_store_llm_response_cache.return_value) echo return ;;
	vdb_*.create_time) echo '__created_at__, column update_time' ;; # the other column was a copy of it
	vdb_*.update_time) echo 'column update_time' ;;
	vdb_*.chunk_ids) echo source_id ;;
	vdb_relationships.source_id) echo src_id ;;
	vdb_relationships.target_id) echo tgt_id ;;
	vdb_*.content_vector) echo vector ;;
	graph_*.properties) echo planted ;;
	graph_*.updated_at | graph_*.namespace) echo "column $2" ;;
	*) echo "$2" ;;
	esac
}

# script SQL: in one transaction, without foreign keys, after the last fault's table was put right
dirty='' number=0
script() {
	{
		echo 'begin; set local session_replication_role = replica;'
		for table in $dirty; do
			echo "delete from $table; insert into $table select * from saved.$table;"
		done
		printf '%s\n' "$1"
		echo 'commit;'
	} | psql -XAtq -v ON_ERROR_STOP=1 2>&1
}

# plant_by TABLE WHERE STATEMENT...: in a row that the seed chooses, at :'at'; its ends or id become
# $one and $two
plant_by() {
	number=$((number + 1))
	case $1 in
	*_edges) key="src_id as one, tgt_id as two" order='src_id || tgt_id' ;;
	*) key="id as one, '' as two" order=id ;;
	esac
	planted=$(script "select $key, ctid as at from $1 where workspace = 'default' and ($2)
		order by $order !~ '^[ !#-Z_a-z]+\$', md5('$seed $number' || $order) limit 1 \\gset
		\\echo :one
		\\echo :two
		$3")
	dirty=$1
	case $planted in *ERROR:*) not_ok "plant: $1: $3" "$planted" ;; esac
	one=$(echo "$planted" | sed -n 1p) two=$(echo "$planted" | sed -n 2p)
}

plant() { plant_by "$1" "$2" "update $1 set $3 where ctid = :'at';"; }

verify() {
	status=0
	hr-verify "$source" "$target" >found 2>&1 || status=$?
	sed -n 's/^ \{4\}\(missing\|extra\|changed\): /\1: /p' found >differences
}

# named KIND NAME [MEMBERS]: exit 1, and a difference of that kind of $one (and $two); * is any members
named() {
	words="$1: $(store "$dirty") \"$one\"" other=$words
	[ -z "$two" ] || words="$words – \"$two\"" other="$1: $(store "$dirty") \"$two\" – \"$one\""
	case ${3:-} in
	'') exact=x end= ;;
	'*') exact='' end=': ' ;;
	*) exact=x end=": $3" ;;
	esac
	if [ $status = 1 ] && grep -q${exact}F -e "$words$end" -e "$other$end" differences; then
		ok "$2"
	else
		not_ok "$2" "status $status, expected 1 and: $words$end" "$(cat differences)" \
		    "$(grep -vE 'PASSED|^  ' found)"
	fi
}

# changes TABLE COLUMN SET WORDS [WHERE]: a changed value is named by key and member
changes() {
	plant "$1" "${5:-true}" "$2 = $3"
	verify
	named changed "$1.$2: $4" "${member:-$(member "$1" "$2")}"
}

# --- every column of every table -------------------------------------------------------------------

# alter TABLE COLUMN TYPE NULLABLE
alter() {
	case $2.$3 in
	workspace.*)
		plant "$1" true "workspace = 'elsewhere'"
		verify
		named missing "$1.$2: in another workspace"
		return ;;
	id.* | src_id.* | tgt_id.*)
		plant "$1" true "$2 = $2 || 'x'"
		verify
		named missing "$1.$2: under another key"
		case $2 in tgt_id) two=${two}x ;; *) one=${one}x ;; esac
		named extra "$1.$2: the new key is extra"
		return ;;
	chunk_order_index.* | tokens.*)
		case $1 in
		*vdb_chunks*) # filled by a finishing step, checked by a relation
			plant "$1" true "$2 = coalesce($2, 0) + 1"
			verify
			matches "FAILED: Filled columns: $1 from lightrag_doc_chunks - 1 rows differ \\('$one'\\)" \
			    "$(cat found)" "$1.$2: another number"
			is 1 $status "$1.$2: exit status"
			return ;;
		esac ;;
	esac
	case $3 in
	varchar | text) changes "$1" "$2" "coalesce($2, '') || 'x'" 'another text' ;;
	int4) changes "$1" "$2" "coalesce($2, 0) + 1" 'another number' ;;
	timestamp | timestamptz)
		precision='1 us'
		case $1 in lightrag_llm_cache | lightrag_doc_status | lightrag_graph_*) ;; *) precision='1 s' ;; esac
		changes "$1" "$2" "$2 + interval '$precision'" "$precision later" ;;
	jsonb)
		changes "$1" "$2" "case jsonb_typeof($2) when 'array' then $2 || '[\"planted\"]' else
			coalesce($2, '{}') || '{\"planted\": 1}' end" 'something added' ;;
	_varchar) changes "$1" "$2" "$2 || 'planted'::varchar" 'an element more' ;;
	vector)
		for bit in 0 11 22 31; do
			changes "$1" "$2" "(select array_agg(case i when 7 then flip(x, $bit) else x end order by i)::vector
				from unnest($2::real[]) with ordinality as u(x, i))" "bit $bit of one number"
		done ;;
	*) not_ok "$1.$2: what to plant in a column of type $3?" ;;
	esac
	case $4,$3 in
	NO,* | *,vector) ;; # pgvector has no empty one
	*) changes "$1" "$2" null 'null instead of a value' "$2 is not null$5" ;;
	esac
}

# With sanitizers each hr-verify takes several times longer: one table of each shape is enough.
some=$tables
[ "${HR_PASS:-}" != sanitize ] || some=$(echo "$tables" | grep -E 'doc_status|graph|entity')
for table in $some; do
	sql "select column_name, udt_name, is_nullable, exists (select from pg_stats s where s.schemaname = 'public' and
		s.tablename = c.table_name and s.attname = column_name and null_frac < 1) from information_schema.columns c
		where table_schema = 'public' and table_name = '$table' order by ordinal_position" >columns
	while IFS='|' read -r column type nullable filled <&3; do
		# A column that is null in every row can't lose a value.
		[ "$filled" = t ] || nullable=NO
		alter "$table" "$column" "$type" "$nullable" ''
	done 3<columns
	is 1 "$(grep -c '^id|\|^src_id|' columns)" "$table: its columns were listed"
done

# --- rows ------------------------------------------------------------------------------------------

for table in $tables; do
	case $table in *_edges) id=src_id ;; *) id=id ;; esac
	columns=$(sql "select string_agg(column_name, ', ' order by ordinal_position) from information_schema.columns
		where table_schema = 'public' and table_name = '$table'")
	values=$(sql "select string_agg(column_name, ', ' order by ordinal_position) from information_schema.columns
		where table_schema = 'public' and table_name = '$table' and
		column_name not in ('workspace', 'namespace', 'id', 'src_id', 'tgt_id')")

	plant_by "$table" true "delete from $table where ctid = :'at';"
	verify
	named missing "$table: a dropped row"
	is 1 "$(wc -l <differences)" "$table: and nothing else"

	plant_by "$table" true "insert into $table ($columns) select $(echo "$columns" |
	    sed "s/\\<$id\\>/$id || '!' as $id/") from $table where ctid = :'at';"
	verify
	one=$one!
	named extra "$table: a doubled row, under another key"
	is 1 "$(wc -l <differences)" "$table: and nothing else"

	plant_by "$table" true "select ctid as other from $table t where workspace = 'default' and
			to_jsonb(t) - '{id,src_id,tgt_id}'::text[] <> (select to_jsonb(o) - '{id,src_id,tgt_id}'::text[]
			from $table o where o.ctid = :'at') order by ctid limit 1 \\gset
		create temp table pair on commit drop as select *, ctid as was from $table where ctid in (:'at', :'other');
		update $table t set ($values) = (select $values from pair where was <> t.ctid) where ctid in (:'at', :'other');"
	verify
	named changed "$table: the values of two rows exchanged" '*'
	is 2 "$(wc -l <differences)" "$table: both are named"
done

# --- one value for another that looks like it ----------------------------------------------------------

changes lightrag_doc_status error_msg "''" 'an empty text for null' 'error_msg is null'
changes lightrag_doc_full sidecar_location "''" 'an empty text for null' 'sidecar_location is null'
member=truncate
changes lightrag_graph_nodes properties "properties || '{\"truncate\": null}'" 'null for an empty text' "properties->>'truncate' = ''"
changes lightrag_graph_nodes properties "properties - 'truncate'" 'nothing for an empty text' "properties ? 'truncate'"
member=
changes lightrag_entity_chunks chunk_ids "(select jsonb_agg(x order by i desc) from jsonb_array_elements(chunk_ids)
	with ordinality u(x, i))" 'a list turned round' 'jsonb_array_length(chunk_ids) > 1'
changes lightrag_full_relations relation_pairs "jsonb_set(relation_pairs, '{0}', jsonb_build_array(relation_pairs->0->1,
	relation_pairs->0->0))" 'a pair turned round' 'jsonb_array_length(relation_pairs) > 0'
vectors=$(echo "$tables" | grep vdb_entity)
changes "$vectors" chunk_ids "array(select x from unnest(chunk_ids) with ordinality u(x, i) order by i desc)" \
    'a list turned round' 'cardinality(chunk_ids) > 1'
changes "$vectors" content "replace(content, E'\\r', '')" 'LF for CRLF' "content like E'%\\r%'"
changes lightrag_doc_full content 'normalize(content, NFC)' 'another form of an accent' 'content is not nfc normalized'
changes lightrag_doc_full content "content || ' '" 'a blank at the end'
changes lightrag_llm_cache original_prompt 'lower(original_prompt)' 'lower case' 'original_prompt <> lower(original_prompt)'
member=weight
changes lightrag_graph_edges properties "jsonb_set(properties, '{weight}', '1')" '1 for 1.0' "properties->>'weight' = '1.0'"
changes lightrag_graph_edges properties "jsonb_set(properties, '{weight}', '\"1.0\"')" 'a text for a number' "properties->>'weight' = '1.0'"
member=created_at
changes lightrag_graph_nodes properties "jsonb_set(properties, '{created_at}', '1795243326.0')" 'a fraction of 0' \
    "properties->>'created_at' = '1795243326'"
member=

# --- numbers that no double holds, and other oddities, in a source of their own --------------------------

mkdir odd
cat >odd/kv_store_doc_status.json <<'END'
{"number": {"metadata": {"n": 12345678901234567891, "f": 0.1000000000000000055511151231257827, "e": 1e16, "t": true},
  "status": "processed"},
 "list": {"metadata": {"l": [[1, 2], [3], [], {}], "o": {"a": {"b": "\u00e9"}}}, "chunks_list": ["c", "a", "b", "a"]},
 "none": {}}
END
source=odd
hr-extract odd | hr-transform --schema lightrag --workspace odd | hr-load "$URI" >commits || not_ok 'load the oddities'
target="$URI&workspace=odd&schema=lightrag"
sql "drop table saved.lightrag_doc_status" "create table saved.lightrag_doc_status as select * from lightrag_doc_status"
script ''
dirty=
exits 0 'the oddities before any fault' hr-verify odd "$target"

# odd KEY COLUMN SQL WORDS: as changes, in the row of that id
odd() {
	script "update lightrag_doc_status set $2 = $3 where workspace = 'odd' and id = '$1';"
	dirty=lightrag_doc_status one=$1 two=
	verify
	named changed "$2: $4" "$2"
}
odd number metadata "jsonb_set(metadata, '{n}', '12345678901234567892')" 'the last of 20 digits'
odd number metadata "jsonb_set(metadata, '{n}', '12345678901234567000')" 'a double for 20 digits'
odd number metadata "jsonb_set(metadata, '{n}', '12345678901234567891.0')" 'the same number, another text'
odd number metadata "jsonb_set(metadata, '{f}', '0.1000000000000000055511151231257828')" 'the last of 34 digits'
odd number metadata "jsonb_set(metadata, '{e}', '10000000000000001')" 'a great number and one'
odd number metadata "jsonb_set(metadata, '{t}', '\"true\"')" 'a text for true'
odd number metadata "jsonb_set(metadata, '{t}', '1')" '1 for true'
odd number metadata "jsonb_set(metadata, '{x}', 'null')" 'a null more'
odd list metadata "jsonb_set(metadata, '{l}', '[[3], [1, 2], [], {}]')" 'lists in another order'
odd list metadata "jsonb_set(metadata, '{l}', '[[1, 2], [3], {}, []]')" 'an empty object for an empty list'
odd list metadata "jsonb_set(metadata, '{l}', '[[1], [2, 3], [], {}]')" 'brackets elsewhere'
odd list metadata "jsonb_set(metadata, '{o}', '{\"a\": {}, \"b\": \"é\"}')" 'a member elsewhere'
odd list metadata "jsonb_set(metadata, '{o,a,b}', '\"\u0065\u0301\"')" 'another form of an accent'
odd list chunks_list "'[\"c\", \"a\", \"b\"]'" 'a second one dropped from a list'
odd list chunks_list "'[\"a\", \"c\", \"b\", \"a\"]'" 'a list in another order'
odd none metadata null 'null for what stands for nothing'
odd none chunks_list "'{}'" 'an object for a list'
odd none created_at null 'null for a time that was not there'
odd none status "''" 'an empty text for null'
script ''
dirty=
exits 0 'after all faults' hr-verify odd "$target"
