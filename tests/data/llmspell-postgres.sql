-- The tables that llmspell 0.14.1's own migrations (V1 to V15) make in PostgreSQL, in our own words:
-- columns, types, keys, checks, triggers, policies and the functions that a migration meets. For tests
-- only: hr makes none of this. Run it as a superuser; it needs pgvector.
CREATE EXTENSION IF NOT EXISTS vector;
DO $$ BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'llmspell_app') THEN
		CREATE ROLE llmspell_app LOGIN NOSUPERUSER NOBYPASSRLS;
	END IF;
END $$;
CREATE SCHEMA llmspell;
GRANT USAGE ON SCHEMA llmspell TO llmspell_app;
SET search_path TO llmspell, public;

CREATE TABLE kv_store (
	kv_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id varchar(255) NOT NULL, key varchar(500) NOT NULL,
	value bytea NOT NULL, metadata jsonb, created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now(), UNIQUE (tenant_id, key));

CREATE TABLE agent_states (
	state_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id varchar(255) NOT NULL,
	agent_id varchar(255) NOT NULL, agent_type varchar(100) NOT NULL, state_data jsonb NOT NULL,
	schema_version integer NOT NULL DEFAULT 1 CHECK (schema_version > 0),
	data_version integer NOT NULL DEFAULT 1 CHECK (data_version > 0), checksum varchar(64) NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
	UNIQUE (tenant_id, agent_id));
CREATE INDEX ON agent_states USING gin (state_data);
CREATE INDEX ON agent_states ((state_data -> 'state' ->> 'execution_state'));
CREATE INDEX ON agent_states ((state_data -> 'metadata' ->> 'name'));
CREATE INDEX ON agent_states (tenant_id);
CREATE INDEX ON agent_states (agent_type);
CREATE INDEX ON agent_states (updated_at DESC);

CREATE TABLE workflow_states (
	tenant_id varchar(255) NOT NULL, workflow_id varchar(255) NOT NULL, workflow_name varchar(500),
	state_data jsonb NOT NULL, current_step integer NOT NULL DEFAULT 0 CHECK (current_step >= 0),
	status varchar(20) NOT NULL DEFAULT 'pending'
	    CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
	started_at timestamptz, completed_at timestamptz, last_updated timestamptz NOT NULL DEFAULT now(),
	created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, workflow_id));
CREATE INDEX ON workflow_states USING gin (state_data);
CREATE INDEX ON workflow_states (status);

CREATE TABLE sessions (
	tenant_id varchar(255) NOT NULL, session_id uuid NOT NULL, session_data jsonb NOT NULL,
	status varchar(20) NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived', 'expired')),
	created_at timestamptz NOT NULL DEFAULT now(), last_accessed_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz, artifact_count integer NOT NULL DEFAULT 0 CHECK (artifact_count >= 0),
	updated_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, session_id));
CREATE INDEX ON sessions USING gin (session_data);
CREATE INDEX ON sessions (tenant_id, status);
CREATE INDEX ON sessions (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE artifact_content (
	tenant_id varchar(255) NOT NULL, content_hash varchar(64) NOT NULL,
	storage_type varchar(20) NOT NULL CHECK (storage_type IN ('bytea', 'large_object')), data bytea,
	large_object_oid oid, size_bytes bigint NOT NULL CHECK (size_bytes <= 104857600),
	is_compressed boolean NOT NULL DEFAULT false, original_size_bytes bigint,
	reference_count integer NOT NULL DEFAULT 1, created_at timestamptz NOT NULL DEFAULT now(),
	last_accessed_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, content_hash),
	CONSTRAINT positive_reference_count CHECK (reference_count > 0),
	CHECK ((storage_type = 'bytea' AND data IS NOT NULL AND large_object_oid IS NULL) OR
	    (storage_type = 'large_object' AND data IS NULL AND large_object_oid IS NOT NULL)));

