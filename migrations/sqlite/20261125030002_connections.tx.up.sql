-- Data services, connections to them, and every step of a connection.

CREATE TABLE data_service (
  code     TEXT PRIMARY KEY CHECK (code <> ''),
  name     TEXT NOT NULL CHECK (name <> ''),
  provider TEXT REFERENCES system (code),
  origin   TEXT NOT NULL CHECK (origin IN ('ndxp_list', 'registered')),
  note     TEXT NOT NULL,
  person   TEXT NOT NULL,
  account  TEXT NOT NULL,
  capacity TEXT NOT NULL,
  body     TEXT NOT NULL,
  at       TEXT NOT NULL
) STRICT;

CREATE TABLE connection (
  no       INTEGER PRIMARY KEY,
  version  INTEGER NOT NULL CHECK (version >= 1),
  consumer TEXT NOT NULL REFERENCES system (code),
  provider TEXT NOT NULL REFERENCES system (code),
  service  TEXT NOT NULL REFERENCES data_service (code),
  purpose  TEXT NOT NULL CHECK (purpose <> ''),
  basis    TEXT NOT NULL CHECK (basis <> ''),
  platform TEXT NOT NULL CHECK (platform IN ('NDXP', 'NDOP')),
  profile  TEXT NOT NULL CHECK (profile IN ('production', 'sandbox')),
  CHECK (consumer <> provider)
) STRICT;
CREATE INDEX connection_consumer ON connection (consumer, no);
CREATE INDEX connection_provider ON connection (provider, no);

CREATE TABLE connection_step (
  connection_no INTEGER NOT NULL REFERENCES connection (no),
  no            INTEGER NOT NULL CHECK (no >= 1),
  act           TEXT NOT NULL CHECK (act IN ('request', 'consent', 'allow', 'refuse', 'suspend', 'reinstate', 'end', 'propose', 'agree')),
  number        TEXT NOT NULL,
  ground        TEXT NOT NULL,
  from_at       TEXT NOT NULL,
  until_at      TEXT,
  person        TEXT NOT NULL,
  account       TEXT NOT NULL,
  capacity      TEXT NOT NULL,
  body          TEXT NOT NULL,
  at            TEXT NOT NULL,
  PRIMARY KEY (connection_no, no)
) STRICT;

-- Two persons, second wall: who requested a production connection does not allow
-- it, and who proposed a break-glass does not agree to it.
CREATE TRIGGER connection_step_four_eyes BEFORE INSERT ON connection_step
WHEN NEW.act = 'allow' AND EXISTS (SELECT 1 FROM connection c JOIN connection_step s ON s.connection_no = c.no WHERE c.no = NEW.connection_no AND c.profile = 'production' AND s.act = 'request' AND s.person = NEW.person)
  OR NEW.act = 'agree' AND NEW.person = (SELECT s.person FROM connection_step s WHERE s.connection_no = NEW.connection_no AND s.act = 'propose' ORDER BY s.no DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'four eyes: connection'); END;

CREATE TRIGGER connection_step_final_u BEFORE UPDATE ON connection_step BEGIN SELECT RAISE(ABORT, 'steps are final'); END;
CREATE TRIGGER connection_step_final_d BEFORE DELETE ON connection_step BEGIN SELECT RAISE(ABORT, 'steps are final'); END;
CREATE TRIGGER connection_step_final_r BEFORE INSERT ON connection_step WHEN EXISTS (SELECT 1 FROM connection_step x WHERE x.connection_no = NEW.connection_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'steps are final'); END;
CREATE TRIGGER connection_stays BEFORE DELETE ON connection BEGIN SELECT RAISE(ABORT, 'connections end, they are not deleted'); END;
CREATE TRIGGER connection_final_u BEFORE UPDATE OF no, consumer, provider, service, purpose, basis, platform, profile ON connection
BEGIN SELECT RAISE(ABORT, 'what was requested is final'); END;
CREATE TRIGGER data_service_final_u BEFORE UPDATE ON data_service BEGIN SELECT RAISE(ABORT, 'data services are final'); END;
CREATE TRIGGER data_service_final_d BEFORE DELETE ON data_service BEGIN SELECT RAISE(ABORT, 'data services are final'); END;
