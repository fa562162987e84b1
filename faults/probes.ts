import { setTimeout as sleep } from 'node:timers/promises';
import { slow } from '../support/limits.ts';
import type { Answer, Host, Path, Question, Topology } from '../topology/model.ts';
import type { Evidence } from './fault.ts';

/** How long a probe waits for an answer; a healthy host on this network answers within 10 ms. */
const PROBE_MS = 250 * slow;
/** So many ask one program at once where it is expected to answer: Patroni takes 20 ms or more for each on processors that have nothing left. */
const ASKERS_AT_ONCE = 3;
/** TCP port service multiplexer (RFC 1078): nothing in a lab offers it. */
const CLOSED_PORT = 1;
/** Payload of a datagram that fits into one packet. */
const DATAGRAM = 1400;
/** What is sent at once on this network arrives within 10 ms. */
const SOON_MS = 300 * slow;
/** Not connected: a socket that is hears of the closed port, and sends no more. */
const SEND = `use Socket; my ($to, $port, $size, $count) = @ARGV;
socket(my $out, PF_INET, SOCK_DGRAM, 0) or die $!; my $there = sockaddr_in($port, inet_aton($to)); my $data = "0" x $size;
send($out, $data, 0, $there) for 1 .. $count;`;

/** One TCP segment of a connection that was never opened, from a port that no other can have meanwhile, and what comes back to that port. */
const STRANGE = `use Socket; my ($to, $port, $wait) = @ARGV; my $there = inet_aton($to);
socket(my $route, PF_INET, SOCK_DGRAM, 0) or die $!; connect($route, sockaddr_in($port, $there)) or die $!;
my (undef, $here) = sockaddr_in(getsockname($route));
socket(my $held, PF_INET, SOCK_STREAM, 0) or die $!; bind($held, sockaddr_in(0, $here)) or die $!;
my ($own) = sockaddr_in(getsockname($held));
socket(my $raw, PF_INET, SOCK_RAW, 6) or die $!; bind($raw, sockaddr_in(0, $here)) or die $!;
sub segment { pack("nnNNCCnnn", $own, $port, 1, 1, 0x50, 0x10, 1024, $_[0], 0) }
my $sum = unpack("%32n*", $here . $there . pack("xCn", 6, 20) . segment(0));
$sum = ($sum >> 16) + ($sum & 0xffff) while $sum >> 16;
send($raw, segment(~$sum & 0xffff), 0, sockaddr_in(0, $there)) or die $!;
$SIG{ALRM} = sub { print "silence"; exit 0 }; use Time::HiRes; Time::HiRes::ualarm($wait * 1000);
while (1) {
  recv($raw, my $packet, 200, 0) // next; my $tcp = substr($packet, 4 * (ord($packet) & 15));
  my ($from, $at, undef, undef, undef, $flags) = unpack("nnNNCC", $tcp);
  next unless substr($packet, 12, 4) eq $there && $from == $port && $at == $own;
  print $flags & 4 ? "refusal" : "answer"; exit 0;
}`;

/** Who is asked: a host, by the observer, or the end of a path, by its beginning. */
type Whom = string | Path;

/** Whether all stay silent. A refusal is an answer. */
export async function silent(topology: Topology, whom: readonly Whom[]): Promise<Evidence> {
  return askAll(topology, whom, 'silence');
}

/** Whether all answer; any HTTP status is an answer. */
export async function answering(topology: Topology, whom: readonly Whom[]): Promise<Evidence> {
  return askAll(topology, whom, 'answer');
}

/** Whether all refuse a connection. */
export async function refusing(topology: Topology, whom: readonly Whom[]): Promise<Evidence> {
  return askAll(topology, whom, 'refusal');
}

/** Whether what listens at a URL of a host answers, asked from the observer; any HTTP status is an answer. */
export async function answeringAt(topology: Topology, url: string, host: string): Promise<Evidence> {
  return askUrls(topology, [portOf(topology, url, host)], 'answer');
}

/** Whether a connection to a URL of a host is refused, asked for from the observer. */
export async function refusingAt(topology: Topology, url: string, host: string): Promise<Evidence> {
  return askUrls(topology, [portOf(topology, url, host)], 'refusal');
}

/** Whether the time in which `from` gets a connection to `to` is what it should be; `within`: ms that it waits. */
export async function connecting(
  { topology, from, to, within }: { topology: Topology; from: string; to: string; within: number },
  holds: (ms: number) => boolean,
  should: string,
): Promise<Evidence> {
  const [answer] = await topology.ask([{ from, url: urlOf(topology.host(to)) }], within);
  const ms = answer?.connectMs;
  const seen = ms === undefined ? `not connected: ${answer?.what ?? 'nothing is known'}` : `connected in ${ms.toFixed(1)} ms`;
  return { seen: ms !== undefined && holds(ms), what: `${to} asked from ${from}: ${seen}, expected ${should}` };
}

/**
 * Whether the number of requests for a connection from `from` to `to` that get no answer in time, of several sent at once, is what it should be.
 * They go to a port at which nobody listens: the kernel there refuses each at once, where a daemon's queue would be full.
 */