CREATE TABLE artifacts (
	tenant_id varchar(255) NOT NULL, artifact_id varchar(512) NOT NULL, session_id uuid NOT NULL,
	sequence bigint NOT NULL CHECK (sequence >= 0), content_hash varchar(64) NOT NULL, metadata jsonb NOT NULL,
	name varchar(255) NOT NULL, artifact_type varchar(50) NOT NULL, mime_type varchar(255) NOT NULL,
	size_bytes bigint NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), created_by varchar(255),
	version integer NOT NULL DEFAULT 1 CHECK (version > 0), parent_artifact_id varchar(512), tags text[],
	stored_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, artifact_id), UNIQUE (tenant_id, session_id, sequence),
	FOREIGN KEY (tenant_id, content_hash) REFERENCES artifact_content ON DELETE RESTRICT,
	FOREIGN KEY (tenant_id, session_id) REFERENCES sessions ON DELETE CASCADE);
CREATE INDEX ON artifacts USING gin (tags);

CREATE TABLE event_log (
	tenant_id varchar(255) NOT NULL, event_id uuid NOT NULL, event_type varchar(255) NOT NULL,
	correlation_id uuid NOT NULL, timestamp timestamptz NOT NULL, sequence bigint NOT NULL,
	language varchar(50) NOT NULL, payload jsonb NOT NULL, PRIMARY KEY (tenant_id, timestamp, event_id))
	PARTITION BY RANGE (timestamp);
CREATE INDEX ON event_log (tenant_id, correlation_id);

CREATE TABLE hook_history (
	execution_id uuid PRIMARY KEY, tenant_id varchar(255) NOT NULL, hook_id varchar(255) NOT NULL,
	hook_type varchar(255) NOT NULL, correlation_id uuid NOT NULL, hook_context bytea NOT NULL,
	result_data jsonb NOT NULL, timestamp timestamptz NOT NULL, duration_ms integer NOT NULL,
	triggering_component varchar(255) NOT NULL, component_id varchar(255) NOT NULL,
	modified_operation boolean NOT NULL DEFAULT false, tags text[] DEFAULT '{}',
	retention_priority integer NOT NULL DEFAULT 0, context_size integer NOT NULL,
	contains_sensitive_data boolean NOT NULL DEFAULT false, metadata jsonb NOT NULL DEFAULT '{}',
	created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON hook_history (tenant_id, timestamp DESC);
CREATE INDEX ON hook_history USING gin (metadata);
CREATE INDEX ON hook_history USING gin (tags);

CREATE TABLE procedural_patterns (
	pattern_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id varchar(255) NOT NULL,
	scope varchar(500) NOT NULL, key varchar(500) NOT NULL, value text NOT NULL,
	frequency integer NOT NULL DEFAULT 1 CHECK (frequency > 0), first_seen timestamptz NOT NULL DEFAULT now(),
	last_seen timestamptz NOT NULL DEFAULT now(), created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now(), UNIQUE (tenant_id, scope, key, value));

CREATE TABLE entities (
	entity_id uuid NOT NULL, tenant_id varchar(255) NOT NULL, entity_type varchar(255) NOT NULL,
	name varchar(500) NOT NULL, properties jsonb NOT NULL DEFAULT '{}', valid_time_start timestamptz NOT NULL,
	valid_time_end timestamptz NOT NULL DEFAULT 'infinity',
	transaction_time_start timestamptz NOT NULL DEFAULT now(),
	transaction_time_end timestamptz NOT NULL DEFAULT 'infinity', created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (entity_id, transaction_time_start), CHECK (valid_time_start < valid_time_end),
	CHECK (transaction_time_start < transaction_time_end));
CREATE INDEX ON entities USING gist (tstzrange(valid_time_start, valid_time_end));
CREATE INDEX ON entities USING gist (tstzrange(transaction_time_start, transaction_time_end));
CREATE INDEX ON entities USING gin (properties);

CREATE TABLE relationships (
	relationship_id uuid NOT NULL, tenant_id varchar(255) NOT NULL, from_entity uuid NOT NULL,
	to_entity uuid NOT NULL, relationship_type varchar(255) NOT NULL, properties jsonb NOT NULL DEFAULT '{}',
	valid_time_start timestamptz NOT NULL, valid_time_end timestamptz NOT NULL DEFAULT 'infinity',
	transaction_time_start timestamptz NOT NULL DEFAULT now(),
	transaction_time_end timestamptz NOT NULL DEFAULT 'infinity', created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (relationship_id, transaction_time_start), CHECK (valid_time_start < valid_time_end),
	CHECK (transaction_time_start < transaction_time_end));

-- One table of embeddings for each dimension; HNSW can't index 3072.
DO $$ DECLARE size int; BEGIN
	FOREACH size IN ARRAY ARRAY[384, 768, 1536, 3072] LOOP
		EXECUTE format('CREATE TABLE vector_embeddings_%s (id uuid PRIMARY KEY, tenant_id varchar(255) NOT NULL,
		    scope varchar(255) NOT NULL, embedding vector(%s) NOT NULL, metadata jsonb NOT NULL DEFAULT ''{}'',
		    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now())',
		    size, size);
		IF size < 2000 THEN
			EXECUTE format('CREATE INDEX ON vector_embeddings_%s USING hnsw (embedding vector_cosine_ops)', size);
		END IF;
	END LOOP;
