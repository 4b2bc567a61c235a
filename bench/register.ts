import { type Program, startProgram } from './program';

/** The sandbox register as a process of its own. */
export interface Register {
  readonly url: string;
  readonly pid: number;
  forgetRequests(): Promise<void>;
  /** How many questions were repeated since the requests were forgotten. */
  askedAgain(): Promise<number>;
  stop(): Promise<void>;
}

export async function startRegister(latencyMs: number): Promise<Register> {
  const program: Program = startProgram({
    file: 'tools/sandbox/main.ts',
    args: ['--port', '0', '--latency-ms', String(latencyMs)],
  });
  const url = await program.line('stdout', (line) => (line.startsWith('http://') ? line : undefined));
  const requests = new URL('/requests', url);
  return {
    url,
    pid: program.child.pid ?? 0,
    forgetRequests: async () => {
      await (await fetch(requests, { method: 'DELETE' })).text();
    },
    askedAgain: async () => {
      const lines = (await (await fetch(requests)).text()).split('\n').filter((line) => line !== '');
      return lines.length - new Set(lines.map((line) => (JSON.parse(line) as { key: string }).key)).size;
    },
    stop: () => program.stop(),
  };
}
