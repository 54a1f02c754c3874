#!/usr/bin/env python3
"""An independent judge of a migration of llmspell's SQLite file to PostgreSQL.

usage: llmspell_judge.py FILE URI

It shares no code with hr. For each record of FILE, tenant by tenant, it asks
URI, as the application's role with the tenant set, what llmspell's own
readers ask (by agent type and id, by key, by session, content by its hash,
entities that are current, embeddings by scope), and compares what comes back.
Ids that are no UUIDs can't be in the target and must not be. Each difference
is a line on standard output. Exit status: 0 none, 1 some.
"""
import datetime
import decimal
import json
import re
import sqlite3
import struct
import subprocess
import sys
import uuid

ENDLESS = 9999999999
faults = 0


def fault(*words):
    global faults
    faults += 1
    print(" ".join(str(word) for word in words)[:1000])


def parse(text):
    return json.loads(text, parse_float=decimal.Decimal, parse_int=decimal.Decimal)


def ask(uri, tenant, query):
    """The rows of a query as dicts, seen as llmspell_app of that tenant."""
    sql = "SET app.current_tenant_id = '%s'; SET timezone = 'UTC'; SELECT row_to_json(q)::text FROM (%s) AS q" % (
        tenant.replace("'", "''"), query)
    out = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", uri, "-c", sql], check=True, stdout=subprocess.PIPE,
                         universal_newlines=True).stdout
    return [parse(line) for line in out.splitlines() if line]


def instant(seconds):
    if seconds is None:
        return None
    return "infinity" if seconds == ENDLESS else decimal.Decimal(seconds)


def is_uuid(text):
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return re.fullmatch(r"[0-9A-Fa-f-]{32,36}", text) is not None


# A time as seconds, or the word that PostgreSQL has for no end.
TIME = "CASE WHEN isfinite({0}) THEN to_jsonb(extract(epoch FROM {0})) ELSE to_jsonb({0}::text) END AS {0}"


def times(names):
    return ", ".join(TIME.format(name) for name in names.split())


