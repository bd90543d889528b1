-- Who writes takes its turn, and writes are counted: by one row, whose lock lasts
-- as long as the transaction, so that the order of the numbers is that of the
-- commits.
CREATE TABLE turn (
  id      BIGINT PRIMARY KEY CHECK (id = 1),
  version BIGINT NOT NULL
);
INSERT INTO turn (id, version) VALUES (1, 0);
CREATE TRIGGER turn_forward BEFORE UPDATE ON turn FOR EACH ROW
WHEN (NEW.version <= OLD.version)
EXECUTE FUNCTION refuse('the number of a write only grows');
CREATE TRIGGER turn_stays BEFORE DELETE ON turn FOR EACH ROW EXECUTE FUNCTION refuse('the number of a write only grows');
CREATE TRIGGER turn_stays_t BEFORE TRUNCATE ON turn FOR EACH STATEMENT EXECUTE FUNCTION refuse('the number of a write only grows');
