import { describe, expect, it } from 'vitest';
import { isOverload, verdictOf } from './call-end.rules';

describe('The end of a call', () => {
  it.each(['timeout', 'connection', 'http_error', 'fault_server', 'fault_configuration'] as const)(
    '%s speaks against the register',
    (end) => expect(verdictOf(end)).toBe('failure'),
  );

  it.each([
    'answered',
    'fault_client',
    'foreign_answer',
    'unreadable_answer',
    'too_large',
    'register_error',
  ] as const)('%s is an answer of a register that lives', (end) => expect(verdictOf(end)).toBe('answer'));

  it.each(['not_sent', 'circuit_open'] as const)('%s says nothing of the register', (end) =>
    expect(verdictOf(end)).toBe('nothing'),
  );

  it('is a sign of overload only when the register did not get to answer', () => {
    expect((['timeout', 'connection', 'http_error'] as const).every(isOverload)).toBe(true);
    expect((['answered', 'fault_server', 'register_error', 'not_sent'] as const).some(isOverload)).toBe(
      false,
    );
  });
});
