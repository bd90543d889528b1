-- What an act put something else in the place of, and since when a dossier
-- proposes its level: so that what was known on a day can be told later.
ALTER TABLE system ADD COLUMN was TEXT;
ALTER TABLE dossier ADD COLUMN levels TEXT;
-- By which rules the figures were counted; those of an older edition are counted
-- anew (store.MakeFigures).
ALTER TABLE figure_made ADD COLUMN edition INTEGER NOT NULL DEFAULT 1;
