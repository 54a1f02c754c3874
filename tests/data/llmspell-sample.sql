-- llmspell_sample.sql : own-words DDL with the same tables/columns/types/defaults/constraints as llmspell v0.14.1's SQLite store,
-- plus realistic rows. Run: sqlite3 llmspell.db < llmspell_sample.sql
PRAGMA journal_mode=WAL;  PRAGMA foreign_keys=ON;
CREATE TABLE _migrations(version INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  applied_at INTEGER NOT NULL DEFAULT (strftime('%s','now')), checksum TEXT NOT NULL);
CREATE TABLE vector_metadata(rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, tenant_id TEXT NOT NULL, scope TEXT NOT NULL,
  dimension INTEGER NOT NULL CHECK(dimension IN (384,768,1536,3072)), metadata TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE TABLE vec_embeddings_384(rowid INTEGER PRIMARY KEY, embedding BLOB);   -- made at run time, one per used dimension
CREATE TABLE entities(entity_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, entity_type TEXT NOT NULL, name TEXT NOT NULL,
  properties TEXT NOT NULL DEFAULT '{}', valid_time_start INTEGER NOT NULL, valid_time_end INTEGER NOT NULL DEFAULT 9999999999,
  transaction_time_start INTEGER NOT NULL DEFAULT (strftime('%s','now')), transaction_time_end INTEGER NOT NULL DEFAULT 9999999999,
  created_at INTEGER NOT NULL DEFAULT (strftime('%s','now')),
  CHECK(valid_time_start<valid_time_end), CHECK(transaction_time_start<transaction_time_end));
CREATE TABLE relationships(relationship_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, from_entity TEXT NOT NULL, to_entity TEXT NOT NULL,
  relationship_type TEXT NOT NULL, properties TEXT NOT NULL DEFAULT '{}', valid_time_start INTEGER NOT NULL,
  valid_time_end INTEGER NOT NULL DEFAULT 9999999999, transaction_time_start INTEGER NOT NULL DEFAULT (strftime('%s','now')),
  transaction_time_end INTEGER NOT NULL DEFAULT 9999999999, created_at INTEGER NOT NULL DEFAULT (strftime('%s','now')),
  FOREIGN KEY(from_entity) REFERENCES entities(entity_id) ON DELETE CASCADE,
  FOREIGN KEY(to_entity)   REFERENCES entities(entity_id) ON DELETE CASCADE,
  CHECK(valid_time_start<valid_time_end), CHECK(transaction_time_start<transaction_time_end));
CREATE TABLE procedural_patterns(pattern_id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))), tenant_id TEXT NOT NULL,
  scope TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, frequency INTEGER NOT NULL DEFAULT 1,
  first_seen INTEGER NOT NULL DEFAULT (strftime('%s','now')), last_seen INTEGER NOT NULL DEFAULT (strftime('%s','now')),
  created_at INTEGER NOT NULL DEFAULT (strftime('%s','now')), updated_at INTEGER NOT NULL DEFAULT (strftime('%s','now')),
  UNIQUE(tenant_id,scope,key,value), CHECK(frequency>0));
CREATE TABLE agent_states(state_id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))), tenant_id TEXT NOT NULL, agent_id TEXT NOT NULL,
  agent_type TEXT NOT NULL, state_data TEXT NOT NULL, schema_version INTEGER NOT NULL DEFAULT 1, data_version INTEGER NOT NULL DEFAULT 1,
  checksum TEXT NOT NULL, created_at INTEGER NOT NULL DEFAULT (strftime('%s','now')), updated_at INTEGER NOT NULL DEFAULT (strftime('%s','now')),
  UNIQUE(tenant_id,agent_id), CHECK(schema_version>0), CHECK(data_version>0), CHECK(length(checksum)=64));
CREATE INDEX idx_agent_states_execution_state ON agent_states(json_extract(state_data,'$.state.execution_state')); -- makes bad JSON impossible
CREATE TRIGGER trigger_agent_state_version AFTER UPDATE ON agent_states FOR EACH ROW WHEN NEW.state_data != OLD.state_data
 BEGIN UPDATE agent_states SET data_version=data_version+1, updated_at=strftime('%s','now') WHERE state_id=NEW.state_id; END;
