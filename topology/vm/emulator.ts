import { readFileSync, writeFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { execa } from 'execa';
import { HoldfastError, MachineError } from '../../support/errors.ts';
import type { GuestImage } from './guest-image.ts';

const MEMORY_GIB = 6;

export interface GuestRun {
  image: GuestImage;
  /** second disk; the guest writes to it */
  carried: string;
  /** file that gets everything the guest's serial console says */
  console: string;
  timeoutMs: number;
  /** told each whole line of the console as it comes */
  onLine: (line: string) => void;
}

/** Runs a machine until it powers itself off; its process ends with this call, and with this process, whatever happens. */
export async function runGuest(run: GuestRun): Promise<void> {
  checkMemory();
  writeFileSync(run.console, '');
  const follow = follower(run);
  const timer = setInterval(follow, 500);
  try {
    // the kernel ends it when this process is killed and cannot
    const guest = execa('setpriv', ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...argumentsOf(run)], {
      stdin: 'ignore',
      timeout: run.timeoutMs,
      killSignal: 'SIGKILL',
      reject: false,
    });
    const result = await guest;
    follow();
    if (result.timedOut) {
      throw new HoldfastError(
        `expected the emulated machine to power off within ${run.timeoutMs / 1000} s; it did not: see ${run.console}`,
      );
    }
    if (result.failed)
      throw new HoldfastError(`qemu-system-x86_64 ended with ${result.exitCode ?? result.signal}: ${result.stderr.slice(-800)}`);
  } finally {
    clearInterval(timer);
  }
}

function argumentsOf({ image, carried, console }: GuestRun): string[] {
  return [
    ...['-accel', 'tcg,thread=multi', '-M', 'q35,hpet=off', '-smp', '2', '-m', `${MEMORY_GIB}G`],
    // with what newer processors have (AVX and its saved state), one of ten starts of Node.js ended in a trap of V8's own
    ...['-cpu', 'Nehalem,+rdtscp'],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-nic', 'none', '-device', 'virtio-rng-pci'],
    ...['-kernel', image.kernel, '-initrd', image.initrd],
    ...['-append', kernelArguments],
    ...['-drive', `file=${escaped(image.disk)},format=raw,if=virtio,snapshot=on`],
    ...['-drive', `file=${escaped(carried)},format=raw,if=virtio,cache=unsafe`],
    ...['-serial', `file:${console}`],
  ];
}

function follower({ console, onLine }: GuestRun): () => void {
  let seen = 0;
  return () => {
    const lines = readFileSync(console, 'utf8').split('\n');
    for (; seen < lines.length - 1; seen++) onLine((lines[seen] as string).replace(/\r$/, ''));
  };
}

/** One clock that needs no exit to the emulator; nothing on the console but the checks. */
const kernelArguments = 'root=/dev/vda rw console=ttyS0 quiet systemd.show_status=0 tsc=reliable clocksource=tsc mitigations=off panic=1';

/** A comma in a path ends an option of QEMU unless it is doubled. */
function escaped(path: string): string {
  return path.replaceAll(',', ',,');
}

function checkMemory(): void {
  const available = Number(/^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? freemem() / 1024) / 2 ** 20;
  if (available < MEMORY_GIB) {
    throw new MachineError(
      `expected ${MEMORY_GIB} GiB of free memory for the emulated machine; there are ${available.toFixed(1)}: end something ("holdfast down")`,
    );
  }
}
