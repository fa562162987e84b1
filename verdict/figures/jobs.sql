-- Time from an acknowledged change to the completion of its job, by phase of the ack: median, 95th and 99th percentile, longest; ms.
-- `untold`: changes of that phase whose row says nothing of it.
SELECT phase_of(acked_at)::VARCHAR AS phase, count(job_ms) AS jobs, count(*) - count(job_ms) AS untold,
  quantile_cont(job_ms, [0.5, 0.95, 0.99]) AS latency, max(job_ms) AS slowest
FROM elements JOIN truth_rows USING (id)
WHERE fate = 'acknowledged' AND phase_of(acked_at) IS NOT NULL
GROUP BY phase ORDER BY phase
