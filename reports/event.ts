/** How a sentence is marked: a disturbance, harm done, recovery, or just a fact. */
export type Tone = 'fault' | 'bad' | 'good' | 'fact';

/** One sentence of the story; `at` is µs since the run's zero, absent for what concerns the whole run; `aside` quotes a probe. */
export type Event = { at?: number | undefined; text: string; tone: Tone; aside?: string | undefined };
