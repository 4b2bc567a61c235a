import { describe, expect, it } from 'vitest';
import { Refusal } from '../domain/refusal';
import type { Certificate } from './certificate';
import { trustedIssuerOf } from './container-check';

const AT = new Date('2026-05-01T10:00:00Z');

/** A certificate by its names; valid unless a trait says otherwise. */
class StandIn {
  signaturesLookedAt = 0;
  isValid = true;
  isUnderstood = true;
  mostBelow = Infinity;
  isForged = false;

  constructor(
    readonly name: string,
    readonly issuedBy: string,
    readonly keyIdentifier?: string,
  ) {}

  get subject(): string {
    return this.name;
  }

  with(traits: Partial<Pick<StandIn, 'isValid' | 'isUnderstood' | 'mostBelow' | 'isForged'>>): this {
    return Object.assign(this, traits);
  }

  get hasOnlyUnderstoodDemands(): boolean {
    return this.isUnderstood;
  }

  namesAsIssuer(other: StandIn): boolean {
    return this.issuedBy === other.name;
  }

  mayIssue({ authoritiesBelow }: { authoritiesBelow: number }): boolean {
    return authoritiesBelow <= this.mostBelow;
  }

  isSignedBy(): boolean {
    this.signaturesLookedAt += 1;
    return !this.isForged;
  }

  wasValidAt(): boolean {
    return this.isValid;
  }
}

const one = (name: string, issuedBy: string): StandIn => new StandIn(name, issuedBy);
const root = (): StandIn => one('root', 'root');

const lookedAt = (all: readonly StandIn[]): number =>
  all.reduce((sum, { signaturesLookedAt }) => sum + signaturesLookedAt, 0);

function answer(signer: StandIn, sent: StandIn[], authorities: StandIn[]): string {
  const certificates = (all: StandIn[]): Certificate[] => all as unknown as Certificate[];
  try {
    trustedIssuerOf(signer as unknown as Certificate, {
      sent: certificates(sent),
      authorities: certificates(authorities),
      at: AT,
    });
    return 'trusted';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('A chain of certificates', () => {
  it('leads to an authority directly or through what was sent, in any order', () => {
    expect(answer(one('me', 'root'), [], [root()])).toBe('trusted');
    expect(answer(one('me', 'b'), [one('a', 'root'), one('b', 'a')], [root()])).toBe('trusted');
  });

  it('may end in an authority that did not certify itself', () => {
    expect(answer(one('me', 'a'), [], [one('a', 'root')])).toBe('trusted');
  });

  it('does not begin with the trusted certificate itself: an authority vouches for others', () => {
    expect(answer(one('me', 'nobody'), [], [one('me', 'nobody')])).toBe('certificate_not_trusted');
  });

  it('does not lead to a root that was only sent', () => {
    expect(answer(one('me', 'root'), [root()], [])).toBe('certificate_not_trusted');
    expect(answer(one('me', 'root'), [root()], [one('other', 'other')])).toBe('certificate_not_trusted');
  });

  it('has five certificates at most, and may go in a circle without end', () => {
    const links = [one('a', 'root'), one('b', 'a'), one('c', 'b'), one('d', 'c')];
    expect(answer(one('me', 'c'), links, [root()])).toBe('trusted');
    expect(answer(one('me', 'd'), links, [root()])).toBe('certificate_not_trusted');
    expect(answer(one('me', 'x'), [one('x', 'y'), one('y', 'x')], [root()])).toBe('certificate_not_trusted');
  });

  it('needs every signature in it, from the trusted end down', () => {
    const below = one('b', 'a');
    const forged = one('a', 'root').with({ isForged: true });
    expect(answer(one('me', 'b'), [forged, below], [root()])).toBe('certificate_not_trusted');
    // A key that nobody vouches for is not used.
    expect(below.signaturesLookedAt).toBe(0);
  });

  it('keeps to how many authorities each one allows below itself', () => {
    const chain = (most: number): string =>
      answer(one('me', 'b'), [one('a', 'root'), one('b', 'a')], [root().with({ mostBelow: most })]);
    expect(chain(2)).toBe('trusted');
    expect(chain(1)).toBe('certificate_not_trusted');
    const last = [one('a', 'root').with({ mostBelow: 0 })];
    expect(answer(one('me', 'a'), last, [root()])).toBe('trusted');
  });

  it('has no demand in it that is not understood', () => {
    const demanding = one('me', 'root').with({ isUnderstood: false });
    expect(answer(demanding, [], [root()])).toBe('certificate_not_trusted');
  });

  it('was valid at that moment as a whole, the authority included', () => {
    expect(answer(one('me', 'root').with({ isValid: false }), [], [root()])).toBe(
      'certificate_not_valid_then',
    );
    expect(answer(one('me', 'root'), [], [root().with({ isValid: false })])).toBe(
      'certificate_not_valid_then',
    );
  });

  it('is looked for further when an authority has renewed its certificate under its old name', () => {
    expect(answer(one('me', 'root'), [], [root().with({ isValid: false }), root()])).toBe('trusted');
    const [old, renewed] = [one('a', 'root').with({ isValid: false }), one('a', 'root')];
    expect(answer(one('me', 'a'), [old, renewed], [root()])).toBe('trusted');
  });

  it('is tried once for each name and key, however many certificates somebody sends', () => {
    const many = Array.from({ length: 16 }, () => one('a', 'root').with({ isForged: true }));
    expect(answer(one('me', 'a'), many, [root()])).toBe('certificate_not_trusted');
    expect(lookedAt(many)).toBe(1);
  });

  it('is given up after four signatures, whatever names and keys somebody makes up', () => {
    const keys = Array.from({ length: 16 }, (_, key) => new StandIn('a', 'root', String(key)));
    const forged = keys.map((each) => each.with({ isForged: true }));
    expect(answer(one('me', 'a'), forged, [root()])).toBe('certificate_not_trusted');
    expect(lookedAt(forged)).toBe(4);
    const me = one('me', 'root').with({ isForged: true });
    expect(answer(me, [], Array.from({ length: 16 }, root))).toBe('certificate_not_trusted');
    expect(me.signaturesLookedAt).toBe(4);
  });
});
