-- What agencies report of themselves, as printed, and what was said of it since.
-- Final: a correction is another statement.
CREATE TABLE statement (
  id     TEXT PRIMARY KEY CHECK (id <> ''),
  agency TEXT NOT NULL REFERENCES agency (code),
  on_day TEXT NOT NULL CHECK (length(on_day) = 10),
  body   TEXT NOT NULL CHECK (body <> '')
);
CREATE INDEX statement_agency ON statement (agency, on_day);
CREATE TRIGGER statement_final_u BEFORE UPDATE ON statement FOR EACH ROW EXECUTE FUNCTION refuse('statements are final');
CREATE TRIGGER statement_final_d BEFORE DELETE ON statement FOR EACH ROW EXECUTE FUNCTION refuse('statements are final');
CREATE TRIGGER statement_final_t BEFORE TRUNCATE ON statement FOR EACH STATEMENT EXECUTE FUNCTION refuse('statements are final');

CREATE TABLE statement_note (
  statement TEXT NOT NULL REFERENCES statement (id),
  no        BIGINT NOT NULL CHECK (no >= 1),
  agency    TEXT NOT NULL REFERENCES agency (code),
  body      TEXT NOT NULL CHECK (body <> ''),
  PRIMARY KEY (statement, no)
);
CREATE TRIGGER statement_note_final_u BEFORE UPDATE ON statement_note FOR EACH ROW EXECUTE FUNCTION refuse('notes on statements are final');
CREATE TRIGGER statement_note_final_d BEFORE DELETE ON statement_note FOR EACH ROW EXECUTE FUNCTION refuse('notes on statements are final');
CREATE TRIGGER statement_note_final_t BEFORE TRUNCATE ON statement_note FOR EACH STATEMENT EXECUTE FUNCTION refuse('notes on statements are final');

SELECT guard(t, 'agency = (SELECT own_body())') FROM unnest(ARRAY['statement', 'statement_note']) AS t;
