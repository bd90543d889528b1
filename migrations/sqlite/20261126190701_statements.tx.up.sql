-- What agencies report of themselves, as printed, and what was said of it since.
-- Final: a correction is another statement.
CREATE TABLE statement (
  id     TEXT PRIMARY KEY CHECK (id <> ''),
  agency TEXT NOT NULL REFERENCES agency (code),
  on_day TEXT NOT NULL CHECK (length(on_day) = 10),
  body   TEXT NOT NULL CHECK (body <> '')
) STRICT;
CREATE INDEX statement_agency ON statement (agency, on_day);
CREATE TRIGGER statement_final_u BEFORE UPDATE ON statement BEGIN SELECT RAISE(ABORT, 'statements are final'); END;
CREATE TRIGGER statement_final_d BEFORE DELETE ON statement BEGIN SELECT RAISE(ABORT, 'statements are final'); END;

CREATE TABLE statement_note (
  statement TEXT NOT NULL REFERENCES statement (id),
  no        INTEGER NOT NULL CHECK (no >= 1),
  agency    TEXT NOT NULL REFERENCES agency (code),
  body      TEXT NOT NULL CHECK (body <> ''),
  PRIMARY KEY (statement, no)
) STRICT;
CREATE TRIGGER statement_note_final_u BEFORE UPDATE ON statement_note BEGIN SELECT RAISE(ABORT, 'notes on statements are final'); END;
CREATE TRIGGER statement_note_final_d BEFORE DELETE ON statement_note BEGIN SELECT RAISE(ABORT, 'notes on statements are final'); END;
CREATE TRIGGER statement_note_final_r BEFORE INSERT ON statement_note WHEN EXISTS (SELECT 1 FROM statement_note x WHERE x.statement = NEW.statement AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'notes on statements are final'); END;
