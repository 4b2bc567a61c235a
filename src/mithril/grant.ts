/** Who asked for a token that lets somebody else act. */
export interface Applicant {
  readonly userId: string;
  readonly personId: string;
}

/** What a token allows, to whom, through which client, and who caused it. */
export interface Grant {
  readonly userId: string;
  readonly clientId: string;
  readonly grantType: string;
  /** Separated by spaces. */
  readonly scope: string;
  /** Only of a token for somebody else. */
  readonly applicant?: Applicant;
  /** Written down as the author of the token. */
  readonly actorId: string;
  readonly expiresAt: Date;
}
