import type { Bounds } from '../record/format.ts';
import type { Verdict } from '../record/verdict-format.ts';
import {
  calmJobP95Ms,
  longestJobOf,
  calmLatencyP99Ms,
  isBroken,
  longestOutageMs,
  longestSilenceMs,
  recoveryMs,
  sharesByPhase,
  unjudged,
  worstTime,
} from './measured.ts';
import { duration, percent, portion } from './numbers.ts';
import { atLeast, atMost, shown, type Row } from './promises-data.ts';

/** What was promised and measured of the service: availability, outages, recovery, latency, shares of sites. */
export function availabilityRows(verdict: Verdict, bounds: Bounds): Row[] {
  const { event, offered } = verdict.availability;
  const recovery = recoveryMs(verdict);
  const shares = Object.entries(sharesByPhase(verdict)['before'] ?? {});
  const least = Object.values(sharesByPhase(verdict)).flatMap((bySite) => Object.values(bySite));
  const open = (bound: keyof Bounds) => unjudged(verdict, bound);
  const {
    availability: events,
    timeAvailability,
    longestOutageMs: outage,
    longestSilenceMs: silence,
    rtoMs,
    latencyP99Ms,
    jobP95Ms,
    longestJobMs,
    share,
    leastShare,
    coldStart,
  } = bounds;
  const { warmUp } = verdict.availability;
  return [
    {
      what: 'Availability (successful of offered)',
      promised: atLeast(events),
      measured: shown(event, percent),
      broken: isBroken(verdict, 'availability'),
      open: open('availability'),
    },
    {
      what: 'Availability (good of all time, worst kind)',
      promised: atLeast(timeAvailability),
      measured: shown(worstTime(verdict), percent),
      broken: isBroken(verdict, 'time-availability'),
      open: open('timeAvailability'),
    },
    {
      what: 'Longest outage',
      promised: atMost(outage, duration),
      measured: offered === 0 ? undefined : duration(longestOutageMs(verdict)),
      broken: isBroken(verdict, 'longest-outage'),
      open: open('longestOutageMs'),
    },
    {
      what: 'Longest silence of a client, pod or site',
      promised: atMost(silence, duration),
      measured: offered === 0 ? undefined : duration(longestSilenceMs(verdict) ?? 0),
      broken: isBroken(verdict, 'longest-silence'),
      open: open('longestSilenceMs'),
    },
    {
      what: 'Recovery time (RTO)',
      promised: atMost(rtoMs, duration),
      measured: recovery === null ? 'not reached' : shown(recovery, duration),
      broken: isBroken(verdict, 'rto'),
      open: open('rtoMs'),
    },
    {
      what: 'Latency without fault, 99 of 100 within',
      promised: atMost(latencyP99Ms, duration),
      measured: shown(calmLatencyP99Ms(verdict), duration),
      broken: isBroken(verdict, 'latency'),
      open: open('latencyP99Ms'),
    },
    {
      what: 'Jobs without fault, 95 of 100 completed within',
      promised: atMost(jobP95Ms, duration),
      measured: shown(calmJobP95Ms(verdict), duration),
      broken: isBroken(verdict, 'late-jobs') && (calmJobP95Ms(verdict) ?? 0) > (jobP95Ms ?? Infinity),
      open: open('jobP95Ms'),
    },
    {
      what: 'Longest job, also during faults',
      promised: atMost(longestJobMs, duration),
      measured: shown(longestJobOf(verdict), duration),
      broken: isBroken(verdict, 'late-jobs') && (longestJobOf(verdict) ?? 0) > (longestJobMs ?? Infinity),
      open: open('longestJobMs'),
    },
    {
      what: 'Share of each site (shown: before the fault)',
      promised: share && `${percent(share[0], 0)} to ${percent(share[1], 0)}`,
      measured: share && shares.map(([site, part]) => `${site} ${portion(part)}`).join(', '),
      broken: share !== undefined && isBroken(verdict, 'misrouted'),
    },
    {
      what: 'Least share of a site in any phase',
      promised: atLeast(leastShare),
      measured: leastShare === undefined || least.length === 0 ? undefined : percent(Math.min(...least)),
      broken: leastShare !== undefined && isBroken(verdict, 'misrouted'),
      open: open('leastShare'),
    },
    {
      what: 'Calls that failed before the first phase (cold start)',
      promised: atMost(coldStart, percent),
      measured: warmUp && percent(1 - warmUp.ok / warmUp.offered),
      broken: isBroken(verdict, 'cold-start'),
      open: open('coldStart'),
    },
  ];
}
