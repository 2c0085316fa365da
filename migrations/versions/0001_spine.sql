-- The tables of the spine. app/store/tables.py says the same, and a test holds the two equal.
CREATE TABLE audit (
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    lane INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    id TEXT NOT NULL,
    patients TEXT[] NOT NULL,
    request TEXT NOT NULL,
    result TEXT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (at, lane, seq)
)
 PARTITION BY RANGE (at);
CREATE INDEX audit_id ON audit (id);
CREATE INDEX audit_patients ON audit USING gin (patients);
CREATE TABLE audit_head (
    lane INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    key TEXT NOT NULL,
    signature BYTEA NOT NULL,
    PRIMARY KEY (lane, seq)
);
CREATE TABLE audit_lane (
    lane INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (lane)
);
CREATE TABLE choice (
    rid BIGINT NOT NULL,
    patient TEXT NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    begins TIMESTAMP WITH TIME ZONE NOT NULL,
    ends TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (rid, patient, kind, actor)
);
CREATE INDEX choice_patient ON choice (patient, actor);
CREATE TABLE delivery (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    patient TEXT NOT NULL,
    type TEXT,
    resource TEXT,
    version INTEGER,
    state TEXT NOT NULL,
    token BYTEA,
    token_expires TIMESTAMP WITH TIME ZONE,
    attempts INTEGER NOT NULL,
    error TEXT,
    created TIMESTAMP WITH TIME ZONE NOT NULL,
    updated TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX delivery_pending ON delivery (patient) WHERE state = 'pending';
CREATE INDEX delivery_waiting ON delivery (patient) WHERE state = 'waiting';
CREATE TABLE dpop_jti (
    jti BYTEA NOT NULL,
    expires TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (jti)
);
CREATE INDEX dpop_jti_expires ON dpop_jti (expires);
CREATE TABLE index_composite (
    rid BIGINT NOT NULL,
    param INTEGER NOT NULL,
    system TEXT,
    code TEXT,
    value_system TEXT,
    value_code TEXT,
    value_low NUMERIC,
    value_high NUMERIC,
    time_low TIMESTAMP WITH TIME ZONE,
    time_high TIMESTAMP WITH TIME ZONE,
    folded TEXT
);
CREATE INDEX index_composite_rid ON index_composite (rid, param);
CREATE INDEX index_composite_value ON index_composite (param, code, rid);
CREATE TABLE index_date (
    rid BIGINT NOT NULL,
    param INTEGER NOT NULL,
    low TIMESTAMP WITH TIME ZONE NOT NULL,
    high TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX index_date_rid ON index_date (rid, param);
CREATE INDEX index_date_value ON index_date (param, low, rid);
CREATE TABLE index_number (
    rid BIGINT NOT NULL,
    param INTEGER NOT NULL,
    low NUMERIC NOT NULL,
    high NUMERIC NOT NULL
);
CREATE INDEX index_number_rid ON index_number (rid, param);
CREATE INDEX index_number_value ON index_number (param, low, rid);
CREATE TABLE index_quantity (
    rid BIGINT NOT NULL,
    param INTEGER NOT NULL,
    low NUMERIC NOT NULL,
    high NUMERIC NOT NULL,
    system TEXT,
    code TEXT,
    unit TEXT
);
CREATE INDEX index_quantity_rid ON index_quantity (rid, param);
CREATE INDEX index_quantity_value ON index_quantity (param, low, rid);
CREATE TABLE index_reference (
    rid BIGINT NOT NULL,
    param INTEGER NOT NULL,
    target_type TEXT,
    target_id TEXT,
    url TEXT,
    system TEXT,
    value TEXT
);
CREATE INDEX index_reference_rid ON index_reference (rid, param);
CREATE INDEX index_reference_target ON index_reference (target_type, target_id);
CREATE INDEX index_reference_value ON index_reference (param, target_id, target_type, rid);
CREATE TABLE index_string (
    rid BIGINT NOT NULL,
    param INTEGER NOT NULL,
    folded TEXT NOT NULL,
    exact TEXT NOT NULL
);
CREATE INDEX index_string_rid ON index_string (rid, param);
CREATE INDEX index_string_value ON index_string (param, folded text_pattern_ops, rid);
CREATE TABLE index_token (
    rid BIGINT NOT NULL,
    param INTEGER NOT NULL,
    system TEXT,
    code TEXT,
    text TEXT
);
CREATE INDEX index_token_rid ON index_token (rid, param);
CREATE INDEX index_token_value ON index_token (param, code, system, rid);
CREATE TABLE index_uri (
    rid BIGINT NOT NULL,
    param INTEGER NOT NULL,
    uri TEXT NOT NULL
);
CREATE INDEX index_uri_rid ON index_uri (rid, param);
CREATE INDEX index_uri_value ON index_uri (param, uri text_pattern_ops, rid);
CREATE TABLE patient_link (
    rid BIGINT NOT NULL,
    patient TEXT NOT NULL,
    PRIMARY KEY (rid, patient)
);
CREATE INDEX patient_link_patient ON patient_link (patient, rid);
CREATE TABLE person (
    system TEXT NOT NULL,
    number TEXT NOT NULL,
    rid BIGINT NOT NULL,
    patient TEXT NOT NULL,
    PRIMARY KEY (system, number)
);
CREATE INDEX person_rid ON person (rid);
CREATE TABLE relation (
    rid BIGINT NOT NULL,
    patient TEXT NOT NULL,
    organization TEXT NOT NULL,
    kind TEXT NOT NULL,
    begins TIMESTAMP WITH TIME ZONE NOT NULL,
    ends TIMESTAMP WITH TIME ZONE,
    decision TEXT,
    person TEXT,
    PRIMARY KEY (rid, patient, organization, kind)
);
CREATE INDEX relation_organization ON relation (organization, patient);
CREATE INDEX relation_patient ON relation (patient, organization);
CREATE TABLE resource (
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    rid BIGINT GENERATED ALWAYS AS IDENTITY,
    version INTEGER NOT NULL,
    updated TIMESTAMP WITH TIME ZONE NOT NULL,
    deleted BOOLEAN NOT NULL,
    governed BOOLEAN NOT NULL,
    patient TEXT,
    episode TEXT,
    status TEXT,
    labels TEXT[] NOT NULL,
    categories TEXT[] NOT NULL,
    author TEXT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (type, id),
    CONSTRAINT resource_rid UNIQUE (rid)
);
CREATE UNIQUE INDEX one_open_episode ON resource (patient) WHERE type = 'EpisodeOfCare' AND governed AND NOT deleted AND status IN ('planned', 'waitlist', 'active', 'onhold');
CREATE INDEX resource_card ON resource (patient, episode, type, id);
CREATE INDEX resource_type_updated ON resource (type, updated, rid);
CREATE TABLE resource_version (
    rid BIGINT NOT NULL,
    version INTEGER NOT NULL,
    updated TIMESTAMP WITH TIME ZONE NOT NULL,
    method TEXT NOT NULL,
    labels TEXT[] NOT NULL,
    author TEXT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (rid, version)
);
