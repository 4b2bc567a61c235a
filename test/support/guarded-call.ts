/** What there is to be asked for, by its id. */
export interface There {
  readonly personId: string;
  readonly relationshipId: string;
  readonly runId: string;
}

/** A call that asks for a token. */
export interface GuardedCall {
  readonly call: string;
  /** The field of GraphQL it asks for, after the type it belongs to. */
  readonly field?: string;
  readonly scope: string;
  /** Kept for callers of this type of legal entity. */
  readonly of?: 'NHS';
  /** What it is asked with; a good request. */
  readonly path: (there: There) => string;
  readonly body?: object | ((there: There) => object);
  /** What the right caller is answered with. */
  readonly right: number;
}

/** The register knows it. */
export const UNZR = '19900101-00001';
