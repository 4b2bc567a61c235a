import { Injectable } from '@nestjs/common';
import type { Turn } from './limiter/permit-queue';
import { type CallOutcome, type PreparedMethod, RegisterCalls } from './register-call.service';
import { METHODS, type RegisterMethod } from './register-methods.table';
import { type FoundOrNot, readStatus, readText } from './soap/answer-reader';
import type { XmlElement } from './soap/envelope';
import { requestWriter } from './soap/request-writer';
import { readUnzrAnswer, type UnzrAnswer } from './soap/unzr-answer';
import { TrembitaSettings } from './trembita.settings';

/** A passport as the register knows it. Without a series the field is sent empty. */
export interface PassportQuestion {
  readonly passType: string;
  readonly series: string | null;
  readonly number: string;
}

/** A person as `checkunzr` compares them. Dates are `YYYY-MM-DD`; without a patronymic the field is sent empty. */
export interface UnzrQuestion {
  readonly familyName: string;
  readonly givenName: string;
  readonly patronymicName: string | null;
  readonly dateBirth: string;
  readonly unzr: string;
}

/** Whether the register has this person under this UNZR, and its description in words. */
export interface UnzrCheck {
  readonly status: FoundOrNot;
  readonly description: string | null;
}

/** How a question is asked. */
export interface CallOptions {
  /** Aborted before or together with `signal`: a message that is not sent yet is not sent any more. */
  readonly stop?: AbortSignal;
  /** `next` goes before all calls that wait in order. */
  readonly turn?: Turn | undefined;
}

/**
 * The ministry's register, asked through the local security server. Every question ends as a `CallOutcome`; a rejected
 * promise is a bug, or text that XML cannot carry (`UnsendableText`). `signal` ends the wait for an answer.
 */
@Injectable()
export class MvsTrembitaClient {
  private readonly methods: Readonly<Record<RegisterMethod, PreparedMethod>>;

  constructor(
    settings: TrembitaSettings,
    private readonly calls: RegisterCalls,
  ) {
    this.methods = {
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
    { stop = signal, turn }: CallOptions = {},
  ): Promise<CallOutcome<FoundOrNot>> {
    const values = [passport.passType, passport.series ?? '', passport.number];
    const prepared = this.methods.CheckPassportDMSStatus;
    return this.calls.call({ prepared, values, readFields: readPassportStatus }, { signal, stop, turn });
  }

  /** Is the passport in the register of stolen and lost documents? */
  checkPassportStatus(
    passport: PassportQuestion,
    signal: AbortSignal,
    { stop = signal, turn }: CallOptions = {},
  ): Promise<CallOutcome<FoundOrNot>> {
    const values = [passport.passType, passport.series ?? '', passport.number];
    const prepared = this.methods.CheckPassportStatus;
    return this.calls.call({ prepared, values, readFields: readPassportStatus }, { signal, stop, turn });
  }

  /** Does this person have this UNZR? */
  checkUnzr(
    question: UnzrQuestion,
    signal: AbortSignal,
    { stop = signal, turn }: CallOptions = {},
  ): Promise<CallOutcome<UnzrCheck>> {
    const { familyName, givenName, patronymicName, dateBirth, unzr } = question;
    const values = [familyName, givenName, patronymicName ?? '', dateBirth, unzr];
    const prepared = this.methods.checkunzr;
    return this.calls.call({ prepared, values, readFields: readUnzrCheck }, { signal, stop, turn });
  }

  /** What does the register hold under this UNZR? The answer is null when it holds nothing. */
  unzr(
    unzr: string,
    signal: AbortSignal,
    { stop = signal, turn }: CallOptions = {},
  ): Promise<CallOutcome<UnzrAnswer | null>> {
    const prepared = this.methods.unzr;
    return this.calls.call({ prepared, values: [unzr], readFields: readUnzrAnswer }, { signal, stop, turn });
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