CREATE TABLE kv_store(kv_id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))), tenant_id TEXT NOT NULL, key TEXT NOT NULL,
  value BLOB NOT NULL, metadata TEXT, created_at INTEGER NOT NULL DEFAULT (strftime('%s','now')),
  updated_at INTEGER NOT NULL DEFAULT (strftime('%s','now')), UNIQUE(tenant_id,key));
CREATE TABLE workflow_states(tenant_id TEXT NOT NULL, workflow_id TEXT NOT NULL, workflow_name TEXT, state_data TEXT NOT NULL,
  current_step INTEGER NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT 'pending', started_at INTEGER, completed_at INTEGER,
  last_updated INTEGER NOT NULL DEFAULT (strftime('%s','now')), created_at INTEGER NOT NULL DEFAULT (strftime('%s','now')),
  PRIMARY KEY(tenant_id,workflow_id), CHECK(status IN ('pending','running','completed','failed','cancelled')), CHECK(current_step>=0));
CREATE TABLE sessions(id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))), tenant_id TEXT NOT NULL, session_id TEXT NOT NULL,
  session_data TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'active', created_at INTEGER NOT NULL DEFAULT (strftime('%s','now')),
  last_accessed_at INTEGER NOT NULL DEFAULT (strftime('%s','now')), expires_at INTEGER, artifact_count INTEGER NOT NULL DEFAULT 0,
  updated_at INTEGER NOT NULL DEFAULT (strftime('%s','now')), UNIQUE(tenant_id,session_id),
  CHECK(status IN ('active','archived','expired')), CHECK(artifact_count>=0));
CREATE INDEX idx_sessions_data_status ON sessions(json_extract(session_data,'$.status'));
CREATE TABLE artifact_content(id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))), tenant_id TEXT NOT NULL, content_hash TEXT NOT NULL,
  data BLOB NOT NULL, size_bytes INTEGER NOT NULL, is_compressed INTEGER NOT NULL DEFAULT 0, original_size_bytes INTEGER,
  reference_count INTEGER NOT NULL DEFAULT 1, created_at INTEGER NOT NULL DEFAULT (strftime('%s','now')),
  last_accessed_at INTEGER NOT NULL DEFAULT (strftime('%s','now')), UNIQUE(tenant_id,content_hash),
  CHECK(reference_count>0), CHECK(size_bytes<=104857600));
CREATE TABLE artifacts(id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))), tenant_id TEXT NOT NULL, artifact_id TEXT NOT NULL,
  session_id TEXT NOT NULL, sequence INTEGER NOT NULL, content_hash TEXT NOT NULL, metadata TEXT NOT NULL, name TEXT NOT NULL,
  artifact_type TEXT NOT NULL, mime_type TEXT NOT NULL, size_bytes INTEGER NOT NULL, created_at INTEGER NOT NULL DEFAULT (strftime('%s','now')),
  created_by TEXT, version INTEGER NOT NULL DEFAULT 1, parent_artifact_id TEXT, tags TEXT,
  stored_at INTEGER NOT NULL DEFAULT (strftime('%s','now')), updated_at INTEGER NOT NULL DEFAULT (strftime('%s','now')),
  UNIQUE(tenant_id,artifact_id), UNIQUE(tenant_id,session_id,sequence),
  FOREIGN KEY(tenant_id,content_hash) REFERENCES artifact_content(tenant_id,content_hash) ON DELETE RESTRICT,
  FOREIGN KEY(tenant_id,session_id) REFERENCES sessions(tenant_id,session_id) ON DELETE CASCADE, CHECK(version>0), CHECK(sequence>=0));
CREATE TABLE event_log(id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))), tenant_id TEXT NOT NULL, event_id TEXT NOT NULL,
  event_type TEXT NOT NULL, correlation_id TEXT NOT NULL, timestamp INTEGER NOT NULL, sequence INTEGER NOT NULL, language TEXT NOT NULL,
  payload TEXT NOT NULL, UNIQUE(tenant_id,event_id), UNIQUE(tenant_id,sequence));
