import { readFileSync } from 'node:fs';

/** Long enough for the kernel's counters, of 10 ms a processor, to tell a share of a hundredth. */
const INTERVAL_MS = 1_000;

export interface MachineWatch {
  now: () => number;
  write: (line: object) => void;
}

/** Tells every second which share of the processors' time nobody wanted; those of the whole machine, which all hosts of a lab share. */
export function watchMachine({ now, write }: MachineWatch): void {
  let at = now();
  let before = processorTimes(readFileSync('/proc/stat', 'utf8'));
  setInterval(() => {
    const until = now();
    const times = processorTimes(readFileSync('/proc/stat', 'utf8'));
    const spent = times.all - before.all;
    if (spent > 0) write({ at, idle: Math.min(1, Math.max(0, (times.idle - before.idle) / spent)), took: until - at });
    at = until;
    before = times;
  }, INTERVAL_MS);
}

/** What /proc/stat says of all processors together since the machine started: idle time (waiting for disks included), and all of it; ticks. */
export function processorTimes(stat: string): { idle: number; all: number } {
  // user, nice, system, idle, iowait, irq, softirq, steal; what follows is contained in user and nice (proc_stat(5))
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, ...rest] = (/^cpu +(.*)$/mu.exec(stat)?.[1] ?? '').split(' ').map(Number);
  const [irq = 0, softirq = 0, steal = 0] = rest;
  return { idle: idle + iowait, all: user + nice + system + idle + iowait + irq + softirq + steal };
}
