-- The figures of the register, kept with it: how many systems came and went on
-- each day, by who holds them today, who owned them that day, and level. The sum
-- over the days up to one is what was believed at its end; see approval.Steps.
CREATE TABLE figure (
  day       TEXT NOT NULL CHECK (day <> ''),
  holder    TEXT NOT NULL,
  owner     TEXT NOT NULL,
  origin    TEXT NOT NULL,
  level     BIGINT NOT NULL,
  total     BIGINT NOT NULL,
  approved  BIGINT NOT NULL,
  deployed  BIGINT NOT NULL,
  confirmed BIGINT NOT NULL,
  PRIMARY KEY (day, holder, owner, origin, level)
);
CREATE INDEX figure_holder ON figure (holder, day);

-- Whether they are there: a register from before is counted once.
CREATE TABLE figure_made (
  id BIGINT PRIMARY KEY CHECK (id = 1)
);

SELECT guard('figure', 'holder = (SELECT own_body())');
