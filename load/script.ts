import http, { type RefinedParams, type ResponseType } from 'k6/http';
import { begin, end } from 'k6/x/holdfast';
import { REQUEST_TIMEOUT_MS, k6Options, type LoadProfile } from './profiles.ts';

/** What k6 runs: one exported function a scenario, each making one operation. */
export const options = k6Options(JSON.parse(__ENV.HOLDFAST_PROFILE ?? '') as LoadProfile);

const changes = `${__ENV.HOLDFAST_URL}/api/changes`;
const run = __ENV.HOLDFAST_RUN;
const asked: RefinedParams<ResponseType> = { timeout: REQUEST_TIMEOUT_MS, redirects: 0 };
const posted: RefinedParams<ResponseType> = { ...asked, headers: { 'Content-Type': 'application/json' } };

/** Writes a new element. */
export function add(): void {
  const id = begin('add');
  if (id === undefined) return;
  end(http.post(changes, JSON.stringify({ id, run }), posted));
}

/** Reads an acknowledged element from the primary. */
export function readPrimary(): void {
  read('primary');
}

/** Reads an acknowledged element from a replica. */
export function readReplica(): void {
  read('replica');
}

function read(role: 'primary' | 'replica'): void {
  const id = begin('read', role);
  if (id === undefined) return;
  end(http.get(`${changes}/${id}?role=${role}`, asked));
}
