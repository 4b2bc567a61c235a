import { globalId } from '../../src/graphql';
import { type GuardedCall, type There, UNZR } from './guarded-call';

interface GuardedField {
  readonly field: string;
  readonly scope: string;
  /** A good operation. */
  readonly asks: (there: There) => string;
}

const personIn = ({ personId }: There): string => globalId('Person', personId);

const repeat = (stream: string): GuardedField => ({
  field: `Mutation.updatePerson${stream}VerificationStatus`,
  scope: 'person:verify',
  asks: (there) => {
    const name = `${stream.charAt(0).toLowerCase()}${stream.slice(1)}Verification`;
    const input = `personId: "${personIn(there)}", ${name}Status: VERIFICATION_NEEDED, ${name}Reason: ONLINE_TRIGGERED`;
    return `mutation { updatePerson${stream}VerificationStatus(input: { ${input} }) { person { id } } }`;
  },
});

const FIELDS: readonly GuardedField[] = [
  {
    field: 'Query.unzrInfoRegister',
    scope: 'unzr:read',
    asks: () => `{ unzrInfoRegister(unzr: "${UNZR}") { unzr } }`,
  },
  {
    field: 'Query.person',
    scope: 'person:read',
    asks: (there) => `{ person(id: "${personIn(there)}") { lastName } }`,
  },
  {
    field: 'Query.unverifiedPersons',
    scope: 'person:read',
    asks: () => '{ unverifiedPersons { nodes { id } } }',
  },
  {
    field: 'Mutation.syncUnzrInfoRegister',
    scope: 'unzr:write',
    asks: () => `mutation { syncUnzrInfoRegister(input: { unzr: "${UNZR}" }) { unzrInfo { id } } }`,
  },
  {
    field: 'Mutation.updatePersonManualRulesVerificationStatus',
    scope: 'person:verify',
    asks: (there) => `mutation { updatePersonManualRulesVerificationStatus(
      input: { personId: "${personIn(there)}", manualRulesVerificationStatus: IN_REVIEW }) { person { id } } }`,
  },
  repeat('DmsPassport'),
  repeat('MvsPassport'),
  repeat('Unzr'),
  {
    field: 'Mutation.updateConfidantPersonRelationship',
    scope: 'confidant_person_relationship_admin:write',
    asks: ({ relationshipId }) => `mutation { updateConfidantPersonRelationship(input: {
      confidantPersonRelationshipId: "${relationshipId}", verificationStatus: VERIFICATION_NEEDED })
      { confidantPersonRelationship { id } } }`,
  },
];

/** Every field that an operation can begin with, as rows of the one table of who may what. */
export const GUARDED_FIELDS: readonly GuardedCall[] = FIELDS.map(({ field, scope, asks }) => ({
  call: `POST /graphql ${field}`,
  field,
  scope,
  of: 'NHS',
  path: () => '/graphql',
  body: (there) => ({ query: asks(there) }),
  right: 200,
}));
