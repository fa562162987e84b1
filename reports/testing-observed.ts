import type { FaultLine, Observation } from '../record/format.ts';
import { STORY } from './testing-history.ts';

/** Ten looks a second at three database copies and two backends, and the end of one daemon. */
export function observations(prefix: string): Observation[] {
  const seen: Observation[] = [];
  for (let at = 0; at < STORY.end * 1e6; at += 100_000) {
    const s = at / 1e6;
    const timeline = s < STORY.promoted ? 1 : 2;
    const frozen = s > STORY.frozen + 0.2 && s < STORY.back;
    const again = s >= STORY.back;
    seen.push(
      frozen
        ? { at, copy: `${prefix}db1`, up: false }
        : { at, copy: `${prefix}db1`, up: true, writable: !again, sync: !again, timeline, startedAt: again ? 'T2' : 'T1' },
      {
        at,
        copy: `${prefix}db2`,
        up: true,
        writable: s >= STORY.promoted,
        sync: s < STORY.promoted || s > STORY.promoted + 1.4,
        timeline,
        startedAt: 'T1',
      },
      { at, copy: `${prefix}db3`, up: true, writable: false, sync: s > STORY.promoted + 1.4, timeline, startedAt: 'T1' },
      { at, backend: `${prefix}a`, status: s > STORY.aDown && s < STORY.aUp ? 'DOWN' : 'UP' },
      { at, backend: `${prefix}b`, status: 'UP' },
    );
  }
  const exit = Math.round((STORY.thawed + 0.6) * 1e6);
  return [...seen, { at: exit, exit: 'postgres', host: `${prefix}db1`, fault: `${prefix}freeze` }];
}

/** The journal of one freeze of the primary, open until the failover. */
export function journal(prefix: string): FaultLine[] {
  const line = (state: FaultLine['state'], seconds: number, evidence?: string): FaultLine => {
    return { fault: `${prefix}freeze`, target: `${prefix}db1`, id: 'f1', state, at: Math.round(seconds * 1e6), evidence };
  };
  return [
    line('intent', STORY.intent),
    line('applied', STORY.frozen),
    line('verified', STORY.proven, `${prefix}db1 asked from observer: silent for 250 ms`),
    line('healed', STORY.thawed),
    line('gone', STORY.gone, `${prefix}db1 asked from observer: answers`),
  ];
}
