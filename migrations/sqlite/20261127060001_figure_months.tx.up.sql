-- The figures by month: the sums of the days of each, so that what was believed on
-- a day, and how it went over the years, is read from as many rows as there are
-- months, however many systems there are.
CREATE TABLE figure_month (
  month     TEXT NOT NULL CHECK (length(month) = 7),
  holder    TEXT NOT NULL,
  owner     TEXT NOT NULL,
  origin    TEXT NOT NULL,
  level     INTEGER NOT NULL,
  total     INTEGER NOT NULL,
  approved  INTEGER NOT NULL,
  deployed  INTEGER NOT NULL,
  confirmed INTEGER NOT NULL,
  PRIMARY KEY (month, holder, owner, origin, level)
) STRICT;
CREATE INDEX figure_month_holder ON figure_month (holder, month);

INSERT INTO figure_month
SELECT substr(day, 1, 7), holder, owner, origin, level, SUM(total), SUM(approved), SUM(deployed), SUM(confirmed) FROM figure GROUP BY 1, 2, 3, 4, 5;
