-- Papers that were handed out, each by its signed token, and the hash of every
-- file. What was said is final.
CREATE TABLE paper (
  ref     TEXT PRIMARY KEY CHECK (length(ref) = 20),
  token   TEXT NOT NULL UNIQUE CHECK (token <> ''),
  made_at TIMESTAMPTZ NOT NULL
);
CREATE TRIGGER paper_is_final BEFORE UPDATE ON paper FOR EACH ROW EXECUTE FUNCTION refuse('papers are final');
CREATE TRIGGER paper_stays BEFORE DELETE ON paper FOR EACH ROW EXECUTE FUNCTION refuse('papers are final');
CREATE TRIGGER paper_stays_t BEFORE TRUNCATE ON paper FOR EACH STATEMENT EXECUTE FUNCTION refuse('papers are final');

CREATE TABLE paper_file (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  ref    TEXT NOT NULL REFERENCES paper (ref)
);
CREATE TRIGGER paper_file_is_final BEFORE UPDATE ON paper_file FOR EACH ROW EXECUTE FUNCTION refuse('papers are final');
CREATE TRIGGER paper_file_stays BEFORE DELETE ON paper_file FOR EACH ROW EXECUTE FUNCTION refuse('papers are final');
CREATE TRIGGER paper_file_stays_t BEFORE TRUNCATE ON paper_file FOR EACH STATEMENT EXECUTE FUNCTION refuse('papers are final');