CREATE TABLE hook_history(id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))), execution_id TEXT NOT NULL, tenant_id TEXT NOT NULL,
  hook_id TEXT NOT NULL, hook_type TEXT NOT NULL, correlation_id TEXT NOT NULL, hook_context BLOB NOT NULL, result_data TEXT NOT NULL,
  timestamp INTEGER NOT NULL, duration_ms INTEGER NOT NULL, triggering_component TEXT NOT NULL, component_id TEXT NOT NULL,
  modified_operation INTEGER NOT NULL DEFAULT 0, tags TEXT DEFAULT '[]', retention_priority INTEGER NOT NULL DEFAULT 0,
  context_size INTEGER NOT NULL, contains_sensitive_data INTEGER NOT NULL DEFAULT 0, metadata TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL DEFAULT (strftime('%s','now')), UNIQUE(tenant_id,execution_id));
INSERT INTO _migrations(version,name,checksum) VALUES (1,'initial_setup','v1-initial'),(4,'temporal_graph','v4-bitemporal-graph'),
 (5,'procedural_memory','v5-procedural-patterns'),(6,'agent_state','v6-agent-state-versioning'),(7,'kv_store','v7-generic-kv-storage'),
 (8,'workflow_states','v8-workflow-lifecycle'),(9,'sessions','v9-session-storage'),(10,'artifacts','v10-artifact-deduplication'),
 (11,'event_log','v11-time-series-events'),(13,'hook_history','v13-hook-execution-replay');

-- ---------- sample rows (checksum = lower hex SHA-256 of the exact state_data bytes; the ones below are real) ----------
INSERT INTO agent_states(state_id,tenant_id,agent_id,agent_type,state_data,data_version,checksum,created_at,updated_at) VALUES
 ('0a1b2c3d4e5f60718293a4b5c6d7e8f9','tenant-a','test:migration_42','migration_42',
  '{"agent_id": "agent_42", "state": "active", "iteration": 5}',3,'1c4ad765bb1b7a2cf22bb9d973c0f27926128ec89858378fee64e75fa07c37a7',1762300000,1762300500),
 ('1a1b2c3d4e5f60718293a4b5c6d7e8f9','tenant-a','alice','unknown',
  '{"agent_id":"alice","agent_type":"assistant","state":{"conversation_history":[{"role":"User","content":"h\u00e9llo \"w\u00f6rld\"","timestamp":{"secs_since_epoch":1762300000,"nanos_since_epoch":123456789},"metadata":null}],"context_variables":{},"tool_usage_stats":{"total_invocations":0,"successful_invocations":0,"failed_invocations":0,"tool_performance":{}},"execution_state":"Idle","custom_data":{"big":12345678901234567890,"f":1e16}},"metadata":{"name":"Alice","description":null,"version":"1.0.0","capabilities":[],"provider_config":null,"tags":[]},"creation_time":{"secs_since_epoch":1762300000,"nanos_since_epoch":0},"last_modified":{"secs_since_epoch":1762300000,"nanos_since_epoch":0},"schema_version":1,"hook_registrations":[],"last_hook_execution":null,"correlation_context":null}',
  1,'84e51e33dff8a0803d01cd4afb5920d8723893cd1ea723cfc32436eb329bb203',1762300000,1762300000);
INSERT INTO workflow_states VALUES
 ('tenant-a','wf-123','data-processing','{"input":"data.csv","processed_rows":1000}',2,'running',1762300100,NULL,1762300200,1762300000),
 ('tenant-a','wf-124','nightly','{}',0,'pending',NULL,NULL,1762300000,1762300000),
 ('tenant-b','wf-123','same id, other tenant','{"a":[1,2,{"b":null}]}',9,'completed',1762300100,1762300900,1762300900,1762300000);
