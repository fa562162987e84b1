import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { delay } from '../faults/delay.ts';
import type { FaultSpec, Target } from '../faults/fault.ts';
import { forgetConnections } from '../faults/forget-connections.ts';
import { isolate } from '../faults/isolate.ts';
import { readJournal } from '../faults/journal.ts';
import { limitBandwidth } from '../faults/limit-bandwidth.ts';
import { losePackets } from '../faults/lose-packets.ts';
import { refuse } from '../faults/refuse.ts';
import { readJson } from '../support/files.ts';
import { until } from '../support/poll.ts';
import { isAlive, signalProcess, type ProcessIdentity } from '../support/processes.ts';
import type { Topology } from '../topology/model.ts';
import { injected, suiteLab } from './lab.fixture.ts';

const name = 'nettest';
const db1 = { kind: 'host', name: 'db1' } as const satisfies Target;
const db2 = { kind: 'host', name: 'db2' } as const satisfies Target;
/** Long enough for the proof and for one question that waits in vain. */
const LEASE = '3s';
/** A question on this network takes a few ms; this is what a busy machine may add. */
const PROMPT_MS = 100;
/** Gives back what it gets on any connection to port 4242, for so many seconds. */
const ECHO = `use IO::Select; use IO::Socket::INET; my $end = time + $ARGV[0];
my $door = IO::Socket::INET->new(LocalPort => 4242, Listen => 9, ReuseAddr => 1) or die $@; my $all = IO::Select->new($door);
while (time < $end) {
  for my $one ($all->can_read(0.1)) {
    if ($one == $door) { $all->add(scalar $door->accept); next }
    if (sysread($one, my $what, 999)) { syswrite($one, $what) } else { $all->remove($one); close $one }
  }
}`;
/** Says something to that port every 20 ms for so many seconds, on one connection; prints the longest time without an answer, in ms. */
const TALK = `use IO::Select; use IO::Socket::INET; use Time::HiRes qw(time sleep); my ($to, $for) = @ARGV;
my $one = IO::Socket::INET->new(PeerAddr => $to, PeerPort => 4242, Timeout => 1) or die $@; my $all = IO::Select->new($one);
my ($end, $heard, $longest) = (time + $for, time, 0);
while (time < $end) {
  syswrite($one, ".");
  sysread($one, my $what, 999) && ($heard = time) if $all->can_read(0.02);
  my $silent = time - $heard; $longest = $silent if $silent > $longest; sleep 0.02;
}
printf "%d", 1000 * $longest;`;

