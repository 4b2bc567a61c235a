import { startProgram } from './program';

/** What bare calls cost. */
export interface BareCalls {
  readonly perSecond: number;
  readonly cpuMicrosecondsPerCall: number;
  readonly cores: number;
}

/** As many calls at once as the reference is defined with. */
export const CALLS_IN_FLIGHT = 500;

/** C_http: undici and saxes in one process, the same register, no database. */
export async function measureCalls(url: string, seconds: number): Promise<BareCalls> {
  const program = startProgram({
    file: 'bench/call-register.ts',
    args: [url, String(CALLS_IN_FLIGHT), String(seconds)],
  });
  const line = await program.line('stdout', (line) => (line.startsWith('{') ? line : undefined));
  await program.stop();
  const measured = JSON.parse(line) as { calls: number; seconds: number; cpuSeconds: number };
  return {
    perSecond: measured.calls / measured.seconds,
    cpuMicrosecondsPerCall: (measured.cpuSeconds / measured.calls) * 1e6,
    cores: measured.cpuSeconds / measured.seconds,
  };
}
