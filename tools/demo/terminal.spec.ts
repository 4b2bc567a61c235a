import { describe, expect, it } from 'vitest';
import { coloured, columns, wrapped } from './terminal';

const terminal = (colours: boolean) => ({ write: () => true, isTTY: true, hasColors: () => colours });

describe('Lines of the demo', () => {
  it('are wrapped at spaces and indented', () => {
    const line = `  ${'word '.repeat(40).trim()}`;
    const pieces = wrapped(line);
    expect(pieces.every((piece) => piece.length <= 80)).toBe(true);
    expect(pieces.slice(1).every((piece) => piece.startsWith('    word'))).toBe(true);
    expect(pieces.join(' ').replace(/ +/g, ' ').trim()).toBe(line.trim());
  });

  it('are cut where a word is wider than the terminal', () => {
    const word = 'x'.repeat(200);
    expect(wrapped(word).every((piece) => piece.length <= 80)).toBe(true);
    expect(wrapped(word).join('').replaceAll(' ', '')).toBe(word);
  });

  it('keep the last column below itself', () => {
    const [first, second] = columns([['name', 'word '.repeat(30).trim()]]).split('\n');
    expect(first).toMatch(/^name {2}word/);
    expect(second).toMatch(/^ {6}word/);
  });

  it('show statuses in colour only where the terminal has colours', () => {
    const line = 'VERIFICATION_NEEDED → NOT_VERIFIED';
    expect(coloured(terminal(true), line)).toBe(
      '\x1b[33mVERIFICATION_NEEDED\x1b[39m → \x1b[31mNOT_VERIFIED\x1b[39m',
    );
    expect(coloured(terminal(false), line)).toBe(line);
    expect(coloured({ write: () => true }, line)).toBe(line);
  });
});