describe('a network fault between two hosts', { concurrency: 1 }, () => {
  const lab = suiteLab(name, { nodes: 1 });
  let topology: Topology;
  before(() => void (topology = lab()));

  const cases: [string, FaultSpec, { out: Answer; back: Answer }][] = [
    ['drops packets both ways', isolate(db1, db2), { out: 'silence', back: 'silence' }],
    [
      'drops packets one way, which silences questions from either end',
      isolate(db1, db2, { direction: 'out' }),
      { out: 'silence', back: 'silence' },
    ],
    ['refuses connections from both ends', refuse(db1, db2), { out: 'refusal', back: 'refusal' }],
    ['refuses what goes one way: the other end hears nothing', refuse(db1, db2, { direction: 'out' }), { out: 'refusal', back: 'silence' }],
    ['delays question and answer', delay(db1, db2, { by: '150ms' }), { out: 300, back: 300 }],
    ['delays one way only', delay(db1, db2, { by: '150ms', jitter: '20ms', direction: 'in' }), { out: 150, back: 150 }],
    ['loses every packet', losePackets(db1, db2, { share: 1 }), { out: 'silence', back: 'silence' }],
  ];
  for (const [what, spec, { out, back }] of cases) {
    it(`${what}, and not to a third; it ends with its lease, and leaves nothing in the router`, async () => {
      const fault = await injected(topology, spec, LEASE);
      const [there, home, third] = await Promise.all([ask('db1', 'db2'), ask('db2', 'db1'), ask('db1', 'db3')]);
      assert.deepEqual([answerOf(there, out), answerOf(home, back)], [out, back]);
      assert.ok(typeof third === 'number' && third < PROMPT_MS, `db3 answered db1: ${third}`);
      await fault.gone();
      assert.deepEqual(await topology.router.impaired(), []);
      for (const [from, to] of [
        ['db1', 'db2'],
        ['db2', 'db1'],
      ] as const) {
        const after = await ask(from, to);
        assert.ok(typeof after === 'number' && after < PROMPT_MS, `${to} answered ${from}: ${after}`);
      }
    });
  }

  it('silences the connections that were made before, passes those made since, and forgets these when it begins again', async () => {
    const server = topology.probe('db2', ['perl', '-e', ECHO, '15'], 20_000);
    await listens('db2', 1);
    const talk = (seconds: number): Promise<number> =>
      topology
        .probe('db1', ['perl', '-e', TALK, topology.host('db2').address, String(seconds)], 10_000)
        .then(({ exitCode, stdout }) => (exitCode === 0 ? Number(stdout) : assert.fail(`it could not talk to db2: ${exitCode}`)));

    const before = talk(6);
    await listens('db2', 2);
    const fault = await injected(topology, forgetConnections(db1, db2), LEASE);
    assert.ok((await talk(1)) < PROMPT_MS, 'a connection that was made since is answered all the time');
    await fault.gone();
    assert.deepEqual(await topology.router.impaired(), []);
    const silence = await before;
    // TCP sends again 0.2, 0.4, 0.8, 1.6 and 3.2 s after the time before
    assert.ok(silence > 2_500 && silence < 6_000, `the connection from before was silent for ${silence} ms`);

    const ways = [
      { from: 'db1', to: 'db2' },
      { from: 'db2', to: 'db1' },
    ];
    const forget = (ms: number): Promise<void> => topology.router.impair(ways, { kind: 'forget' }, ms);
    await forget(60_000);
    const between = talk(3);
    await listens('db2', 2);
    await forget(1_000);
    assert.ok((await between) > 900, 'what was remembered the first time is forgotten the second time');
    assert.deepEqual(await topology.router.impaired(), []);
    await server;
  });

  it('loses the share of packets that it says', async () => {
    const fault = await injected(topology, losePackets(db1, db2, { share: 0.2, direction: 'out' }), '4s');
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask('db1', 'db2')));
    const lost = answers.filter((answer) => answer === 'silence').length;
    // a lost request for a connection is sent again after 1 s, which is too late; all later packets sooner: 20 %, four standard deviations on each side
    assert.ok(lost >= 1 && lost <= 24, `${lost} of 60 questions were lost`);
    await fault.gone();
  });

  it('passes no more than the bandwidth that it says, and everything after', async () => {
    const fault = await injected(topology, limitBandwidth(db1, db2, { to: '2Mbit', direction: 'out' }), LEASE);
    const [verified] = readJournal(topology.journalDir, fault.head.id).filter(({ state }) => state === 'verified');
    // 250 kB are 179 datagrams; the line's queue takes 35, and those that come while it empties, which is over after 300 ms
    const [, arrived] = /(\d+) of 179 datagrams/.exec(verified?.evidence ?? '') ?? [];
    assert.ok(Number(arrived) >= 35 && Number(arrived) <= 88, verified?.evidence);
    await fault.gone();
  });

  for (const [what, spec, meanwhile] of [
    ['cut', isolate(db1, db2), 'silence'],
    ['delay', delay(db1, db2, { by: '150ms' }), 300],
  ] as const) {
    it(`a ${what} outlives a boot of a host at its end, and its own end is proven`, async () => {
      const fault = await injected(topology, spec, '20s');
      await topology.host('db1').powerOff();
      await topology.host('db1').boot();
      assert.deepEqual(answerOf(await ask('db1', 'db2'), meanwhile), meanwhile);
      const third = await ask('db1', 'db3');
      assert.ok(typeof third === 'number' && third < PROMPT_MS, `db3 answered db1: ${third}`);
      await answersAgain('db1');
      assert.deepEqual(answerOf(await ask('db2', 'db1'), meanwhile), meanwhile);
      await fault.gone();
      assert.deepEqual(await topology.router.impaired(), []);
      const after = await ask('db1', 'db2');
      assert.ok(typeof after === 'number' && after < PROMPT_MS, `db2 answered db1: ${after}`);
    });
  }

  it('is proven over while a host at its end is off: nobody is there to ask but the router', async () => {
    const fault = await injected(topology, isolate(db1, db2), LEASE);
    await topology.host('db1').powerOff();
    try {
      await fault.gone();
      const [gone] = readJournal(topology.journalDir, fault.head.id).filter(({ state }) => state === 'gone');
      assert.equal(gone?.evidence, 'db1 is off: nobody there to ask; the router impairs no packet there any more');
    } finally {
      await topology.host('db1').boot();
    }
    await answersAgain('db1');
  });

  it('ends though the program of its line is killed, and the network is as ever', async () => {
    const ways = [{ from: 'db1', to: 'db2' }];
    await topology.router.impair(ways, { kind: 'line', delayMs: 300 }, 60_000);
    assert.deepEqual(answerOf(await ask('db1', 'db2'), 300), 300);
    const lines = readdirSync(topology.companionsDir).filter((file) => /^wire\d+\.json$/.test(file));
    assert.equal(lines.length, 1);
    const line = readJson<ProcessIdentity>(join(topology.companionsDir, String(lines[0])));
    assert.ok(line !== undefined && signalProcess(line, 'SIGKILL'));
    await until({ subject: 'line', condition: 'dead', timeoutMs: 5_000, intervalMs: 5, probe: async () => !isAlive(line) });
    const after = await ask('db1', 'db2');
    assert.ok(typeof after === 'number' && after < PROMPT_MS, `db2 answered db1: ${after}`);
    await topology.router.mend(ways, 'line');
    assert.deepEqual(await topology.router.impaired(), []);
  });

  /** until a host has so many sockets at the port of the echo: its door, and a connection each */
  async function listens(host: string, sockets: number): Promise<void> {
    await until({
      subject: `sockets at port 4242 of ${host}`,
      condition: `${sockets}`,
      timeoutMs: 5_000,
      intervalMs: 20,
      probe: async () =>
        (await topology.probe(host, ['ss', '-Hant', 'state', 'listening', 'state', 'established', 'sport = :4242'], 1_000)).stdout
          .split('\n')
          .filter((line) => line !== '').length === sockets,
    });
  }

  /** until a host that was booted answers others */
  async function answersAgain(host: string): Promise<void> {
    await until({
      subject: host,
      condition: 'answering db3',
      timeoutMs: 30_000,
      intervalMs: 100,
      probe: async () => typeof (await ask('db3', host)) === 'number',
    });
  }

  /** ms until a connection stood, or what came instead */
  type Answer = number | 'silence' | 'refusal';

  async function ask(from: string, to: string): Promise<Answer> {
    const url = topology.host(to).aliveUrl ?? '';
    const { exitCode, stdout } = await topology.probe(
      from,
      ['curl', '-s', '-o', '/dev/null', '-m', '1', '-w', '%{time_connect}', url],
      5_000,
    );
    assert.ok([0, 7, 28].includes(exitCode), `curl ended with ${exitCode}`);
    return exitCode === 7 ? 'refusal' : exitCode === 28 ? 'silence' : Number(stdout) * 1000;
  }

  /** A time counts as the expected one from there on, for what a busy machine adds. */
  function answerOf(came: Answer, expected: Answer): Answer {
    return typeof came === 'number' && typeof expected === 'number' && came >= expected && came < expected + PROMPT_MS ? expected : came;
  }
});
