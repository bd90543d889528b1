-- How long a declared plan stays true by time alone, and what it rests on.
ALTER TABLE plan ADD COLUMN basis TEXT NOT NULL DEFAULT '' CHECK (basis IN ('', 'controls'));
ALTER TABLE plan ADD COLUMN holds TEXT NOT NULL DEFAULT '';
-- The same of the plan in force, for lists.
ALTER TABLE system ADD COLUMN plan_holds TEXT NOT NULL DEFAULT '';

-- Who stands on a platform.
CREATE INDEX plan_row_origin ON plan_row ((body::jsonb ->> 'origin')) WHERE kind = 'answer' AND body::jsonb ->> 'origin' IS NOT NULL;
