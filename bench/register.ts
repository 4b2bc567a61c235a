import { type Program, startProgram } from './program';

/** The sandbox register as a process of its own. */
export interface Register {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export async function startRegister(latencyMs: number): Promise<Register> {
  const program: Program = startProgram({
    file: 'src/commands/sandbox.ts',
    args: ['--port', '0', '--latency-ms', String(latencyMs)],
  });
  const url = await program.line('stdout', (line) => (line.startsWith('http://') ? line : undefined));
  return { url, pid: program.child.pid ?? 0, stop: () => program.stop() };
}
