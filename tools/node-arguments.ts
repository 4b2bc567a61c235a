import { join } from 'node:path';

const PROJECT = join(__dirname, '..');
const END_WITH_OWNER = join(__dirname, 'end-with-owner.cjs');

/**
 * What `node` is started with for a program of this project: `dist/….js` runs as in production, a development tool
 * (`….ts`) from source. The process ends with the one that started it; its `stdio` must have an `ipc` channel.
 */
export function nodeArguments(file: string, preloads: readonly string[] = []): string[] {
  const loading = file.endsWith('.ts') ? ['-r', '@swc-node/register'] : ['--enable-source-maps'];
  const loadedFirst = [END_WITH_OWNER, ...preloads.map((path) => join(PROJECT, path))];
  return [...loading, ...loadedFirst.flatMap((path) => ['-r', path]), join(PROJECT, file)];
}
