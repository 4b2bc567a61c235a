import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { waitUntil } from './wait-until';

/** A statement on its way from a program to the database. */
export interface SeenStatement {
  /** Counted from one since the proxy began to watch. */
  readonly number: number;
  /** The name of a prepared statement, of an insert `insert_` and its table, and the text of any other statement. */
  readonly name: string;
}

/** What becomes of a statement, or of its answer. */
type Way = 'pass' | 'cut';

/**
 * `cut` breaks the connection before the statement arrives. With `failWith` the database raises an error in place of
 * the statement. With `onAnswer` the statement is carried out, and its answer waits.
 */
export type StatementDecision =
  Way | { readonly failWith: string } | { readonly onAnswer: () => Way | Promise<Way> };

/** Decides about each statement; a statement waits for as long as the decision does. */
export type StatementInterceptor = (
  statement: SeenStatement,
) => StatementDecision | Promise<StatementDecision>;

const passes: StatementInterceptor = () => 'pass';

/** The words of an error that is raised on purpose: none of them may be in an answer. */
export const RAISED = 'words of the database';

/**
 * The way between programs and PostgreSQL, on which every statement can be held, lost, or turned into a failure. What
 * is decided about is the whole of a statement, up to where the program waits for its answer.
 */
export class DatabaseProxy {
  /** Statements since the proxy began to watch. */
  readonly seen: string[] = [];
  private interceptor: StatementInterceptor = passes;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly database: URL,
  ) {}

  static async start(databaseUrl: string): Promise<DatabaseProxy> {
    const server = createServer({ noDelay: true });
    const proxy = new DatabaseProxy(server, new URL(databaseUrl));
    server.on('connection', (program) => proxy.join(program));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** The database, as it is reached through here. */
  get url(): string {
    const url = new URL(this.database);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** Forgets what was seen so far. */
  intercept(interceptor: StatementInterceptor): void {
    this.seen.length = 0;
    this.interceptor = interceptor;
  }

  passAll(): void {
    this.intercept(passes);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(program: Socket): void {
    const { hostname, port } = this.database;
    const database = connect({ host: hostname, port: Number(port || 5432), noDelay: true });
    const cut = (): void => {
      for (const socket of [program, database]) {
        socket.destroy();
        this.sockets.delete(socket);
      }
    };
    for (const socket of [program, database]) {
      this.sockets.add(socket);
      socket.on('error', cut).on('close', cut);
    }
    const answers = new Answers(database, program, cut);
    const frames = new MessageFrames('begins untyped');
    let statement: ProtocolMessage[] = [];
    let last = Promise.resolve();
    program.on('data', (bytes) => {
      for (const message of frames.read(bytes)) {
        statement.push(message);
        if (!ENDS.has(message.type)) continue;
        const whole = statement;
        statement = [];
        last = last.then(() => this.forward(whole, { database, answers, cut }));
      }
    });
  }

  private async forward(whole: readonly ProtocolMessage[], { database, answers, cut }: Line): Promise<void> {
    const name = nameOf(whole);
    const action = name === undefined ? 'pass' : await this.decide(name);
    if (action === 'cut') return cut();
    if (action !== 'pass' && 'onAnswer' in action) answers.holdNext(action.onAnswer);
    const bytes = action !== 'pass' && 'failWith' in action ? raising(action.failWith) : bytesOf(whole);
    if (!database.destroyed) database.write(bytes);
  }

  private async decide(name: string): Promise<StatementDecision> {
    this.seen.push(name);
    return this.interceptor({ number: this.seen.length, name });
  }
}

interface Line {
  readonly database: Socket;
  readonly answers: Answers;
  readonly cut: () => void;
}

/** Answers on their way back; one of them may be held until it is whole and somebody has decided about it. */
class Answers {
  private onWhole: (() => Way | Promise<Way>) | undefined;
  private held: Buffer[] = [];

  constructor(
    database: Socket,
    private readonly program: Socket,
    private readonly cut: () => void,
  ) {
    const frames = new MessageFrames('typed');
    database.on('data', (bytes) => {
      for (const message of frames.read(bytes)) void this.pass(message);
    });
  }

  holdNext(onWhole: () => Way | Promise<Way>): void {
    this.onWhole = onWhole;
  }

  private async pass({ type, bytes }: ProtocolMessage): Promise<void> {
    if (this.onWhole === undefined) {
      this.program.write(bytes);
      return;
    }
    this.held.push(bytes);
    if (type !== READY) return;
    const way = await this.onWhole();
    const whole = Buffer.concat(this.held);
    this.onWhole = undefined;
    this.held = [];
    if (way === 'cut') this.cut();
    else this.program.write(whole);
  }
}

/** PostgreSQL is ready for the next statement. */
const READY = 'Z';

/** Query and Sync end a statement; a password and a farewell are single messages. */
const ENDS: ReadonlySet<string> = new Set(['', 'Q', 'S', 'p', 'X']);

/** Undefined for what is no statement. */
function nameOf(whole: readonly ProtocolMessage[]): string | undefined {
  const end = whole.at(-1)?.type;
  if (end === 'Q') return textAt(whole.at(-1), 0);
  if (end !== 'S') return undefined;
  const parsed = whole.find(({ type }) => type === 'P');
  const bound = whole.find(({ type }) => type === 'B');
  // Bind names its portal first; ours have no names.
  return withoutColumns(textAt(bound, 1) || textAt(parsed, 0)) || textAt(parsed, 1);
}

/** The name of an insert ends with a hash of its columns. */
function withoutColumns(name: string): string {
  return name.replace(/^(insert_\w+)_[0-9a-f]{8}$/, '$1');
}

/** Texts in a message end with a zero; before them are the type and the length. */
function textAt(message: ProtocolMessage | undefined, index: number): string {
  return message?.bytes.toString('utf8', 5).split('\0')[index] ?? '';
}

function bytesOf(whole: readonly ProtocolMessage[]): Buffer {
  return Buffer.concat(whole.map(({ bytes }) => bytes));
}

/** A statement that fails with this SQLSTATE. */
function raising(code: string): Buffer {
  const text = `DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '${code}', MESSAGE = '${RAISED}'; END $$\0`;
  const head = Buffer.alloc(5);
  head.write('Q');
  head.writeInt32BE(Buffer.byteLength(text) + 4, 1);
  return Buffer.concat([head, Buffer.from(text)]);
}

/** A message of PostgreSQL's protocol. */
export interface ProtocolMessage {
  /** One letter; empty for the first message of a program. */
  readonly type: string;
  /** All of it, with type and length. */
  readonly bytes: Buffer;
}

const LENGTH_BYTES = 4;

/** Cuts a stream into the messages it is made of. */
export class MessageFrames {
  private rest = Buffer.alloc(0);
  private typeBytes: 0 | 1;

  /** A program's first message has no type; all others have. */
  constructor(how: 'begins untyped' | 'typed') {
    this.typeBytes = how === 'typed' ? 1 : 0;
  }

  /** Messages that are whole now. */
  read(bytes: Buffer): ProtocolMessage[] {
    this.rest = Buffer.concat([this.rest, bytes]);
    const messages: ProtocolMessage[] = [];
    for (let size = this.sizeOfNext(); size <= this.rest.length; size = this.sizeOfNext()) {
      const whole = this.rest.subarray(0, size);
      messages.push({ type: whole.toString('latin1', 0, this.typeBytes), bytes: whole });
      this.rest = this.rest.subarray(size);
      this.typeBytes = 1;
    }
    return messages;
  }

  /** The length counts itself, and not the type. */
  private sizeOfNext(): number {
    if (this.rest.length < this.typeBytes + LENGTH_BYTES) return Infinity;
    return this.typeBytes + this.rest.readInt32BE(this.typeBytes);
  }
}

/** Holds every statement of one name, in the order in which they arrive, until it is released. */
export class HeldStatements {
  private readonly waiting: (() => void)[] = [];
  private isOver = false;

  constructor(private readonly name: string) {}

  readonly interceptor: StatementInterceptor = ({ name }) => {
    if (name !== this.name || this.isOver) return 'pass';
    return new Promise<StatementDecision>((resolve) => this.waiting.push(() => resolve('pass')));
  };

  /** Resolves when so many in all have arrived. */
  async arrived(count: number): Promise<void> {
    const what = `${count} statements ${this.name}`;
    await waitUntil(() => this.waiting.length >= count, { what });
  }

  /** How many have arrived so far. */
  get count(): number {
    return this.waiting.length;
  }

  /** The n-th one, counted from one. */
  release(number: number): void {
    this.waiting[number - 1]?.();
  }

  /** Releases all that have arrived, and all later ones. */
  releaseAll(): void {
    this.isOver = true;
    for (const release of this.waiting) release();
  }
}

/** Before the statement arrives, or when it is carried out and before the program knows. */
export type Moment = 'before' | 'after';

/** Holds the first statement of this name for ever, and resolves when it is held. */
export function haltAt(
  at: string,
  moment: Moment,
): { readonly interceptor: StatementInterceptor; readonly held: Promise<void> } {
  let log: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (log = resolve));
  const stand = (): Promise<never> => {
    log();
    return new Promise<never>(() => undefined);
  };
  const interceptor: StatementInterceptor = ({ name }) => {
    if (name !== at) return 'pass';
    return moment === 'before' ? stand() : { onAnswer: stand };
  };
  return { interceptor, held };
}
