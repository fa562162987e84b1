/** Which copy of the database answered, asked in the same statement as the data. */
export interface Stamp {
  /** absent where the server was given no name */
  copy?: string;
  system: string;
  timeline: number;
  epoch: number;
}

/** The stamp as columns, plus `readOnly`: whether the copy takes no writes of this session: a standby, or the database of a site that follows another's. */
export interface StampRow extends Omit<Stamp, 'copy'> {
  copy: string | null;
  readOnly: boolean;
}

// On a standby the running receiver knows best; without one, the control file's two memories of the timeline.
const STANDBY_TIMELINE = `coalesce(
  (SELECT received_tli FROM pg_stat_wal_receiver),
  (SELECT greatest(c.timeline_id, r.min_recovery_end_timeline) FROM pg_control_checkpoint() c, pg_control_recovery() r))`;

/** Select list that yields a StampRow. */
export const STAMP_COLUMNS = `
  current_setting('holdfast.copy', true) AS copy,
  (SELECT system_identifier FROM pg_control_system())::text AS system,
  CASE WHEN pg_is_in_recovery() THEN ${STANDBY_TIMELINE}
    ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer END AS timeline,
  coalesce(greatest((SELECT epoch FROM writer), (SELECT max(epoch) FROM terms)), 1) AS epoch,
  current_setting('transaction_read_only') = 'on' AS "readOnly"`;

/** The fields of a row that belong into an answer's stamp. */
export function stampOf({ copy, system, timeline, epoch }: StampRow): Stamp {
  return { ...(copy === null ? {} : { copy }), system, timeline, epoch };
}
