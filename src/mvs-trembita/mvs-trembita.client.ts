import { AskRegister, type PreparedMethod } from './ask-register';
import { NOBODY_LISTENS, type CallLog } from './call-log';
import type { CallOutcome } from './call-outcome';
import type { RegisterGate, RegisterMethod, Turn } from './register-gate';
import { SecurityServerClient } from './security-server.client';
import { METHODS } from './soap/methods.table';
import type { XmlElement } from './soap/parse-envelope';
import { readStatus, readText, type FoundOrNot } from './soap/read-status';
import { readUnzrAnswer, type UnzrAnswer } from './soap/unzr-answer';
import { requestWriter } from './soap/write-request';
import type { TrembitaSettings } from './trembita-settings';

/** A passport as the register knows one. Without a series the field is sent empty. */
export interface PassportQuestion {
  readonly passType: string;
  readonly series: string | null;
  readonly number: string;
}

/** A person as `checkunzr` compares one. Dates are `YYYY-MM-DD`; without a patronymic the field is sent empty. */
export interface UnzrQuestion {
  readonly familyName: string;
  readonly givenName: string;
  readonly patronymicName: string | null;
  readonly dateBirth: string;
  readonly unzr: string;
}

/** Whether the register has this person under this UNZR, and what it says of it in words. */
export interface UnzrCheck {
  readonly status: FoundOrNot;
  readonly description: string | null;
}

/** How a question is asked: until when it may be sent, and whether it goes before those that wait. */
export interface Asking {
  readonly stop?: AbortSignal;
  readonly turn?: Turn | undefined;
}

/** What the client is made of; the log is optional. */
export interface MvsTrembitaParts {
  readonly settings: TrembitaSettings;
  readonly gate: RegisterGate;
  readonly log?: CallLog;
}

/**
 * The ministry's register, asked through the local security server. Every question ends as a
 * `CallOutcome`; a rejected promise is a bug, or text that XML cannot carry (`UnsendableText`). `signal` ends the
 * waiting for an answer; `stop`, which may come earlier, only keeps what was not sent from being sent.
 */
export class MvsTrembita {
  readonly #server: SecurityServerClient;
  readonly #register: AskRegister;
  readonly #methods: Readonly<Record<RegisterMethod, PreparedMethod>>;

  constructor({ settings, gate, log = NOBODY_LISTENS }: MvsTrembitaParts) {
    this.#server = new SecurityServerClient(settings);
    this.#register = new AskRegister({ server: this.#server, gate, log, limits: settings });
    this.#methods = {
      CheckPassportDMSStatus: prepare(settings, 'CheckPassportDMSStatus'),
      CheckPassportStatus: prepare(settings, 'CheckPassportStatus'),
      checkunzr: prepare(settings, 'checkunzr'),
      unzr: prepare(settings, 'unzr'),
    };
  }

  /** Is the passport in the register of invalid documents? */
  checkPassportDmsStatus(
    passport: PassportQuestion,
    signal: AbortSignal,
    { stop = signal, turn }: Asking = {},
  ): Promise<CallOutcome<FoundOrNot>> {
    const values = [passport.passType, passport.series ?? '', passport.number];
    const prepared = this.#methods.CheckPassportDMSStatus;
    return this.#register.run({ prepared, values, readFields: readPassportStatus }, { signal, stop, turn });
  }

  /** Is the passport in the register of stolen and lost documents? */
  checkPassportStatus(
    passport: PassportQuestion,
    signal: AbortSignal,
    { stop = signal, turn }: Asking = {},
  ): Promise<CallOutcome<FoundOrNot>> {
    const values = [passport.passType, passport.series ?? '', passport.number];
    const prepared = this.#methods.CheckPassportStatus;
    return this.#register.run({ prepared, values, readFields: readPassportStatus }, { signal, stop, turn });
  }

  /** Does this person bear this UNZR? */
  checkUnzr(
    question: UnzrQuestion,
    signal: AbortSignal,
    { stop = signal, turn }: Asking = {},
  ): Promise<CallOutcome<UnzrCheck>> {
    const { familyName, givenName, patronymicName, dateBirth, unzr } = question;
    const values = [familyName, givenName, patronymicName ?? '', dateBirth, unzr];
    return this.#register.run(
      { prepared: this.#methods.checkunzr, values, readFields: readUnzrCheck },
      { signal, stop, turn },
    );
  }

  /** What does the register hold under this UNZR? Null when it holds nothing. */
  unzr(
    unzr: string,
    signal: AbortSignal,
    { stop = signal, turn }: Asking = {},
  ): Promise<CallOutcome<UnzrAnswer | null>> {
    return this.#register.run(
      { prepared: this.#methods.unzr, values: [unzr], readFields: readUnzrAnswer },
      { signal, stop, turn },
    );
  }

  /** Closes the connections. Nest calls it when all work has ended. */
  async onApplicationShutdown(): Promise<void> {
    await this.#server.close();
  }
}

function readPassportStatus(bodyChild: XmlElement): FoundOrNot {
  return readStatus(bodyChild, METHODS.CheckPassportDMSStatus.status);
}

function readUnzrCheck(bodyChild: XmlElement): UnzrCheck {
  const status = readStatus(bodyChild, METHODS.checkunzr.status);
  return { status, description: readText(bodyChild, METHODS.checkunzr.description) };
}

function prepare(settings: TrembitaSettings, method: RegisterMethod): PreparedMethod {
  const { soapVersion, action, bodyNamespace, client, service } = settings.methods[method];
  const { userId, protocolVersion } = settings;
  const type =
    soapVersion === '1.2'
      ? ['content-type', `application/soap+xml;charset=UTF-8;action="${action}"`]
      : ['content-type', 'text/xml;charset=UTF-8', 'soapaction', `"${action}"`];
  return {
    method,
    headers: [...type, 'accept-encoding', 'identity'],
    write: requestWriter({
      ...{ soapVersion, client, service, userId, protocolVersion, bodyNamespace },
      serviceCode: method,
      fields: METHODS[method].asks,
    }),
    echo: settings.echoCheck ? { client, service } : null,
  };
}
