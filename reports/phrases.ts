/* What a fault does to its target, in the three moments a reader cares about. */
type Phrase = { applied: string; verified: string; ended: string };

const PHRASES: readonly [RegExp, Phrase][] = [
  [/freeze|pause/, { applied: 'frozen', verified: 'no longer answers', ended: 'thawed' }],
  [/power|lossof|losesite/, { applied: 'powered off', verified: 'no longer answers', ended: 'powered on' }],
  [/partition|isolate|block|cut/, { applied: 'cut off', verified: 'can no longer be reached', ended: 'reconnected' }],
  [/delay|latency|slow/, { applied: 'slowed down', verified: 'answers late', ended: 'back at full speed' }],
  [/packetloss|loss|corrupt|shape|flak/, { applied: 'given a bad network', verified: 'loses packets', ended: 'given its network back' }],
  [/drain/, { applied: 'drained', verified: 'gets no new traffic', ended: 'back in rotation' }],
  [/diskfull|fill/, { applied: 'out of disk space', verified: 'cannot write to its disk', ended: 'given its disk space back' }],
  [/kill|crash/, { applied: 'killed', verified: 'is gone', ended: 'started again' }],
  [/terminate|cancel/, { applied: 'has its connections cut', verified: 'lost its connections', ended: 'left alone' }],
  [/stop/, { applied: 'stopped', verified: 'no longer answers', ended: 'started again' }],
  [/delete|evict/, { applied: 'deleted', verified: 'is gone', ended: 'created again' }],
  [/switchover|failover|promote/, { applied: 'asked to hand over', verified: 'has handed over', ended: 'left alone' }],
];

/** The words for a fault by its name; undefined for one that has no words of its own. */
export function phraseOf(fault: string): Phrase | undefined {
  const name = fault.toLowerCase().replace(/[^a-z]/g, '');
  return PHRASES.find(([pattern]) => pattern.test(name))?.[1];
}
