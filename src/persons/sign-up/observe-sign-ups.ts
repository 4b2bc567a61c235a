import { Injectable } from '@nestjs/common';
import { Refusal, type RefusalCode } from '../../domain/refusal';
import { Log, Metrics, startAtZero } from '../../observability';
import { REGISTRATION, SIGN_UP_VALIDATION } from './described-sign-up.dto';
import type { RegistrationPlan } from './plan-registration';

const VALIDATED = 'validated';
const REGISTERED = ['person_created', 'relationship_created', 'nothing_created'] as const;
/** Neither done nor refused: a bug, or a server that is away. */
const FAILED = 'failed';
/** What the description of a call leaves out, because every call with a body may be refused so. */
const UNFIT = 'validation_failed' satisfies RefusalCode;
const VALIDATION_ENDS = [VALIDATED, FAILED, UNFIT, ...(SIGN_UP_VALIDATION.refusals ?? [])];
const REGISTRATION_ENDS = [...REGISTERED, FAILED, UNFIT, ...(REGISTRATION.refusals ?? [])];

/** Who came out of a registration. */
interface Registered {
  readonly plan: Pick<RegistrationPlan, 'found' | 'createsRelationship'>;
  readonly personId: string;
  readonly userId: string;
}

/** Tells metrics and log how the two calls of a sign-up end. Of the people there are ids at most. */
@Injectable()
export class ObserveSignUps {
  constructor(
    private readonly log: Log,
    private readonly metrics: Metrics,
  ) {
    startAtZero(metrics.signUps, { step: ['validation'], end: VALIDATION_ENDS });
    startAtZero(metrics.signUps, { step: ['registration'], end: REGISTRATION_ENDS });
  }

  validated(): void {
    this.metrics.signUps.inc({ step: 'validation', end: VALIDATED });
  }

  registered({ plan, personId, userId }: Registered): void {
    const end = endOf(plan);
    this.metrics.signUps.inc({ step: 'registration', end });
    this.log.info('patient registered', { person_id: personId, user_id: userId, end });
  }

  /** Makes the call, and tells of it when it does not go well. */
  async refusalsOf<Result>(
    step: 'validation' | 'registration',
    call: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await call();
    } catch (error) {
      const end = error instanceof Refusal ? error.code : FAILED;
      this.metrics.signUps.inc({ step, end });
      // What is no refusal is logged, as an error, by whoever answers it.
      if (error instanceof Refusal) this.log.info('sign-up refused', { kind: step, end });
      throw error;
    }
  }
}

/** The same registration sent again creates nothing but one more token. */
function endOf({ found, createsRelationship }: Registered['plan']): (typeof REGISTERED)[number] {
  if (found === null) return 'person_created';
  return createsRelationship ? 'relationship_created' : 'nothing_created';
}
