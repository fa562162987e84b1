-- wrong-row: a read found an element, and showed another row than the one that its add had made: that of another transaction.
-- Returns each such read, and the add. Scope: what it was asked of.
SELECT asked AS scope, NULL::DOUBLE AS worst, NULL::VARCHAR AS root, line, [earlier] AS earlier FROM wrong_rows
