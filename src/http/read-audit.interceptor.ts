import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
  applyDecorators,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { mergeMap, type Observable } from 'rxjs';
import { AuditLog } from '../database/mpi/audit-log.entity';
import { insertRows, Transactions } from '../database/transactions';
import { ListAnswer } from './paging.dto';
import { callerOf, isField, requestOf, routeOf } from './request-context';

/** Whose data a call shows. */
export type ReadResource = 'persons' | 'confidant_person_relationships';

const READ_RESOURCE = Symbol('read resource');

/** A longer list of ids is cut; no page has more entries. */
const MOST_IDS = 300;

/** A row of an answer, of REST or of GraphQL. */
interface AnsweredRow {
  readonly id?: unknown;
  readonly databaseId?: unknown;
}

/** Writes the audit row before the answer is sent: without the row, nobody gets the data. */
@Injectable()
class ReadAuditInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly transactions: Transactions,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const resource = this.reflector.get<ReadResource>(READ_RESOURCE, context.getHandler());
    return next.handle().pipe(
      mergeMap(async (answer: unknown) => {
        await this.record(resource, context, answer);
        return answer;
      }),
    );
  }

  private async record(resource: ReadResource, context: ExecutionContext, answer: unknown): Promise<void> {
    const { call, filter, of } = readingOf(context);
    const rows = rowsIn(answer);
    const ids = of === undefined ? rows.map(idOf) : [of];
    const [only, ...others] = ids;
    await insertRows(this.transactions, AuditLog, [
      {
        actorId: callerOf(requestOf(context))?.userId ?? null,
        resource,
        // A single person or relationship is found by the index of the log.
        resourceId: others.length === 0 ? (only ?? null) : null,
        changeset: { read: call, filter, count: rows.length, ids: ids.slice(0, MOST_IDS) },
      },
    ]);
  }
}

interface Reading {
  /** `GET /api/admin/persons/unverified`, or the name of the GraphQL field. */
  readonly call: string;
  /** What was asked for, after validation: statuses, ids and pages, no personal data. */
  readonly filter: unknown;
  /** Whose history or details were read, when the path says it. */
  readonly of: string | undefined;
}

function readingOf(context: ExecutionContext): Reading {
  if (isField(context)) {
    const { fieldName } = context.getArgByIndex<{ readonly fieldName: string }>(3);
    return { call: fieldName, filter: context.getArgByIndex<unknown>(1), of: undefined };
  }
  const request = requestOf(context);
  const { id } = request.params;
  return {
    call: `${request.method} ${routeOf(request) ?? ''}`,
    filter: request.query,
    of: typeof id === 'string' ? id.toLowerCase() : undefined,
  };
}

function rowsIn(answer: unknown): readonly AnsweredRow[] {
  if (answer instanceof ListAnswer) return answer.entries as readonly AnsweredRow[];
  const { nodes } = answer as { readonly nodes?: readonly AnsweredRow[] };
  return nodes ?? [answer as AnsweredRow];
}

const idOf = ({ id, databaseId }: AnsweredRow): string => String(databaseId ?? id);

/** Marks a call or a GraphQL field whose every answer leaves an audit row: who read, by which filter, how many, and their ids. */
export const AuditsReading = (resource: ReadResource) =>
  applyDecorators(SetMetadata(READ_RESOURCE, resource), UseInterceptors(ReadAuditInterceptor));
