import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { Refusal } from '../domain/refusal';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An id of a path or a query, for `@Param('id', ParseId)`. A malformed one is a field error and reaches no table. */
@Injectable()
export class ParseId implements PipeTransform<unknown, string> {
  transform(written: unknown, { data }: ArgumentMetadata): string {
    if (typeof written === 'string' && UUID.test(written)) return written.toLowerCase();
    const entry = `$.${data ?? 'id'}`;
    const description = 'expected the value to be a UUID';
    throw new Refusal('validation_failed', { faults: [{ entry, rule: 'format', description, params: [] }] });
  }
}
