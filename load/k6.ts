import type { LoadProfile } from './profiles.ts';

/** What a load run needs to know. */
export interface LoadRun {
  /** our k6, with the recorder compiled in */
  k6Path: string;
  /** made by `bundleLoad` */
  scriptFile: string;
  profile: LoadProfile;
  /** of the global load balancer, such as "http://198.18.0.10:8080" */
  url: string;
  /** tag of the run: begins every id and stands in every row */
  run: string;
  /** created by k6; refused if it exists */
  historyFile: string;
  /** what arrivals and kinds of calls are drawn from; 0 to 2 ** 32 - 1 */
  seed: number;
  /** the runner writes down there when faults take effect: one line each, µs since the run's zero */
  momentsFile?: string;
  /** where the runner writes down, before it stops the load, who is to answer for every acknowledged element once more: a `SweepOrder` */
  sweepFile?: string;
  /** the run's zero; ns of CLOCK_MONOTONIC */
  zeroNs: bigint;
}

/** For each role, who is to answer for every acknowledged element when the load has ended, as pairs of a site and a database copy. */
export interface SweepOrder {
  asks: { role: 'primary' | 'replica'; pairs: [site: string, copy: string][] }[];
}

/** A command line; `env` is the whole environment, nothing of the caller's is to be added. */
export interface CommandLine {
  file: string;
  args: string[];
  env: Record<string, string>;
}

/** How to run k6 for a load run. SIGTERM stops it: no operation is cut off, and it exits with 0. */
export function k6Command(load: LoadRun): CommandLine {
  const { hostname } = new URL(load.url);
  if (!/^[0-9.]+$|^\[/.test(hostname)) {
    throw new TypeError(`load: expected a URL with an IP address, came "${load.url}": k6 caches names for minutes`);
  }
  if (!/^[A-Za-z0-9_-]{1,40}$/.test(load.run)) {
    throw new TypeError(`load: expected a run tag of letters, digits, "-" and "_", came "${load.run}": ids are made of it`);
  }
  return {
    file: load.k6Path,
    args: [
      'run',
      '--quiet',
      '--no-color',
      '--no-usage-report',
      '--no-thresholds',
      '--summary-mode=disabled',
      '--address=', // no REST server: signals stop it
      '--out=holdfast',
      load.scriptFile,
    ],
    env: {
      HOLDFAST_HISTORY: load.historyFile,
      HOLDFAST_PROFILE: JSON.stringify(load.profile),
      HOLDFAST_RUN: load.run,
      HOLDFAST_SEED: String(load.seed),
      ...(load.momentsFile === undefined ? {} : { HOLDFAST_MOMENTS: load.momentsFile }),
      ...(load.sweepFile === undefined ? {} : { HOLDFAST_SWEEP: load.sweepFile }),
      HOLDFAST_URL: load.url.replace(/\/+$/, ''),
      HOLDFAST_ZERO_NS: String(load.zeroNs),
      K6_AUTO_EXTENSION_RESOLUTION: 'false',
      // Without a home k6 finds no settings of the user's that could change the load.
      HOME: '/nonexistent',
      NO_PROXY: '*',
      // A collection among 4,400 clients held up calls for 3.5 s (0.8 GB live, 2 busy cores). At 18 to 36 kB an operation most runs end before the limit asks for one.
      GOGC: 'off',
      GOMEMLIMIT: '3GiB',
    },
  };
}