END $$;

-- An update makes versions and times; a row that is only inserted keeps its own.
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	CASE TG_TABLE_NAME
	WHEN 'workflow_states' THEN
		NEW.last_updated := now();
		IF NEW.status <> OLD.status AND NEW.status = 'running' THEN NEW.started_at := now(); END IF;
	WHEN 'artifact_content' THEN NEW.last_accessed_at := now();
	WHEN 'agent_states' THEN
		NEW.updated_at := now();
		IF NEW.state_data <> OLD.state_data THEN NEW.data_version := OLD.data_version + 1; END IF;
	ELSE NEW.updated_at := now();
	END CASE;
	RETURN NEW;
END $$;
DO $$ DECLARE name text; BEGIN
	FOREACH name IN ARRAY ARRAY['kv_store', 'agent_states', 'workflow_states', 'sessions', 'artifact_content',
	    'procedural_patterns'] LOOP
		EXECUTE format('CREATE TRIGGER touch BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION touch()', name);
	END LOOP;
END $$;

-- Content counts the artifacts that refer to it, beginning with 1.
CREATE FUNCTION count_references() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF TG_OP = 'INSERT' THEN
		UPDATE llmspell.artifact_content SET reference_count = reference_count + 1, last_accessed_at = now()
		    WHERE tenant_id = NEW.tenant_id AND content_hash = NEW.content_hash;
	ELSE
		UPDATE llmspell.artifact_content SET reference_count = reference_count - 1
		    WHERE tenant_id = OLD.tenant_id AND content_hash = OLD.content_hash;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER count_references AFTER INSERT OR DELETE ON artifacts FOR EACH ROW EXECUTE FUNCTION count_references();

-- A partition a month, which the application's role may make by this function only.
CREATE FUNCTION create_event_log_partition(start_date timestamptz, end_date timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE part text := 'event_log_' || to_char(start_date AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
	IF to_regclass('llmspell.' || part) IS NULL THEN
		EXECUTE format('CREATE TABLE llmspell.%I PARTITION OF llmspell.event_log FOR VALUES FROM (%L) TO (%L)',
		    part, start_date, end_date);
	END IF;
	RETURN part;
END $$;

CREATE TABLE refinery_schema_history (version int PRIMARY KEY, name text, applied_on text, checksum text);
INSERT INTO refinery_schema_history (version, name) SELECT v, 'migration ' || v FROM generate_series(1, 15) AS v;

-- A row is seen, and may be written, by the tenant whom the session has named; also for the owner.
DO $$ DECLARE name text; mine text := 'tenant_id = current_setting(''app.current_tenant_id'', true)'; BEGIN
	FOR name IN SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND
	    a.attname = 'tenant_id' WHERE c.relnamespace = 'llmspell'::regnamespace AND c.relkind IN ('r', 'p') LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
		EXECUTE format('CREATE POLICY tenant_select ON %I FOR SELECT USING (%s)', name, mine);
		EXECUTE format('CREATE POLICY tenant_insert ON %I FOR INSERT WITH CHECK (%s)', name, mine);
		EXECUTE format('CREATE POLICY tenant_update ON %I FOR UPDATE USING (%s) WITH CHECK (%s)', name, mine, mine);
		EXECUTE format('CREATE POLICY tenant_delete ON %I FOR DELETE USING (%s)', name, mine);
		EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO llmspell_app', name);
	END LOOP;
END $$;
GRANT SELECT ON refinery_schema_history TO llmspell_app;
RESET search_path;
