-- Which paper a file is, is signed. What paper_file holds from before nobody
-- signed, and nobody can tell it from what was put there falsely: it is read no
-- more, and such a paper is found by its file or its code.
CREATE TABLE paper_handed (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  ref    TEXT NOT NULL REFERENCES paper (ref),
  handed TEXT NOT NULL CHECK (handed <> '')
);
CREATE TRIGGER paper_handed_is_final BEFORE UPDATE ON paper_handed FOR EACH ROW EXECUTE FUNCTION refuse('papers are final');
CREATE TRIGGER paper_handed_stays BEFORE DELETE ON paper_handed FOR EACH ROW EXECUTE FUNCTION refuse('papers are final');
CREATE TRIGGER paper_handed_stays_t BEFORE TRUNCATE ON paper_handed FOR EACH STATEMENT EXECUTE FUNCTION refuse('papers are final');
