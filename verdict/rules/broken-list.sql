-- broken-list: a page, or a walk through a list, contradicts what a list is. Scope: `twice` (it showed an id more than once), `order` (an element that was
-- acknowledged before another was begun stands behind it), `walks` (two walks show two elements in opposite order), `limit` (a page held more items than it could), `next` (a page with items does not advance).
-- Returns the page that shows it, with the earlier one of the two; worst = how often, or how many items. Root = `duplicated`, where a copy holds it twice.
SELECT b.scope, b.worst::DOUBLE AS worst, t.class AS root, b.line, CASE WHEN b.earlier IS NULL THEN []::BIGINT[] ELSE [b.earlier] END AS earlier, b.id AS item, b.behind
FROM list_breaks AS b LEFT JOIN (FROM told WHERE class = 'duplicated') AS t ON b.scope = 'twice' AND t.id = b.id
