-- Documents attached to an object of a system: what came is final, what happens
-- to it later is a new row. The bytes stand in the folder of blobs, under
-- tenant and hash.

CREATE TABLE attachment (
  system_id BIGINT NOT NULL REFERENCES system (id),
  no        BIGINT NOT NULL CHECK (no >= 1),
  of_object TEXT NOT NULL CHECK (of_object LIKE '%_:_%'),
  name      TEXT NOT NULL CHECK (name <> ''),
  kind      TEXT NOT NULL CHECK (kind IN ('pdf', 'docx', 'xlsx', 'png', 'jpeg', 'txt', 'p7s')),
  size      BIGINT NOT NULL CHECK (size > 0),
  sha256    TEXT NOT NULL CHECK (length(sha256) = 64),
  tenant    TEXT NOT NULL REFERENCES agency (code),
  state     TEXT NOT NULL CHECK (state IN ('held', 'unscanned')),
  person    TEXT NOT NULL,
  account   TEXT NOT NULL,
  capacity  TEXT NOT NULL,
  body      TEXT NOT NULL,
  at        TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (system_id, no)
);
CREATE INDEX attachment_tenant ON attachment (tenant);

CREATE TABLE attachment_event (
  system_id     BIGINT NOT NULL,
  attachment_no BIGINT NOT NULL,
  no            BIGINT NOT NULL CHECK (no >= 1),
  state         TEXT NOT NULL CHECK (state IN ('clean', 'quarantined', 'removed')),
  note          TEXT NOT NULL,
  person        TEXT NOT NULL,
  account       TEXT NOT NULL,
  capacity      TEXT NOT NULL,
  body          TEXT NOT NULL,
  at            TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (system_id, attachment_no, no),
  FOREIGN KEY (system_id, attachment_no) REFERENCES attachment (system_id, no)
);

CREATE TRIGGER attachment_final_u BEFORE UPDATE ON attachment FOR EACH ROW EXECUTE FUNCTION refuse('attachments are final');
CREATE TRIGGER attachment_final_d BEFORE DELETE ON attachment FOR EACH ROW EXECUTE FUNCTION refuse('attachments are final');
CREATE TRIGGER attachment_final_t BEFORE TRUNCATE ON attachment FOR EACH STATEMENT EXECUTE FUNCTION refuse('attachments are final');
CREATE TRIGGER attachment_event_final_u BEFORE UPDATE ON attachment_event FOR EACH ROW EXECUTE FUNCTION refuse('attachments are final');
CREATE TRIGGER attachment_event_final_d BEFORE DELETE ON attachment_event FOR EACH ROW EXECUTE FUNCTION refuse('attachments are final');
CREATE TRIGGER attachment_event_final_t BEFORE TRUNCATE ON attachment_event FOR EACH STATEMENT EXECUTE FUNCTION refuse('attachments are final');
