import { describe, expect, it } from 'vitest';
import { savedName } from './registration.rules';

describe('A name as it is saved', () => {
  it.each([
    ['Волошка', 'Волошка'],
    ['  Волошка ', 'Волошка'],
    ['Волошка   Мальва', 'Волошка Мальва'],
    ['Волошка\t\nМальва', 'Волошка Мальва'],
    ['\u00a0Волошка\u00a0Мальва\u2003', 'Волошка Мальва'],
    ["Мар'яна-Волошка", "Мар'яна-Волошка"],
  ])('is %j → %j', (given, saved) => {
    expect(savedName(given)).toBe(saved);
  });
});
