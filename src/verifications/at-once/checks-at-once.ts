import type { Bell } from '../../jobs';
import type { CheckRequestRepository } from './check-request.repository';

/** Where a check is asked for that is made at once, and the bell that makes it quick. */
export interface ChecksAtOnce {
  readonly requests: CheckRequestRepository;
  readonly bell: Bell;
}
