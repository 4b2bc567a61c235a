import { AnswerId, AnswerInteger, AnswerList, AnswerSchema, AnswerTime, AnswerWord } from '../http';
import { BREAKER_STATES } from './limiter/circuit-breaker';
import type { MethodState, RegisterState } from './limiter/register-state.repository';
import { METHODS } from './register-methods.table';

/** A method of the register. */
export class RegisterMethodDto {
  @AnswerWord(Object.keys(METHODS))
  method!: string;

  @AnswerWord(BREAKER_STATES, {
    description: '`closed`: calls go out. `open`: none does. `half_open`: one call, the probe, decides.',
  })
  circuit_breaker!: string;

  @AnswerTime({ nullable: true, description: 'No call goes out before.' })
  open_until!: string | null;

  @AnswerId({ nullable: true, description: 'The process whose call is the probe under way.' })
  probe_by!: string | null;

  @AnswerTime({ nullable: true, description: 'When another process may try unless the probe is decided.' })
  probe_until!: string | null;

  @AnswerTime({ nullable: true, description: 'When the register last answered a call of the method.' })
  answered_at!: string | null;

  @AnswerInteger({ minimum: 0, description: 'Calls that ended within the last 30 s.' })
  calls_30s!: number;

  @AnswerInteger({ minimum: 0, description: 'Those of them without an answer.' })
  failures_30s!: number;
}

/** What all workers share about the register. */
export class RegisterDto {
  @AnswerList(RegisterMethodDto)
  methods!: RegisterMethodDto[];

  @AnswerInteger({ minimum: 0, description: 'Permits held by workers: calls that may be under way at once.' })
  permits_held!: number;

  @AnswerInteger({ minimum: 1 })
  permits_limit!: number;

  @AnswerSchema({ type: 'number', minimum: 0 }, { description: 'Of the last 30 s.' })
  calls_per_second!: number;

  @AnswerInteger({ minimum: 1, nullable: true, description: 'Null when no rate was agreed.' })
  calls_per_second_limit!: number | null;
}

function methodDto({ method, state, calls, failures, ...row }: MethodState): RegisterMethodDto {
  return {
    method,
    circuit_breaker: state,
    open_until: row.openUntil?.toISOString() ?? null,
    probe_by: row.probeBy,
    probe_until: row.probeUntil?.toISOString() ?? null,
    answered_at: row.answeredAt?.toISOString() ?? null,
    calls_30s: calls,
    failures_30s: failures,
  };
}

/** The answer as it is sent. */
export function registerDto({ methods, permits, rate }: RegisterState): RegisterDto {
  return {
    methods: methods.map(methodDto),
    permits_held: permits.held,
    permits_limit: permits.limit,
    calls_per_second: Math.round(rate.perSecond * 100) / 100,
    calls_per_second_limit: rate.limit,
  };
}

export const REGISTER_EXAMPLE: RegisterDto = {
  methods: [
    {
      method: 'CheckPassportDMSStatus',
      circuit_breaker: 'open',
      open_until: '2026-03-02T01:04:30.000Z',
      probe_by: null,
      probe_until: null,
      answered_at: '2026-03-02T01:03:12.904Z',
      calls_30s: 42,
      failures_30s: 31,
    },
  ],
  permits_held: 20,
  permits_limit: 20,
  calls_per_second: 1.4,
  calls_per_second_limit: 50,
};
