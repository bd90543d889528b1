-- The rows of plans lie sealed; body holds their bones. A row from before may be
-- sealed once, and stays what it says.
ALTER TABLE plan_row ADD COLUMN sealed TEXT NOT NULL DEFAULT '';
DROP TRIGGER plan_row_final_u;
CREATE TRIGGER plan_row_final_u BEFORE UPDATE ON plan_row
WHEN NOT (OLD.sealed = '' AND NEW.sealed <> '' AND NEW.system_id = OLD.system_id AND NEW.no = OLD.no AND NEW.kind = OLD.kind
  AND json_extract(NEW.body, '$.by.person') IS json_extract(OLD.body, '$.by.person')
  AND json_extract(NEW.body, '$.answer') IS json_extract(OLD.body, '$.answer')
  AND json_extract(NEW.body, '$.origin') IS json_extract(OLD.body, '$.origin'))
BEGIN SELECT RAISE(ABORT, 'plan rows are final'); END;
