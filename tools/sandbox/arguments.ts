import { parseArgs } from 'node:util';
import { WrongUsage } from '../command-line';
import type { SandboxOptions } from '.';

export const SANDBOX_USAGE = `Usage: npm run sandbox -- [options]

  --port <number>          where to listen on 127.0.0.1; 0 for any free port (8080)
  --latency-ms <number>    how long each answer takes (0)
  --failure-rate <share>   from 0 to 1: the share of answers that are technical errors (0)
  --seed <text>            which answers those are (1)
`;

/** The port in the example of TREMBITA_URL. */
const DEFAULT_PORT = 8080;
const HIGHEST_PORT = 65_535;
const LONGEST_LATENCY_MS = 3_600_000;

function numberFrom(
  name: string,
  text: string | undefined,
  range: { fallback: number; max: number },
): number {
  if (text === undefined) return range.fallback;
  const number = Number(text);
  const isGood = text.trim() !== '' && number >= 0 && number <= range.max;
  if (!isGood) throw new WrongUsage(`--${name} must be a number from 0 to ${range.max}`);
  return number;
}

/** Throws `WrongUsage`, or an error of `parseArgs`. */
export function readSandboxArguments(args: string[]): SandboxOptions {
  const text = { type: 'string' } as const;
  const options = { port: text, 'latency-ms': text, 'failure-rate': text, seed: text };
  const { values } = parseArgs({ args, options, strict: true, allowPositionals: false });
  const port = numberFrom('port', values.port, { fallback: DEFAULT_PORT, max: HIGHEST_PORT });
  if (!Number.isInteger(port)) throw new WrongUsage('--port must be a whole number');
  return {
    port,
    latencyMs: numberFrom('latency-ms', values['latency-ms'], { fallback: 0, max: LONGEST_LATENCY_MS }),
    failureRate: numberFrom('failure-rate', values['failure-rate'], { fallback: 0, max: 1 }),
    seed: values.seed ?? '1',
  };
}
