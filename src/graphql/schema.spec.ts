import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, GraphQLEnumType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { RELATION_TYPES, GENDERS } from '../domain/person/dictionaries';
import { RELATIONSHIP_REASONS, RELATIONSHIP_STATUSES } from '../domain/confidant/relationship-status.rules';
import { CUMULATIVE_STATUSES, STREAM_REASONS, STREAM_STATUSES } from '../domain/verification/stream';

const source = join(__dirname, '..');
const schema = buildSchema(
  readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => readFileSync(join(source, file), 'utf8'))
    .join('\n'),
);

const DICTIONARIES: readonly (readonly [string, readonly string[]])[] = [
  ['PersonVerificationStatus', STREAM_STATUSES],
  ['PersonVerificationReason', STREAM_REASONS],
  ['PersonCumulativeVerificationStatus', CUMULATIVE_STATUSES],
  ['UnverifiedPersonStatus', CUMULATIVE_STATUSES.filter((status) => status !== 'VERIFIED')],
  ['ConfidantPersonRelationshipVerificationStatus', RELATIONSHIP_STATUSES],
  ['ConfidantPersonRelationshipVerificationReason', RELATIONSHIP_REASONS],
  ['ConfidantPersonRelationType', RELATION_TYPES],
  ['Gender', GENDERS],
];

describe('The schema of GraphQL', () => {
  it.each(DICTIONARIES)('%s has the words of the domain', (name, words) => {
    const type = schema.getType(name);
    if (!(type instanceof GraphQLEnumType)) throw new Error(`${name} is no enum of the schema.`);
    expect(type.getValues().map((value) => value.name)).toEqual(words);
  });

  it('says of every field an operation can begin with what it costs', () => {
    const roots = [schema.getQueryType(), schema.getMutationType()];
    const fields = roots.flatMap((root) => Object.values(root?.getFields() ?? {}));
    const silent = fields.filter(
      ({ astNode }) => !astNode?.directives?.some(({ name }) => name.value === 'cost'),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
    expect(fields.length).toBeGreaterThan(5);
  });
});
