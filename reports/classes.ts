/** What a finding class means, in a sentence for readers of a report; undefined for one not known here. */
export function meaningOf(name: string): string | undefined {
  return MEANINGS[name];
}

const MEANINGS: Record<string, string> = {
  lost: 'The write was acknowledged, and the database that decides does not have it.',
  'lost-unreplicated': 'As lost, but the write was answered as not replicated, or while replication was off.',
  'lost-update': 'An acknowledged change of a value is gone, was overwritten by something older, or shares its version with another.',
  'read-then-lost': 'A read saw the write, and the database that decides does not have it: somebody may have acted on it.',
  'missing-at-copy': 'The copy lacks a row, holds a different one, or did not catch up in the time it had.',
  'extra-at-copy': 'The copy holds a row that the database that decides does not have.',
  duplicated: 'One write is present more than once, or one job was completed more than once.',
  unfinished: 'A change is present whose job was never completed.',
  phantom: 'The write was answered as failed, and is present.',
  unexpected: 'A row is present that nobody tried to write in this run.',
  'never-written':
    'A read showed what nobody had written by then: an id, a version or a value that no write of the run had sent, or that certainly failed.',
  'not-primary': 'What was asked of the primary was answered by a database that took no writes.',
  'wrong-row': 'A read found the element that it asked for, and showed the row of another write.',
  stale:
    'The read began after the write was known, by an answer or an earlier read of the primary, and did not see it or saw an older version.',
  'non-monotonic': 'A read saw the write, and a later read of the same copy, or of the primary, did not or saw an older version.',
  'non-monotonic-session': 'One client saw the write, and later, served by another copy, did not or saw an older version.',
  skipped: 'A list went past a position and never showed a write committed before it.',
  'broken-list': 'A list repeated a write, showed one behind another that came after it, held more than its limit, or did not go on.',
  'split-brain':
    'Two databases acknowledged writes at the same time, each as the writer: what one of them took will be lost or overwritten.',
  'two-writable': 'Two copies accepted writes at the same time; no acknowledgement shows harm.',
  misrouted: 'A site served traffic that it should not have, or did not get its share.',
  'never-read': 'Acknowledged writes that no read could have refuted: their loss would have gone unseen by readers.',
  vacuous: 'Too little load, effect, samples or coverage to prove anything.',
  'unwatched-exit': 'A daemon of the lab ended and no fault explains it: something else disturbed the run.',
};
