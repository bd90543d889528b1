-- What kind of body an agency is; a province's and a city's committee are named
-- differently on official papers.
ALTER TABLE agency ADD COLUMN kind TEXT NOT NULL DEFAULT '';
