import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ask } from '../support/http-client';

const PROJECT = join(__dirname, '../..');

/** What a shell would take over of what a demo that stays up has printed. */
export function exported(out: string, name: string): string {
  // The shell joins a value that is quoted in parts.
  const joined = out.replaceAll("'\\\n'", '');
  return new RegExp(`^export ${name}='(.*)'$`, 'm').exec(joined)?.[1] ?? '';
}

/** Does with the example what the documentation describes beside `npm run demo -- --serve`; gives what both calls answered. */
export async function signUpLikeANewcomer(out: string): Promise<number[]> {
  const example = readFileSync(join(PROJECT, 'docs/examples/person.json'), 'utf8');
  const person = example.replaceAll('CONFIDANT_PERSON_ID', exported(out, 'CONFIDANT_PERSON_ID'));
  const options = ['--as', exported(out, 'CONFIDANT_DRFO'), '--authority', exported(out, 'TEST_AUTHORITY')];
  const program = ['-r', '@swc-node/register', 'tools/sign.ts', '-', ...options];
  const signed = execFileSync(process.execPath, program, { cwd: PROJECT, input: person, stdio: 'pipe' });
  const body = JSON.parse(signed.toString()) as object;
  const calls = `${exported(out, 'PUBLIC')}/api/pis/confidant`;
  const validated = await post(`${calls}/sign-up_validation`, body);
  const { data } = (await validated.json()) as { data?: { token?: string } };
  const registered = await post(`${calls}/register`, { ...body, jwt: data?.token });
  return [validated.status, registered.status];
}

/** Runs the last lines in a shell, and gives what the call of officials answered. */
export async function readJobsLikeANewcomer(out: string): Promise<number> {
  const [, making = ''] = /^# TOKEN=\$\((.*)\)$/m.exec(out) ?? [];
  const env = { ...process.env, DATABASE_URL: exported(out, 'DATABASE_URL') };
  // Not waited for by standing still: the connections of the calls before may end meanwhile, and that must be noticed.
  const { stdout } = await promisify(execFile)('sh', ['-c', making], { cwd: PROJECT, env });
  const headers = { authorization: `Bearer ${stdout.trim()}` };
  return (await ask(`${exported(out, 'PUBLIC')}/api/admin/jobs`, { headers })).status;
}

function post(url: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return ask(url, { method: 'POST', headers, body: JSON.stringify(body) });
}
