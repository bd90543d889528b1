-- Which paper a file is, is signed. What was noted before nobody signed, and
-- nobody can tell it from what was put there falsely: such a paper is found by
-- its file or its code, no longer by its bare hash.
DROP TABLE paper_file;
CREATE TABLE paper_file (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  ref    TEXT NOT NULL REFERENCES paper (ref),
  handed TEXT NOT NULL CHECK (handed <> '')
);
CREATE TRIGGER paper_file_is_final BEFORE UPDATE ON paper_file FOR EACH ROW EXECUTE FUNCTION refuse('papers are final');
CREATE TRIGGER paper_file_stays BEFORE DELETE ON paper_file FOR EACH ROW EXECUTE FUNCTION refuse('papers are final');
CREATE TRIGGER paper_file_stays_t BEFORE TRUNCATE ON paper_file FOR EACH STATEMENT EXECUTE FUNCTION refuse('papers are final');
