-- Archives of the register, row by row: made, copied, given up, drilled,
-- restored from, a restore confirmed. What was said is final.
CREATE TABLE backup_row (
  backup TEXT NOT NULL CHECK (backup <> ''),
  no     INTEGER NOT NULL CHECK (no >= 1),
  kind   TEXT NOT NULL CHECK (kind IN ('made', 'copy', 'copy_end', 'drill', 'restore', 'confirm')),
  body   TEXT NOT NULL CHECK (body <> ''),
  PRIMARY KEY (backup, no)
) STRICT;
CREATE TRIGGER backup_row_is_final BEFORE UPDATE ON backup_row BEGIN SELECT RAISE(ABORT, 'backup rows are final'); END;
CREATE TRIGGER backup_row_stays BEFORE DELETE ON backup_row BEGIN SELECT RAISE(ABORT, 'backup rows are final'); END;
CREATE TRIGGER backup_row_once BEFORE INSERT ON backup_row WHEN EXISTS (SELECT 1 FROM backup_row b WHERE b.backup = NEW.backup AND b.no = NEW.no) BEGIN SELECT RAISE(ABORT, 'backup rows are final'); END;
