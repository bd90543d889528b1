-- The rows of plans lie sealed; body holds their bones. A row from before may be
-- sealed once, and stays what it says.
ALTER TABLE plan_row ADD COLUMN sealed TEXT NOT NULL DEFAULT '';
DROP TRIGGER plan_row_final_u ON plan_row;
CREATE TRIGGER plan_row_final_u BEFORE UPDATE ON plan_row FOR EACH ROW
WHEN (NOT (OLD.sealed = '' AND NEW.sealed <> '' AND NEW.system_id = OLD.system_id AND NEW.no = OLD.no AND NEW.kind = OLD.kind
  AND NEW.body::jsonb #>> '{by,person}' IS NOT DISTINCT FROM OLD.body::jsonb #>> '{by,person}'
  AND NEW.body::jsonb ->> 'answer' IS NOT DISTINCT FROM OLD.body::jsonb ->> 'answer'
  AND NEW.body::jsonb ->> 'origin' IS NOT DISTINCT FROM OLD.body::jsonb ->> 'origin'))
EXECUTE FUNCTION refuse('plan rows are final');