INSERT INTO sessions(id,tenant_id,session_id,session_data,status,created_at,last_accessed_at,expires_at,artifact_count,updated_at) VALUES
 ('aa1b2c3d4e5f60718293a4b5c6d7e8f9','tenant-a','6f1d2c1e-8a54-4a50-9d0e-0a3f6f9b7c11','{"user_id":"user-456","context":"chat"}','active',1762300000,1762300600,1762386400,2,1762300600),
 ('ab1b2c3d4e5f60718293a4b5c6d7e8f9','tenant-a','user-123-20250115','{"user":"user-123"}','archived',1736937000,1736937000,NULL,0,1736937000); -- not a UUID: PG column is UUID
INSERT INTO artifact_content(tenant_id,content_hash,data,size_bytes,reference_count,created_at,last_accessed_at) VALUES
 ('tenant-a','ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',x'61',1,2,1762300000,1762300000);   -- SHA-256("a")
INSERT INTO artifact_content(tenant_id,content_hash,data,size_bytes,reference_count) VALUES
 ('tenant-a','30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58',zeroblob(1048576),1048576,1);       -- SHA-256(1 MiB of zeros): large-object side
INSERT INTO artifacts(tenant_id,artifact_id,session_id,sequence,content_hash,metadata,name,artifact_type,mime_type,size_bytes,created_at,created_by,tags,stored_at,updated_at) VALUES
 ('tenant-a','6f1d2c1e-8a54-4a50-9d0e-0a3f6f9b7c11:0:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb','6f1d2c1e-8a54-4a50-9d0e-0a3f6f9b7c11',0,'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb','{"name":"a.txt","mime_type":"text/plain"}','a.txt','document','text/plain',1,1762300100,NULL,NULL,1762300100,1762300100),
 ('tenant-a','6f1d2c1e-8a54-4a50-9d0e-0a3f6f9b7c11:1:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb','6f1d2c1e-8a54-4a50-9d0e-0a3f6f9b7c11',1,'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb','{}','unnamed','binary','application/octet-stream',1,1762300200,'bob','["x, y","q\"z"]',1762300200,1762300200),
 ('tenant-a','6f1d2c1e-8a54-4a50-9d0e-0a3f6f9b7c11:2:30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58','6f1d2c1e-8a54-4a50-9d0e-0a3f6f9b7c11',2,'30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58','{}','big.bin','binary','application/octet-stream',1048576,1762300300,NULL,'[]',1762300300,1762300300);
INSERT INTO kv_store(kv_id,tenant_id,key,value,metadata,created_at,updated_at) VALUES
 ('b01b2c3d4e5f60718293a4b5c6d7e8f9','system','config:LLMSPELL_LOG_LEVEL',CAST('debug' AS BLOB),NULL,1762300000,1762300000),
 ('b11b2c3d4e5f60718293a4b5c6d7e8f9','system','state:global:theme',CAST('{"key":"global:theme","value":"dark","timestamp":{"secs_since_epoch":1762300000,"nanos_since_epoch":5},"schema_version":1}' AS BLOB),NULL,1762300000,1762300000),
 ('b21b2c3d4e5f60718293a4b5c6d7e8f9','system','state:agent_state:alice',CAST('{"agent_id":"alice","agent_type":"assistant"}' AS BLOB),NULL,1762300000,1762300000),
 ('b31b2c3d4e5f60718293a4b5c6d7e8f9','system','state:custom:workflow_etl_1:state',CAST('{"key":"custom:workflow_etl_1:state","value":{"workflow_id":"etl_1","status":"Running"},"timestamp":{"secs_since_epoch":1762300000,"nanos_since_epoch":0},"schema_version":1}' AS BLOB),NULL,1762300000,1762300000),
 ('b41b2c3d4e5f60718293a4b5c6d7e8f9','tenant-a','session:6f1d2c1e-8a54-4a50-9d0e-0a3f6f9b7c11',x'060000006096a361626301',NULL,1762300000,1762300000), -- LZ4 size-prefixed MessagePack shape: NOT JSON
 ('b51b2c3d4e5f60718293a4b5c6d7e8f9','tenant-a','bin:all',x'00ff0a0d5c7f80',  '{"note":"raw"}',1762300000,1762300001),
 ('b61b2c3d4e5f60718293a4b5c6d7e8f9','tenant-a','empty',x'',NULL,1762300000,1762300000);
