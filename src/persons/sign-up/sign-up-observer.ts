import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Refusal, type RefusalCode } from '../../domain/refusal';
import { Log, Metrics, startAtZero } from '../../observability';
import { REGISTRATION_REFUSALS, SIGN_UP_REFUSALS } from './sign-up.dto';
import type { RegistrationPlan } from './registration-planner.service';
import { Reflector } from '@nestjs/core';
import { from, lastValueFrom, type Observable } from 'rxjs';

const VALIDATED = 'validated';
const REGISTERED = [
  'person_created',
  'relationship_created',
  'nothing_created',
  'approval_requested',
  'approval_awaited',
] as const;
/** Neither done nor refused: a bug, or an unavailable server. */
const FAILED = 'failed';
/** Not in the description of a call, because every call with a body may be refused so. */
const UNFIT = 'validation_failed' satisfies RefusalCode;
const VALIDATION_ENDS = [VALIDATED, FAILED, UNFIT, ...SIGN_UP_REFUSALS];
const REGISTRATION_ENDS = [...REGISTERED, FAILED, UNFIT, ...REGISTRATION_REFUSALS];

/** The result of a registration. */
interface Registered {
  readonly plan: Pick<RegistrationPlan, 'found' | 'createsRelationship' | 'isGuarded'>;
  readonly personId: string;
  readonly userId: string | undefined;
}

/** Counts and logs how the two calls of a sign-up end. It logs ids only, no personal data. */
@Injectable()
export class SignUpObserver {
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

  /** Makes the call, and counts and logs a refusal or failure. */
  async countRefusals<Result>(
    step: 'validation' | 'registration',
    call: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await call();
    } catch (error) {
      const end = error instanceof Refusal ? error.code : FAILED;
      this.metrics.signUps.inc({ step, end });
      // The filter that answers logs every other error.
      if (error instanceof Refusal) this.log.info('sign-up refused', { kind: step, end });
      throw error;
    }
  }
}

/** The same registration sent again creates only one more token; of a guarded person, nothing. */
function endOf({ found, createsRelationship, isGuarded }: Registered['plan']): (typeof REGISTERED)[number] {
  if (found === null) return 'person_created';
  if (isGuarded) return createsRelationship ? 'approval_requested' : 'approval_awaited';
  return createsRelationship ? 'relationship_created' : 'nothing_created';
}

type Step = Parameters<SignUpObserver['countRefusals']>[0];

const STEP = Symbol('step of a sign-up');

/** Which step of a sign-up a call is. */
export const SignUpStep = (step: Step) => SetMetadata(STEP, step);

/** Counts sign-ups that are refused, those with a malformed body included: pipes run inside interceptors. */
@Injectable()
export class SignUpRefusalsInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly observer: SignUpObserver,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const step = this.reflector.get<Step>(STEP, context.getHandler());
    return from(this.observer.countRefusals(step, () => lastValueFrom<unknown>(next.handle())));
  }
}
