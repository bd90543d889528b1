-- Which paper a file is, is signed. What was noted before nobody signed, and
-- nobody can tell it from what was put there falsely: such a paper is found by
-- its file or its code, no longer by its bare hash.
DROP TABLE paper_file;
CREATE TABLE paper_file (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  ref    TEXT NOT NULL REFERENCES paper (ref),
  handed TEXT NOT NULL CHECK (handed <> '')
) STRICT;
CREATE TRIGGER paper_file_is_final BEFORE UPDATE ON paper_file BEGIN SELECT RAISE(ABORT, 'papers are final'); END;
CREATE TRIGGER paper_file_stays BEFORE DELETE ON paper_file BEGIN SELECT RAISE(ABORT, 'papers are final'); END;