export async function losing(
  { topology, from, to, requests }: { topology: Topology; from: string; to: string; requests: number },
  holds: (lost: number) => boolean,
): Promise<Evidence> {
  const question = { from, url: `http://${topology.host(to).address}:${CLOSED_PORT}/` };
  const answers = await topology.ask(Array<Question>(requests).fill(question), PROBE_MS);
  const refused = answers.filter(({ came }) => came === 'refusal').length;
  const lost = answers.filter(({ came }) => came === 'silence').length;
  return {
    seen: lost + refused === requests && holds(lost),
    what: `${to} asked from ${from}: ${lost} of ${requests} requests for a connection were not even refused in ${PROBE_MS} ms`,
  };
}

/**
 * Whether the share of so many bytes in datagrams, sent at once from `from` to `to`, that has arrived soon after is what it should be. They go
 * to a port at which nobody listens: the receiver's kernel counts them.
 */
export async function arriving(
  { topology, from, to, bytes }: { topology: Topology; from: string; to: string; bytes: number },
  holds: (share: number) => boolean,
): Promise<Evidence> {
  const datagrams = Math.ceil(bytes / DATAGRAM);
  const before = await unclaimed(topology, to);
  await topology.probe(
    from,
    ['perl', '-e', SEND, topology.host(to).address, String(CLOSED_PORT), String(DATAGRAM), String(datagrams)],
    5_000,
  );
  await sleep(SOON_MS);
  const arrived = (await unclaimed(topology, to)) - before;
  return {
    seen: Number.isFinite(arrived) && holds(arrived / datagrams),
    what: `${to} sent to from ${from}: ${arrived} of ${datagrams} datagrams arrived in ${SOON_MS} ms`,
  };
}

/**
 * Whether what comes of a TCP segment of a connection that nobody opened is what it should be: the host that gets it refuses it with a reset
 * (RFC 9293, 3.10.7.1), so that silence says that something between lets only connections pass that it knows.
 */
export async function strange(topology: Topology, { from, to }: Path, should: 'silence' | 'refusal'): Promise<Evidence> {
  const { stdout } = await topology.probe(
    from,
    ['perl', '-e', STRANGE, topology.host(to).address, String(CLOSED_PORT), String(PROBE_MS)],
    5_000,
  );
  const seen = stdout === 'refusal' ? 'was refused' : stdout === 'silence' ? `got no answer in ${PROBE_MS} ms` : `came to "${stdout}"`;
  return { seen: stdout === should, what: `a segment of no connection from ${from} to ${to} ${seen}` };
}

/** Datagrams that a host got for ports at which nobody listens, as its kernel counts them. */
async function unclaimed(topology: Topology, host: string): Promise<number> {
  const { stdout } = await topology.probe(host, ['cat', '/proc/net/snmp'], 1_000);
  const [names = [], values = []] = stdout
    .split('\n')
    .filter((line) => line.startsWith('Udp:'))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('NoPorts')]);
}

/** Several looks as one: seen only if all saw. */
export function all(looks: readonly Evidence[]): Evidence {
  return { seen: looks.every(({ seen }) => seen), what: looks.map(({ what }) => what).join('; ') };
}

/** Whether the same comes of every question. */
async function askAll(topology: Topology, whom: readonly Whom[], came: Answer['came']): Promise<Evidence> {
  const paths = whom.map((one) => (typeof one === 'string' ? { from: topology.observer.name, to: one } : one));
  const mute = paths.filter(({ to }) => topology.host(to).aliveUrl === undefined);
  if (mute.length > 0 || paths.length === 0) return { seen: false, what: `nothing to ask${mute.map(({ to }) => ` on ${to}`).join()}` };
  const questions = paths.map(({ from, to }) => ({ from, name: to, url: urlOf(topology.host(to)) }));
  return askUrls(topology, questions, came);
}

async function askUrls(topology: Topology, questions: readonly (Question & { name: string })[], came: Answer['came']): Promise<Evidence> {
  const answers = came === 'answer' ? await askInTurns(topology, questions) : await topology.ask(questions, PROBE_MS);
  return all(
    questions.map(({ from, name }, index) => {
      const answer = answers[index];
      return { seen: answer?.came === came, what: `${name} asked from ${from}: ${wordsFor(answer)}` };
    }),
  );
}

/* Where answers are expected, each program is asked by a few at once: what it takes for a dozen on busy processors is no silence of the path. */
async function askInTurns(topology: Topology, questions: readonly Question[]): Promise<(Answer | undefined)[]> {
  const askers = new Map<string, number>();
  const turnOf = ({ url }: Question): number => {
    const nth = askers.get(url) ?? 0;
    askers.set(url, nth + 1);
    return Math.floor(nth / ASKERS_AT_ONCE);
  };
  const answers = new Map<Question, Answer | undefined>();
  for (const turn of Map.groupBy(questions, turnOf).values()) {
    const came = await topology.ask(turn, PROBE_MS);
    for (const [nth, question] of turn.entries()) answers.set(question, came[nth]);
  }
  return questions.map((question) => answers.get(question));
}

function wordsFor(answer: Answer | undefined): string {
  switch (answer?.came) {
    case 'answer':
      return 'answers';
    case 'refusal':
      return 'refuses';
    case 'silence':
      return `silent for ${PROBE_MS} ms`;
    default:
      return answer?.what ?? 'nothing is known';
  }
}

function portOf(topology: Topology, url: string, host: string): Question & { name: string } {
  return { from: topology.observer.name, name: `${host} at port ${new URL(url).port}`, url };
}

function urlOf({ name, aliveUrl }: Host): string {
  if (aliveUrl === undefined) throw new Error(`${name} has nothing to ask`);
  return aliveUrl;
}
