import { Injectable } from '@nestjs/common';
import { Refusal } from '../../domain/refusal';
import { Log, Metrics } from '../../observability';
import type { RegistrationPlan } from './plan-registration';

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
  ) {}

  validated(): void {
    this.metrics.signUps.inc({ step: 'validation', end: 'validated' });
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
      const end = error instanceof Refusal ? error.code : 'failed';
      this.metrics.signUps.inc({ step, end });
      // What is no refusal is logged, as an error, by whoever answers it.
      if (error instanceof Refusal) this.log.info('sign-up refused', { kind: step, end });
      throw error;
    }
  }
}

/** The same registration sent again creates nothing but one more token. */
function endOf({ found, createsRelationship }: Registered['plan']): string {
  if (found === null) return 'person_created';
  return createsRelationship ? 'relationship_created' : 'nothing_created';
}
