import { randomUUID } from 'node:crypto';
import type { AuthenticationMethodType } from '../../src/domain/person/dictionaries';
import { namedAsColumns, type Columns } from './drafts';

/** What is told of an address. */
export interface AddressDraft {
  readonly type?: 'RESIDENCE' | 'REGISTRATION';
  readonly country?: string;
  readonly area?: string;
  readonly region?: string;
  readonly settlement?: string;
  readonly settlementType?: 'CITY' | 'TOWNSHIP' | 'VILLAGE' | 'SETTLEMENT';
  readonly settlementId?: string;
  readonly streetType?: string;
  readonly street?: string;
  readonly building?: string;
  readonly apartment?: string;
  readonly zip?: string;
}

/** What is told of a method of authentication; `value` is the third person. */
export interface MethodDraft {
  readonly phoneNumber?: string;
  readonly value?: string;
  readonly alias?: string;
  readonly startedAt?: Date | string;
  readonly endedAt?: Date | string | null;
  readonly isActive?: boolean;
}

export function addressColumns(draft: AddressDraft): Columns {
  const made = {
    type: 'RESIDENCE',
    country: 'UA',
    area: 'ЛУГОВА',
    settlement: 'Калинопіль',
    settlement_type: 'VILLAGE',
  };
  return { id: randomUUID(), ...made, ...namedAsColumns(draft) };
}

/** Active and without an end, unless told otherwise. */
export function methodColumns(type: AuthenticationMethodType, draft: MethodDraft): Columns {
  return { id: randomUUID(), type, is_active: true, ...namedAsColumns(draft) };
}