def floats(blob):
    blob = blob.encode() if isinstance(blob, str) else blob
    if blob[:1] == b"[":
        return [struct.unpack("<f", struct.pack("<f", float(x)))[0] for x in json.loads(blob)]
    return list(struct.unpack("<%df" % (len(blob) // 4), blob))


def compare(kind, expected, found):
    """Both are dicts by key."""
    for key, record in expected.items():
        if key not in found:
            fault(kind, key, "isn't there")
            continue
        for name, value in record.items():
            if found[key].get(name) != value:
                fault(kind, key, name + ":", found[key].get(name), "instead of", value)
    for key in found.keys() - expected.keys():
        fault(kind, key, "is there, but not in the file")


def by(rows, *names):
    return {tuple(row[name] for name in names): row for row in rows}


def judge_states(file, uri, tenant):
    expected = {}
    for agent, data, version, checksum, created in file.execute(
            "SELECT agent_id, state_data, data_version, checksum, created_at FROM agent_states WHERE tenant_id = ?", (tenant,)):
        kind, _, name = agent.rpartition(":")
        expected[kind or "unknown", name] = {"state_data": parse(data), "data_version": version, "checksum": checksum,
                                             "created_at": instant(created)}
    compare("agent", expected, by(ask(uri, tenant, "SELECT agent_type, agent_id, state_data, data_version, checksum, " +
                                      times("created_at") + " FROM llmspell.agent_states"), "agent_type", "agent_id"))
    expected = {(key,): {"value": value.hex() if isinstance(value, bytes) else value.encode().hex(),
                         "metadata": parse(metadata) if metadata else None, "updated_at": instant(updated)}
                for key, value, metadata, updated in file.execute(
                    "SELECT key, value, metadata, updated_at FROM kv_store WHERE tenant_id = ?", (tenant,))}
    compare("key", expected, by(ask(uri, tenant, "SELECT key, encode(value, 'hex') AS value, metadata, " +
                                    times("updated_at") + " FROM llmspell.kv_store"), "key"))
    expected = {(name,): {"state_data": parse(data), "current_step": step, "status": status, "started_at": instant(started)}
                for name, data, step, status, started in file.execute(
                    "SELECT workflow_id, state_data, current_step, status, started_at FROM workflow_states WHERE tenant_id = ?",
                    (tenant,))}
    compare("workflow", expected, by(ask(uri, tenant, "SELECT workflow_id, state_data, current_step, status, " +
                                         times("started_at") + " FROM llmspell.workflow_states"), "workflow_id"))
    expected = {(str(uuid.UUID(name)),): {"session_data": parse(data), "status": status, "expires_at": instant(expires)}
                for name, data, status, expires in file.execute(
                    "SELECT session_id, session_data, status, expires_at FROM sessions WHERE tenant_id = ?", (tenant,))
                if is_uuid(name)}
    compare("session", expected, by(ask(uri, tenant, "SELECT session_id, session_data, status, " + times("expires_at") +
                                        " FROM llmspell.sessions"), "session_id"))


def judge_artifacts(file, uri, tenant):
    expected = {}
    for digest, data in file.execute("SELECT content_hash, data FROM artifact_content WHERE tenant_id = ?", (tenant,)):
        used = file.execute("SELECT count(*) FROM artifacts WHERE tenant_id = ? AND content_hash = ?", (tenant, digest)).fetchone()[0]
        expected[digest,] = {"data": data.hex(), "reference_count": 1 + used,
                             "storage_type": "large_object" if len(data) >= 1048576 else "bytea"}
    compare("content", expected, by(ask(uri, tenant, "SELECT content_hash, reference_count, storage_type, encode("
                                        "coalesce(lo_get(large_object_oid), data), 'hex') AS data FROM llmspell.artifact_content"),
                                    "content_hash"))
    expected = {(name,): {"tags": None if tags is None else json.loads(tags), "metadata": parse(metadata), "sequence": sequence}
                for name, tags, metadata, sequence in file.execute(
                    "SELECT artifact_id, tags, metadata, sequence FROM artifacts WHERE tenant_id = ?", (tenant,))}
    compare("artifact", expected, by(ask(uri, tenant, "SELECT artifact_id, tags, metadata, sequence FROM llmspell.artifacts"),
                                     "artifact_id"))


def judge_events(file, uri, tenant):
    expected = {}
    for name, seconds, sequence, payload in file.execute(
            "SELECT event_id, timestamp, sequence, payload FROM event_log WHERE tenant_id = ?", (tenant,)):
        exact = re.fullmatch(r"(.*T.*:\d\d)(\.\d{1,6})?\d*Z", str(json.loads(payload).get("timestamp")))
        if exact:
            at = datetime.datetime.fromisoformat(exact.group(1)).replace(tzinfo=datetime.timezone.utc)
            seconds = decimal.Decimal(int(at.timestamp())) + decimal.Decimal("0" + (exact.group(2) or ".0"))
        expected[name,] = {"payload": parse(payload), "sequence": sequence, "timestamp": decimal.Decimal(seconds)}
    compare("event", expected, by(ask(uri, tenant, "SELECT event_id, payload, sequence, " + times("timestamp") +
                                      " FROM llmspell.event_log"), "event_id"))
    expected = {(name,): {"hook_context": context.hex(), "result_data": parse(result), "tags": json.loads(tags)}
                for name, context, result, tags in file.execute(
                    "SELECT execution_id, hook_context, result_data, tags FROM hook_history WHERE tenant_id = ?", (tenant,))}
    compare("hook", expected, by(ask(uri, tenant, "SELECT execution_id, encode(hook_context, 'hex') AS hook_context, "
                                     "result_data, tags FROM llmspell.hook_history"), "execution_id"))


def judge_memory(file, uri, tenant):
    expected = {(name,): {"name": words, "properties": parse(properties)} for name, words, properties, valid, known in file.execute(
        "SELECT entity_id, name, properties, valid_time_end, transaction_time_end FROM entities WHERE tenant_id = ?", (tenant,))
                if is_uuid(name) and valid == known == ENDLESS}
    compare("current entity", expected, by(ask(
        uri, tenant, "SELECT entity_id, name, properties FROM llmspell.entities WHERE valid_time_end = 'infinity' AND "
        "transaction_time_end = 'infinity'"), "entity_id"))
    expected = {(name,): {"scope": {"__global__": "global"}.get(scope, re.sub("^tenant:", "custom:tenant:", scope)),
                          "metadata": parse(metadata), "embedding": floats(blob)}
                for name, scope, metadata, blob in file.execute(
                    "SELECT m.id, m.scope, m.metadata, e.embedding FROM vector_metadata m JOIN vec_embeddings_384 e "
                    "ON e.rowid = m.rowid WHERE m.tenant_id = ? AND m.dimension = 384", (tenant,))}
    rows = ask(uri, tenant, "SELECT id, scope, metadata, embedding::real[]::text[] AS embedding FROM llmspell.vector_embeddings_384")
    for row in rows:
        row["embedding"] = [struct.unpack("<f", struct.pack("<f", float(x)))[0] for x in row["embedding"]]
    compare("embedding", expected, by(rows, "id"))


def main():
    file = sqlite3.connect("file:%s?mode=ro&immutable=1" % sys.argv[1], uri=True)
    uri = sys.argv[2]
    tenants = [row[0] for row in file.execute(
        "SELECT tenant_id FROM agent_states UNION SELECT tenant_id FROM kv_store UNION SELECT tenant_id FROM workflow_states "
        "UNION SELECT tenant_id FROM sessions UNION SELECT tenant_id FROM entities UNION SELECT tenant_id FROM vector_metadata")]
    for tenant in tenants + ["nobody"]:
        judge_states(file, uri, tenant)
        judge_artifacts(file, uri, tenant)
        judge_events(file, uri, tenant)
        judge_memory(file, uri, tenant)
    print("%d tenants, %d differences" % (len(tenants), faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
