/** Says which transaction carries which write, before that transaction is committed, and where its number counts: of a system, on a timeline. */
export interface LedgerEntry {
  xid: string;
  id: string;
  system: string;
  timeline: number;
}

export type Ledger = (entry: LedgerEntry) => void;

/**
 * One JSON line on standard output for each write.
 * A pipe is written synchronously, so the line has left the process before COMMIT is sent.
 */
export const stdoutLedger: Ledger = ({ xid, id, system, timeline }) => {
  process.stdout.write(`${JSON.stringify({ xid, id, system, timeline })}\n`);
};
