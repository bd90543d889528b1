-- Reports being made and those made lately, for every process on the register: how
-- far each is, the last word of its maker, and its file. No part of the record.
CREATE TABLE job (
  id TEXT PRIMARY KEY,
  login TEXT NOT NULL,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  day TEXT NOT NULL,
  known TIMESTAMPTZ,
  at TIMESTAMPTZ NOT NULL,
  beat TIMESTAMPTZ NOT NULL,
  rows_set BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waits', 'runs', 'ready', 'failed', 'stopped')),
  why_vi TEXT NOT NULL,
  why_en TEXT NOT NULL,
  file BYTEA
);
CREATE INDEX job_login ON job (login, at);
