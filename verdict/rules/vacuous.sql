-- vacuous: the record cannot carry a verdict: load, fault effect, samples, acknowledgements or coverage are under their floors, or part of it is missing.
-- Returns one row for each reason, with a sentence; the views named unmet_… (folder evidence/) hold the single checks.
SELECT 'history' AS scope, NULL::DOUBLE AS worst, NULL::VARCHAR AS phase, NULL::VARCHAR AS copy, NULL::VARCHAR AS site, message, NULL::BIGINT AS start FROM unmet_files
UNION ALL SELECT 'phases', NULL, phase, NULL, NULL, message, NULL FROM unmet_phases
UNION ALL SELECT 'load', NULL, phase, NULL, NULL, message, NULL FROM unmet_load
UNION ALL SELECT 'load', NULL, phase, NULL, NULL, message, NULL FROM unmet_generator
UNION ALL SELECT 'faults', NULL, NULL, NULL, NULL, message, start FROM unmet_faults
UNION ALL SELECT 'samples', NULL, phase, copy, site, message, NULL FROM unmet_samples
UNION ALL SELECT 'truth', NULL, NULL, copy, NULL, message, NULL FROM unmet_truth
UNION ALL SELECT 'acks', NULL, phase, NULL, NULL, message, start FROM unmet_acks
UNION ALL SELECT 'told', NULL, NULL, NULL, NULL, message, NULL FROM unmet_told
UNION ALL SELECT 'routing', NULL, NULL, NULL, NULL, message, NULL FROM unmet_routing
UNION ALL SELECT 'everywhere', NULL, phase::VARCHAR, copy, NULL, message, NULL FROM unmet_everywhere
UNION ALL SELECT 'gone', NULL, NULL, copy, NULL, message, NULL FROM unmet_gone
UNION ALL SELECT 'terms', NULL, NULL, NULL, NULL, message, start FROM unmet_terms
UNION ALL SELECT 'bounds', NULL, phase::VARCHAR, NULL, NULL, format('bound {} cannot be judged: {}', bound, message), NULL FROM unmet_bounds
