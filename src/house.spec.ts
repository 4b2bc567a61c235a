import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const project = join(__dirname, '..');

/** Beyond this a file has more than one thing to say. ESLint refuses it as well, where it reads. */
const MOST_LINES = 300;
/** Most files stay below this; the few that do not are tables and long stories. */
const USUAL_LINES = 200;
const USUAL_SHARE = 0.95;
const DEEPEST = 3;

const SUFFIXES = new Set(
  'module controller resolver repository entity dto client stream table rules jobs guard filter interceptor spec'.split(
    ' ',
  ),
);

/** Drawers: into these goes what nobody found a place for. */
const DRAWERS = new Set(['modules', 'common', 'shared', 'utils', 'helpers', 'types', 'lib', 'misc', 'core']);
const EMPTY_WORDS = new Set(['manager', 'helper', 'util', 'common', 'base', 'impl', 'process', 'handle']);

function filesBelow(folder: string): string[] {
  return readdirSync(join(project, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?ts$/.test(entry.name))
    .map((entry) => relative(project, join(entry.parentPath, entry.name)));
}

const sources = filesBelow('src');
const all = ['src', 'test', 'migrations', 'drills', 'bench'].flatMap(filesBelow);
const linesOf = (file: string): number =>
  readFileSync(join(project, file), 'utf8').trimEnd().split('\n').length;
const wordsOf = (file: string): string[] =>
  basename(file)
    .replace(/\.[cm]?ts$/, '')
    .split(/[.-]/);

describe('The house', () => {
  it('has no file above 300 lines', () => {
    expect(all.filter((file) => linesOf(file) > MOST_LINES)).toEqual([]);
  });

  it('has at most one file in twenty above 200 lines', () => {
    const long = all.filter((file) => linesOf(file) > USUAL_LINES);
    expect(long.length / all.length, long.join(', ')).toBeLessThanOrEqual(1 - USUAL_SHARE);
  });

  it('is at most three folders deep', () => {
    const deep = sources.filter((file) => relative('src', dirname(file)).split('/').length > DEEPEST);
    expect(deep).toEqual([]);
  });

  it('has no drawers', () => {
    const drawers = all.filter((file) =>
      file.split('/').some((part) => DRAWERS.has(part.replace(/\.ts$/, ''))),
    );
    expect(drawers).toEqual([]);
    expect(all.filter((file) => basename(file) === 'constants.ts')).toEqual([]);
  });

  it('names files by words that say something', () => {
    expect(all.filter((file) => wordsOf(file).some((word) => EMPTY_WORDS.has(word)))).toEqual([]);
  });

  it('spells file names in lower case with hyphens, and ends them with a suffix of the list or with none', () => {
    const misspelt = sources.filter((file) => !/^[a-z0-9-]+(\.[a-z]+){0,2}\.ts$/.test(basename(file)));
    expect(misspelt).toEqual([]);
    const foreign = sources.filter((file) =>
      basename(file, '.ts')
        .split('.')
        .slice(1)
        .some((suffix) => !SUFFIXES.has(suffix)),
    );
    expect(foreign).toEqual([]);
  });
});
