-- Machine samples: stretches of the machine that everything ran on; busy: its processors had next to nothing left. From 95 % on what comes at
-- random waits some twenty times as long as it takes (M/M/1: 1 / (1 - utilisation)).
CREATE VIEW machine_samples AS
SELECT DISTINCT "at" AS start, "at" + took AS "end", took, idle, idle < 0.05 AS busy FROM observations WHERE idle IS NOT NULL;
