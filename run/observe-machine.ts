import { readFileSync } from 'node:fs';

/** Long enough for the kernel's counters, of 10 ms a processor, to tell a share of a hundredth. */
const INTERVAL_MS = 1_000;

export interface MachineWatch {
  now: () => number;
  write: (line: object) => void;
}

/** Tells every second which share of the processors' time nobody wanted; those of the whole machine, which all hosts of a lab share. */
export function watchMachine({ now, write }: MachineWatch): void {
  const look = () => ({ at: now(), ...processorTimes(readFileSync('/proc/stat', 'utf8')) });
  let before = look();
  setInterval(() => {
    const { at } = before;
    const seen = look();
    const spent = seen.all - before.all;
    // the kernel may take back some of what it called waiting for disks
    if (spent > 0) write({ at, idle: Math.min(1, Math.max(0, (seen.idle - before.idle) / spent)), took: seen.at - at });
    before = seen;
  }, INTERVAL_MS);
}

/** What /proc/stat says of all processors together since the machine started: idle time (waiting for disks included), and all of it; ticks. */
export function processorTimes(stat: string): { idle: number; all: number } {
  // user, nice, system, idle, iowait, irq, softirq, steal; what follows is contained in user and nice (proc_stat(5))
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, ...rest] = (/^cpu +(.*)$/mu.exec(stat)?.[1] ?? '').split(' ').map(Number);
  const [irq = 0, softirq = 0, steal = 0] = rest;
  return { idle: idle + iowait, all: user + nice + system + idle + iowait + irq + softirq + steal };
}
