import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const project = join(__dirname, '..');

/** Most files are short, and none is longer than ESLint allows. */
const MAX_LINES = 450;
const USUAL_LINES = 300;
const USUAL_SHARE = 0.95;
const MAX_DEPTH = 3;

const SUFFIXES = new Set(
  'module controller resolver service repository entity dto client stream table rules job scheduler processor guard filter interceptor pipe decorator middleware driver factory schema settings property sql thread spec'.split(
    ' ',
  ),
);

/** Folders for whatever found no other place. */
const EMPTY_FOLDERS = new Set('modules common shared utils helpers types lib misc core constants'.split(' '));

/** Words that say nothing about what is in a file. */
const EMPTY_WORDS = new Set(['manager', 'helper', 'util', 'common', 'base', 'impl', 'process', 'handle']);

function filesBelow(folder: string): string[] {
  return readdirSync(join(project, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?ts$/.test(entry.name))
    .map((entry) => relative(project, join(entry.parentPath, entry.name)));
}

const sources = filesBelow('src');
const all = ['src', 'tools', 'test', 'migrations', 'bench'].flatMap(filesBelow);
const linesOf = (file: string): number =>
  readFileSync(join(project, file), 'utf8').trimEnd().split('\n').length;
const wordsOf = (file: string): string[] =>
  basename(file)
    .replace(/\.[cm]?ts$/, '')
    .split(/[.-]/);

describe('Source files', () => {
  it('have at most 450 lines', () => {
    expect(all.filter((file) => linesOf(file) > MAX_LINES)).toEqual([]);
  });

  it('have at most 300 lines, all but one in twenty', () => {
    const long = all.filter((file) => linesOf(file) > USUAL_LINES);
    expect(long.length / all.length, long.join(', ')).toBeLessThanOrEqual(1 - USUAL_SHARE);
  });

  it('are at most three folders deep', () => {
    const deep = sources.filter((file) => relative('src', dirname(file)).split('/').length > MAX_DEPTH);
    expect(deep).toEqual([]);
  });

  it('are in folders with a subject', () => {
    const drawers = all.filter((file) =>
      file.split('/').some((part) => EMPTY_FOLDERS.has(part.replace(/\.ts$/, ''))),
    );
    expect(drawers).toEqual([]);
  });

  it('have names with a meaning', () => {
    expect(all.filter((file) => wordsOf(file).some((word) => EMPTY_WORDS.has(word)))).toEqual([]);
  });

  it('have names in lower case with hyphens, and a suffix of the list or none', () => {
    const misspelt = sources.filter((file) => !/^[a-z0-9-]+(\.[a-z]+){0,2}\.ts$/.test(basename(file)));
    expect(misspelt).toEqual([]);
    const unknown = sources.filter((file) =>
      basename(file, '.ts')
        .split('.')
        .slice(1)
        .some((suffix) => !SUFFIXES.has(suffix)),
    );
    expect(unknown).toEqual([]);
  });
});
