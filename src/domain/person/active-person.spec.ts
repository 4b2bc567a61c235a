import { expect, it } from 'vitest';
import { isActivePerson } from './active-person';

it.each([
  ['active', true, true],
  ['active', false, false],
  ['active', null, false],
  ['inactive', true, false],
  ['inactive', false, false],
  [null, true, false],
  [null, null, false],
] as const)('A person with the status %j and is_active %j is active: %j', (status, isActive, active) => {
  expect(isActivePerson({ status, isActive })).toBe(active);
});