INSERT INTO procedural_patterns(pattern_id,tenant_id,scope,key,value,frequency,first_seen,last_seen,created_at,updated_at) VALUES
 ('c01b2c3d4e5f60718293a4b5c6d7e8f9','tenant-a','global','config.theme','"dark"',5,1762300000,1762300400,1762300000,1762300400),
 ('c11b2c3d4e5f60718293a4b5c6d7e8f9','tenant-a','session:xyz','step','done',1,1762300000,1762300000,1762300000,1762300000);
INSERT INTO entities(entity_id,tenant_id,entity_type,name,properties,valid_time_start,valid_time_end,transaction_time_start,transaction_time_end,created_at) VALUES
 ('7c9e6679-7425-40de-944b-e07fc1f90ae7','default','language','Rust','{"year":2015}',1431648000,9999999999,1762300000,9999999999,1762300000),
 ('7c9e6679-7425-40de-944b-e07fc1f90ae8','default','person','Old','{}',1000000000,1500000000,1762300000,1762300500,1762300000),
 ('entity-plain-text-id','default','concept','id is not a UUID','{}',1762300000,9999999999,1762300000,9999999999,1762300000);
INSERT INTO relationships(relationship_id,tenant_id,from_entity,to_entity,relationship_type,valid_time_start,transaction_time_start,created_at) VALUES
 ('9b2d7f30-0000-4000-8000-000000000001','default','7c9e6679-7425-40de-944b-e07fc1f90ae8','7c9e6679-7425-40de-944b-e07fc1f90ae7','knows',1762300000,1762300000,1762300000);
INSERT INTO event_log(tenant_id,event_id,event_type,correlation_id,timestamp,sequence,language,payload) VALUES
 ('tenant-a','3d0ca315-aff9-4fc2-be61-3b76b9a2d798','agent.state_changed','4d0ca315-aff9-4fc2-be61-3b76b9a2d798',1736937000,0,'rust',
  '{"id":"3d0ca315-aff9-4fc2-be61-3b76b9a2d798","event_type":"agent.state_changed","data":{"x":1},"language":"rust","timestamp":"2025-01-15T10:30:00.123456789Z","sequence":17,"metadata":{"correlation_id":"4d0ca315-aff9-4fc2-be61-3b76b9a2d798","source":null,"target":null,"tags":[],"priority":0,"ttl":null},"schema_version":"1.0"}');
INSERT INTO hook_history(execution_id,tenant_id,hook_id,hook_type,correlation_id,hook_context,result_data,timestamp,duration_ms,triggering_component,component_id,tags,context_size) VALUES
 ('5d0ca315-aff9-4fc2-be61-3b76b9a2d798','tenant-a','rate_limit','before_tool','4d0ca315-aff9-4fc2-be61-3b76b9a2d798',x'02000000207b7d','{"Continue":null}',1762300000,12,'tool_executor','calc','["a","b"]',2);
INSERT INTO vec_embeddings_384(rowid,embedding)
 WITH RECURSIVE n(i,s) AS (SELECT 1,'0.5' UNION ALL SELECT i+1, s||','||CASE i%3 WHEN 0 THEN '0.1' WHEN 1 THEN '-0.25' ELSE '1e-7' END FROM n WHERE i<384)
 SELECT 1, CAST('['||s||']' AS BLOB) FROM n WHERE i=384;                                    -- what llmspell writes: JSON text in a BLOB
INSERT INTO vec_embeddings_384(rowid,embedding) VALUES (2, zeroblob(1536));                     -- the other form its reader accepts: 384 little-endian f32
INSERT INTO vector_metadata VALUES
 (1,'c0ffee00-0000-4000-8000-000000000001','default','__global__',384,'{"content":"hello","ingestion_time":"2025-11-05T00:00:00+00:00","metadata":{},"processed":false,"role":"user","session_id":"s1","timestamp":"2025-11-05T00:00:00+00:00"}',1762300000,1762300000),
 (2,'c0ffee00-0000-4000-8000-000000000002','tenant-a','session:s1',384,'{"processed":true}',1762300000,1762300050);
