/** Says which transaction carries which write, before that transaction is committed. */
export type Ledger = (entry: { xid: string; id: string }) => void;

/**
 * One JSON line on standard output for each write.
 * A pipe is written synchronously, so the line has left the process before COMMIT is sent.
 */
export const stdoutLedger: Ledger = ({ xid, id }) => {
  process.stdout.write(`{"xid":${JSON.stringify(xid)},"id":${JSON.stringify(id)}}\n`);
};
