import { type RefusalCode } from '../../domain/refusal';
import type { Access } from '../access.decorator';
import type { DeclaredCall } from '../declared-calls.service';
import { answersOf } from './describe-answers';
import { bodyOf, examplePathOf, hasFields, parametersOf } from './describe-requests';
import type { Description } from './description';
import type { JsonSchema } from './schema-of';

/** All that is said about a call beside its handler. */
export interface SaidOfCall {
  readonly call: DeclaredCall;
  readonly access: Access;
  readonly description: Description;
  readonly isBare: boolean;
}

/** Of a request that cannot be read, whatever is asked for, and of a server that cannot answer. */
const EVERYWHERE: readonly (RefusalCode | number)[] = ['request_malformed', 413, 415, 500, 503];

function errorsOf({ call, access, description }: SaidOfCall): readonly (RefusalCode | number)[] {
  const fields: readonly RefusalCode[] = hasFields(call.path, description) ? ['validation_failed'] : [];
  return [...EVERYWHERE, ...errorsOfAccess(access), ...fields, ...(description.refusals ?? [])];
}

function errorsOfAccess(access: Access): readonly (RefusalCode | number)[] {
  switch (access.kind) {
    case 'without token':
      return [];
    case 'internal only':
      return [404];
    case 'with any token':
      return ['access_token_invalid'];
    case 'with token':
      return [
        'access_token_invalid',
        'scope_missing',
        'legal_entity_not_active',
        ...(access.need.entityType === undefined ? [] : (['entity_type_refused'] as const)),
      ];
  }
}

function whoMay(access: Access): string {
  switch (access.kind) {
    case 'without token':
      return 'Asks for no token.';
    case 'internal only':
      return 'Answers on the internal port only; the public one does not know it.';
    case 'with any token':
      return 'Needs a token; what its bearer may do is asked of him field by field.';
    case 'with token': {
      const { scopes, entityType: of } = access.need;
      return `Needs ${scopes.join(', ')}${of === undefined ? '' : ` and a client of type ${of}`}.`;
    }
  }
}

function securityOf(access: Access): JsonSchema[] {
  if (access.kind === 'with token') return [{ token: access.need.scopes }];
  return access.kind === 'with any token' ? [{ token: [] }] : [];
}

/** One call as the document has it. */
export function operationOf(said: SaidOfCall): JsonSchema {
  const { call, access, description, isBare } = said;
  const body = bodyOf(description);
  const url = examplePathOf(call.path, description);
  return {
    operationId: `${call.controller.name.replace(/Controller$/, '')}_${call.handler.name}`,
    tags: [call.path.split('/').filter((word) => word !== '' && word !== 'api' && word !== 'admin')[0]],
    summary: description.summary,
    description: [description.says, whoMay(access)].filter((line) => line !== undefined).join('\n\n'),
    ...(access.kind === 'internal only' ? { 'x-internal': true } : {}),
    security: securityOf(access),
    parameters: parametersOf(call.path, description),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: answersOf({ description, status: call.status, isBare, url, errors: errorsOf(said) }),
  };
}
