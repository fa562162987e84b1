/** How many times slower than usual this machine is (HOLDFAST_SLOW; an emulated one needs it); multiplies every deadline and health check. */
export const slow = Math.max(1, Number(process.env.HOLDFAST_SLOW ?? '1') || 1);

function ms(value: number): number {
  return value * slow;
}

/** Every deadline of the project by the event it waits for; ms. */
export const limits = {
  /** process 1 of a host is in place: mounts and an exec */
  hostBooted: ms(10_000),
  /** no process of a host is left after its power-off */
  hostGone: ms(10_000),
  wireStarted: ms(5_000),
  /** an API server answers readyz: etcd and API server start cold on shared cores */
  apiReady: ms(60_000),
  /** nodes Ready */
  nodesReady: ms(60_000),
  /** pods of the platform ready, rolling updates included */
  podsReady: ms(90_000),
  /** Patroni has a leader, and every standby streams in sync: bootstrap copies a database twice */
  databaseReady: ms(90_000),
  /** load balancer reports the backends asked for */
  backendsUp: ms(30_000),
  /** back to reference state after a run: a failed-over primary must rewind and rejoin */
  reset: ms(120_000),
  /** one look at an HTTP endpoint of a daemon */
  httpProbe: ms(2_000),
  /** one connection to a database copy; no probe, so a busy machine may take its time */
  databaseConnect: ms(10_000),
  /** the healer has armed itself for a fault */
  healerArmed: ms(5_000),
  /** a lab that nothing ails is seen at rest: a server that missed two checks, while this program started, is back after two good ones, a second; a worker has its session again after 2 s */
  atRest: ms(5_000),
  /** commits that a busy machine held up are acknowledged again, before a fault; what holds them longer is the service's own */
  flowing: ms(2_000),
  /** a cold start is over, beyond the warm-up: what is still bad then is judged */
  coldStart: ms(20_000),
  /** what a fault is to fall on is seen steady: of the probes of two hosts at once, six of twelve got no answer in 250 ms from processors that had nothing left */
  steady: ms(2_000),
  /** another process has finished appending a journal line */
  journalLock: ms(2_000),
  /** a fault's effect is seen from outside; beyond this the fault is not proven */
  faultEffect: ms(10_000),
  /** end of a held fault is seen after its lease end */
  faultGone: ms(30_000),
  /** a powered-off host serves again: boot of a whole site included */
  serviceBack: ms(60_000),
  /** every copy in sync again after a fault that others outlast: their leases, a failover, a rejoin */
  switchover: ms(30_000),
  redundant: ms(120_000),
  /** failover: Patroni's ttl of 20 s, loop_wait, promotion, checks */
  failover: ms(60_000),
  /** k6 has started offering load */
  loadStarted: ms(20_000),
  /** a test runner, its worker and a load generator are at work, beside other labs on the same cores */
  victimStarted: ms(60_000),
  /** k6 ended after being told to: one request timeout, the reads of everything once more (10 s at most), and the flush */
  loadStopped: ms(25_000),
  /** the service is stable after the fault: 5 s without a bad slice */
  stable: ms(60_000),
  /** a copy that was away is a replica again and was asked: stop and start, rewind, two good checks of the endpoint, the life of a connection (5 s) */
  replicasAsked: ms(30_000),
  /** what was written is in the archive, or the repository answers: a push of a segment, or a few of them */
  archived: ms(30_000),
  /** a full backup of a copy is in the repository */
  backup: ms(90_000),
  /** a destroyed database leads again: a copy from the repository, replay of the archive, promotion */
  restored: ms(90_000),
  /** marker row seen at every copy */
  catchUp: ms(60_000),
  /** jobs drained by the workers */
  drained: ms(60_000),
  /** a whole scenario */
  scenario: ms(300_000),
  /** the test runner knows which scenarios were chosen */
  scenariosListed: ms(60_000),
  /** the test runner, told to stop, has stopped its scenario and said what ran */
  runnerStopped: ms(30_000),
  /** a record of 100 million operations was judged by a bench */
  largeJudging: ms(900_000),
  /** the emulated machine of `holdfast test vm` has powered itself off */
  guestRun: ms(1_500_000),
} as const;
