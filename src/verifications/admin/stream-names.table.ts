import type { StreamName } from '../../domain/verification/stream';

/** How GraphQL names the streams. The stream of the health service is that of the rules checked by hand. */
export const GRAPHQL_NAMES = {
  nhs: 'manualRules',
  drfo: 'drfo',
  dracs_death: 'dracsDeath',
  dracs_birth: 'dracsBirth',
  dracs_name_change: 'dracsNameChange',
  legal_capacity: 'legalCapacity',
  unzr: 'unzr',
  mvs_passport: 'mvsPassport',
  dms_passport: 'dmsPassport',
} as const satisfies Record<StreamName, string>;
