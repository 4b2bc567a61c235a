import {
  AllowsMore,
  AnswerList,
  AnswerObject,
  AnswerSchema,
  AnswerText,
  AnyObject,
  AnyText,
  MayBeNull,
  ReadsInput,
} from '../http';
import { GRAPHQL_CODES } from './graphql-errors';

/**
 * A request of GraphQL; one at fault is refused as a whole. Several in one list are none: each would be a request of its
 * own to every limit.
 */
@AllowsMore()
@ReadsInput({ dropsUnknown: true, refusedAs: 'request_malformed' })
export class GraphqlRequestDto {
  @AnyText({ minLength: 1 })
  query!: string;

  @MayBeNull()
  @AnyObject()
  variables?: Record<string, unknown> | null;

  @MayBeNull()
  @AnyText()
  operationName?: string | null;
}

export const GRAPHQL_REQUEST_EXAMPLE = {
  query: '{ unzrInfoRegister(unzr: "20210504-00031") { jobStatus } }',
};

class ErrorLocationDto {
  @AnswerSchema({ type: 'integer' })
  line!: number;

  @AnswerSchema({ type: 'integer' })
  column!: number;
}

const CODES = [...new Set(Object.values(GRAPHQL_CODES)), 'INTERNAL_SERVER_ERROR'];

class GraphqlErrorDto {
  @AnswerText()
  message!: string;

  @AnswerList(ErrorLocationDto, { required: false })
  locations?: ErrorLocationDto[];

  @AnswerSchema(
    { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'integer' }] } },
    { required: false },
  )
  path?: (string | number)[];

  @AnswerSchema({
    type: 'object',
    properties: { code: { type: 'string', enum: CODES } },
    required: ['code'],
    additionalProperties: {},
  })
  extensions!: object;
}

class AnswerExtensionsDto {
  @AnswerText()
  requestId!: string;
}

/** What a field refuses is in `errors`. */
export class GraphqlAnswerDto {
  @AnswerSchema({ type: 'object', additionalProperties: {} }, { required: false, nullable: true })
  data?: object | null;

  @AnswerList(GraphqlErrorDto, { required: false, minItems: 1 })
  errors?: GraphqlErrorDto[];

  @AnswerObject(AnswerExtensionsDto)
  extensions!: AnswerExtensionsDto;
}

export const GRAPHQL_ANSWER_EXAMPLE = {
  data: { unzrInfoRegister: { jobStatus: 'pending' } },
  extensions: { requestId: '0b8f2a54-0000-4000-8000-000000000002' },
};
