export type Site = 'a' | 'b';
export const SITES = ['a', 'b'] as const;

/** How a write reached its site: past the load balancer, through it, or as a part of a mistake. */
export type By = 'direct' | 'balanced' | 'mistake';

/** A row that a client was told is written. Times in ms of one clock. */
export interface Acknowledged {
  table: string;
  key: string;
  /** of rows that are updated: this one or a later one is to be there */
  version: number;
  site: Site;
  by: By;
  sentAt: number;
  ackedAt: number;
}

/** What was acknowledged, and what was refused with which SQLSTATE at which site. */
export class Ledger {
  readonly acknowledged: Acknowledged[] = [];
  readonly refused: { site: Site; by: Acknowledged['by']; code: string; message: string; at: number }[] = [];

  /** Carries a write out and notes what became of it; rejects as it does. */
  async write(row: Pick<Acknowledged, 'table' | 'key' | 'site' | 'by'> & { version?: number }, act: () => Promise<unknown>): Promise<void> {
    const sentAt = performance.now();
    try {
      await act();
      this.acknowledged.push({ version: 0, ...row, sentAt, ackedAt: performance.now() });
    } catch (error) {
      const { code = 'none', message } = error as Error & { code?: string };
      this.refused.push({ site: row.site, by: row.by, code, message, at: performance.now() });
      throw error;
    }
  }
}
