/** What a fault does to its target in the four moments that a reader cares about: "db1 frozen", "db1 no longer answers" … */
export type Phrase = { applied: string; verified: string; healed: string; gone: string };

/** The words for a fault by its name; undefined for one that has no words of its own. */
export function phraseOf(fault: string): Phrase | undefined {
  return PHRASES.get(fault);
}

/** A target in words, split where a network fault names its other end: "db1 from the standbys". */
export function endsOf(target: string): { near: string; far: string } {
  const at = target.indexOf(' from ');
  return at < 0 ? { near: target, far: '' } : { near: target.slice(0, at), far: target.slice(at) };
}

const PHRASES: ReadonlyMap<string, Phrase> = new Map([
  ['freeze', { applied: 'frozen', verified: 'no longer answers', healed: 'thawed', gone: 'answers again' }],
  ['power-off', { applied: 'powered off', verified: 'no longer answers', healed: 'powered on', gone: 'serves again' }],
  ['isolate', { applied: 'cut off', verified: 'can no longer be reached', healed: 'reconnected', gone: 'can be reached again' }],
]);
