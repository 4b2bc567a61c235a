import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts CPU in these steps; no Linux of today has others. */
const TICKS_PER_SECOND = 100;

interface KernelRecord {
  readonly parent: number;
  readonly ticks: number;
  /** Of children that have ended and were waited for. */
  readonly childTicks: number;
}

/** CPU seconds of one process so far. */
export function cpuSecondsOf(pid: number): number {
  return (recordOf(pid)?.ticks ?? 0) / TICKS_PER_SECOND;
}

/** CPU seconds of a server and all its children so far, those that have ended included. */
export function cpuSecondsOfServer(pid: number): number {
  const server = recordOf(pid);
  if (server === undefined) return 0;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => recordOf(Number(name)))
    .filter((record) => record?.parent === pid);
  const ticks = children.reduce((sum, record) => sum + (record?.ticks ?? 0), 0);
  return (server.ticks + server.childTicks + ticks) / TICKS_PER_SECOND;
}

/** CPU seconds of everything on this machine so far, waiting for disks left out. */
export function cpuSecondsOfMachine(): number {
  const [, user, nice, system, , , irq, softIrq, steal] = (
    readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? ''
  ).split(/ +/);
  const ticks = [user, nice, system, irq, softIrq, steal].reduce((sum, field) => sum + Number(field ?? 0), 0);
  return ticks / TICKS_PER_SECOND;
}

/** Fields 4 and 14 to 17 of the kernel's record; the program's name before them may itself hold spaces. */
function recordOf(pid: number): KernelRecord | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const field = (n: number): number => Number(fields[n - 3]);
    return { parent: field(4), ticks: field(14) + field(15), childTicks: field(16) + field(17) };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
