-- Replicas that answer from memory under a lease (gate mode available): up to
-- which write each has seen, and until when it may go on without asking. Who
-- writes waits for those that have not seen the write.
CREATE TABLE replica (
  name    TEXT PRIMARY KEY CHECK (name <> ''),
  version BIGINT NOT NULL,
  until   TIMESTAMPTZ NOT NULL
);

-- Who leads does what must be done once: the outbox, the schedules. Every leader
-- has the next number; the write of one whose number is past is refused.
CREATE TABLE leader (
  id    BIGINT PRIMARY KEY CHECK (id = 1),
  epoch BIGINT NOT NULL
);
INSERT INTO leader (id, epoch) VALUES (1, 0);
CREATE TRIGGER leader_forward BEFORE UPDATE ON leader FOR EACH ROW
WHEN (NEW.epoch <= OLD.epoch)
EXECUTE FUNCTION refuse('the number of a leader only grows');
