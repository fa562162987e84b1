import http, { type RefinedParams, type ResponseType } from 'k6/http';
import { again, begin, end } from 'k6/x/holdfast';
import { REQUEST_TIMEOUT_MS, type LoadProfile } from './profiles.ts';
import { k6Options } from './scenarios.ts';

const profile = JSON.parse(__ENV.HOLDFAST_PROFILE ?? '') as LoadProfile;

/** What k6 runs: one exported function a scenario, each making one operation. */
export const options = k6Options(profile);

type Role = 'primary' | 'replica';

const changes = `${__ENV.HOLDFAST_URL}/api/changes`;
const projects = `${__ENV.HOLDFAST_URL}/api/projects`;
const run = __ENV.HOLDFAST_RUN;
const asked: RefinedParams<ResponseType> = { timeout: REQUEST_TIMEOUT_MS, redirects: 0 };
const sent: RefinedParams<ResponseType> = { ...asked, headers: { 'Content-Type': 'application/json' } };
const { most, pauseMs } = profile.retries;
const tokenShares = { primary: 0, replica: profile.tokenShare };

/** Writes a new element. */
export function add(): void {
  for (let id = begin('add'); id !== undefined; id = again(most, pauseMs)) {
    end(http.post(changes, JSON.stringify({ id, run }), sent));
  }
}

/** Reads an acknowledged element from the primary. */
export function readPrimary(): void {
  read('read', changes, 'primary');
}

/** Reads an acknowledged element from a replica. */
export function readReplica(): void {
  read('read', changes, 'replica');
}

/** Stores the next version of a project that only this client writes. */
export function put(): void {
  const project = begin('put');
  if (project === undefined) return;
  const { id, version, value } = project;
  end(http.put(`${projects}/${id}`, JSON.stringify({ run, version, value }), sent));
}

/** Reads a project from the primary. */
export function getPrimary(): void {
  read('get', projects, 'primary');
}

/** Reads a project from a replica. */
export function getReplica(): void {
  read('get', projects, 'replica');
}

/** Reads the next page of a walk over all elements from the primary. */
export function listPrimary(): void {
  list('primary');
}

/** Reads the next page of a walk over all elements from a replica. */
export function listReplica(): void {
  list('replica');
}

function read(kind: 'read' | 'get', collection: string, role: Role): void {
  const wanted = begin(kind, role, tokenShares[role]);
  if (wanted === undefined) return;
  const token = wanted.token === '' ? '' : `&token=${wanted.token}`;
  end(http.get(`${collection}/${wanted.id}?role=${role}${token}`, asked));
}

function list(role: Role): void {
  const page = begin('list', role);
  if (page === undefined) return;
  const after = page.after === '' ? '' : `&after=${encodeURIComponent(page.after)}`;
  end(http.get(`${changes}?run=${run}&role=${role}&limit=${page.limit}${after}`, asked));
}
