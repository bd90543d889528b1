-- Archives of the register, row by row: made, copied, given up, drilled,
-- restored from, a restore confirmed. What was said is final.
CREATE TABLE backup_row (
  backup TEXT NOT NULL CHECK (backup <> ''),
  no     BIGINT NOT NULL CHECK (no >= 1),
  kind   TEXT NOT NULL CHECK (kind IN ('made', 'copy', 'copy_end', 'drill', 'restore', 'confirm')),
  body   TEXT NOT NULL CHECK (body <> ''),
  PRIMARY KEY (backup, no)
);
CREATE TRIGGER backup_row_is_final BEFORE UPDATE ON backup_row FOR EACH ROW EXECUTE FUNCTION refuse('backup rows are final');
CREATE TRIGGER backup_row_stays BEFORE DELETE ON backup_row FOR EACH ROW EXECUTE FUNCTION refuse('backup rows are final');
CREATE TRIGGER backup_row_stays_t BEFORE TRUNCATE ON backup_row FOR EACH STATEMENT EXECUTE FUNCTION refuse('backup rows are final');

