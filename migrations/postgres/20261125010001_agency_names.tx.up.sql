-- What an agency was called, and who its specialised unit was, from day to day:
-- a JSON list, oldest first, empty while it never changed. The other columns
-- hold what holds today.
ALTER TABLE agency ADD COLUMN names TEXT NOT NULL DEFAULT '';

-- What was said of the past stays: the list only grows at its end.
CREATE TRIGGER agency_names_grow BEFORE UPDATE OF names ON agency FOR EACH ROW
WHEN (OLD.names <> '' AND substr(NEW.names, 1, length(OLD.names) - 1) <> substr(OLD.names, 1, length(OLD.names) - 1))
EXECUTE FUNCTION refuse('names of the past are final');
