import type { CallerBuilder } from './build-caller';
import type { Installation } from './installation';
import type { Program } from './program';

/** An error as GraphQL tells it. */
export interface ToldError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly extensions: {
    readonly code: string;
    readonly exception?: {
      readonly inputErrors?: readonly { readonly message: string; readonly path: readonly string[] }[];
      readonly missingAllowances?: readonly string[];
    };
  };
}

/** A good answer, as far as tests look into it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Data = any;

/** Somebody who asks by GraphQL. */
export class GraphqlDesk {
  private token: string | undefined;

  constructor(
    private readonly here: Installation,
    private readonly door: Pick<Program, 'addresses'> = here.program,
  ) {}

  /** From now on this caller asks. */
  async enter(caller: CallerBuilder): Promise<this> {
    this.token = await caller.save(this.here.sql);
    return this;
  }

  /** The same caller at the door of another program. */
  at(door: Pick<Program, 'addresses'>): GraphqlDesk {
    const desk = new GraphqlDesk(this.here, door);
    desk.token = this.token;
    return desk;
  }

  ask(query: string, variables?: object) {
    return this.send(JSON.stringify({ query, variables }));
  }

  /** What the only error of an operation says, field faults as pairs. */
  async refused(query: string, variables?: object): Promise<unknown[]> {
    const { status, body } = await this.ask(query, variables);
    const [error, ...more] = body.errors ?? [];
    const faults = error?.extensions.exception?.inputErrors ?? [];
    return [
      status,
      error?.extensions.code,
      error?.message,
      ...faults.map(({ path, message }) => `${path.join('.')}: ${message}`),
      ...more,
    ];
  }

  async send(body: string, headers: Readonly<Record<string, string>> = {}) {
    const answer = await fetch(`${this.door.addresses.publicUrl}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        ...headers,
      },
      body,
    });
    const text = await answer.text();
    const told = JSON.parse(text) as { data?: Data; errors?: readonly ToldError[]; [part: string]: Data };
    return { status: answer.status, headers: answer.headers, text, body: told };
  }
}
