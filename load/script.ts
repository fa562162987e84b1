import http, { type RefinedParams, type ResponseType } from 'k6/http';
import { again, begin, end, type Call } from 'k6/x/holdfast';
import { REQUEST_TIMEOUT_MS, type LoadProfile } from './profiles.ts';
import { k6Options } from './scenarios.ts';

const profile = JSON.parse(__ENV.HOLDFAST_PROFILE ?? '') as LoadProfile;

/** What k6 runs: `call`, once for each call that is due. */
export const options = k6Options(profile, Number(__ENV.HOLDFAST_SEED));

const changes = `${__ENV.HOLDFAST_URL}/api/changes`;
const projects = `${__ENV.HOLDFAST_URL}/api/projects`;
const run = __ENV.HOLDFAST_RUN;
const asked: RefinedParams<ResponseType> = { timeout: REQUEST_TIMEOUT_MS, redirects: 0 };
const sent: RefinedParams<ResponseType> = { ...asked, headers: { 'Content-Type': 'application/json' } };
const { most, pauseMs } = profile.retries;

/** Makes the call that is this client's turn. */
export function call(): void {
  const due = begin();
  if (due === undefined) return;
  if (due.kind === 'add') add(due.id);
  else if (due.kind === 'put')
    end(http.put(`${projects}/${due.id}`, JSON.stringify({ run, version: due.version, value: due.value }), sent));
  else end(http.get(urlOf(due), asked));
}

/** Writes a new element, with the repeats that the profile allows. */
function add(first: string): void {
  for (let id: string | undefined = first; id !== undefined; id = again(most, pauseMs)) {
    end(http.post(changes, JSON.stringify({ id, run }), sent));
  }
}

function urlOf(due: Exclude<Call, { kind: 'add' | 'put' }>): string {
  if (due.kind === 'list') {
    const after = due.after === '' ? '' : `&after=${encodeURIComponent(due.after)}`;
    return `${changes}?run=${run}&role=${due.role}&limit=${due.limit}${after}`;
  }
  const token = due.token === '' ? '' : `&token=${due.token}`;
  return `${due.kind === 'read' ? changes : projects}/${due.id}?role=${due.role}${token}`;
}
