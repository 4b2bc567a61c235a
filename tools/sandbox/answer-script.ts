/** How a correct client reads an answer: a verdict of the register, or a kind of technical error. */
export type ClientSees =
  | 'FOUND'
  | 'NOT_FOUND'
  | 'timeout'
  | 'connection'
  | 'http_error'
  | 'fault_configuration'
  | 'fault_client'
  | 'fault_server'
  | 'foreign_answer'
  | 'unreadable_answer'
  | 'too_large'
  | 'register_error';

/** How an envelope differs from the plain form; mostly the bytes differ and the content does not. */
export type Look =
  | 'plain'
  | 'other_prefixes'
  | 'default_namespace'
  | 'byte_order_mark'
  | 'multipart'
  | 'windows_1251'
  | 'doctype'
  | 'deep_nesting'
  | 'two_body_children'
  | 'no_body_child'
  | 'cut_off';

/** Whose header the answer has; the client must refuse everything except `same`. */
export type Echo =
  'same' | 'foreign_id' | 'foreign_service' | 'foreign_client' | 'missing_id' | 'no_header' | 'previous';

/** Misbehaviour on the wire, below SOAP. */
export type Trick =
  | 'hang'
  | 'hang_after_headers'
  | 'close'
  | 'reset'
  | 'close_mid_body'
  | 'endless_headers'
  | 'huge'
  | 'drip'
  | 'gzip_bomb';

/** An answer with an X-Road header and one body child; each status is XML text, sent unchanged. */
export interface EnvelopeScript {
  readonly sends: 'envelope';
  readonly statuses: readonly string[];
  readonly look?: Look;
  readonly echo?: Echo;
  readonly afterMs?: number;
  /** Only for the method `unzr`: how many documents the person has. */
  readonly documents?: number;
  /** Only for the method `unzr`: adds an unknown element of this many Base64 characters. */
  readonly photoCharacters?: number;
}

/** A SOAP fault; `asked` means the version of the request. */
export interface FaultScript {
  readonly sends: 'fault';
  readonly soap: 'asked' | '1.1' | '1.2';
  readonly code: string;
  readonly httpStatus: number;
  readonly withHeader?: boolean;
}

/** An answer that is no SOAP at all. */
export interface PageScript {
  readonly sends: 'page';
  readonly httpStatus: number;
  readonly contentType: string;
  readonly content: string;
  readonly location?: string;
}

/** An answer that goes wrong on the wire. */
export interface TrickScript {
  readonly sends: 'trick';
  readonly trick: Trick;
}

/** Everything the sandbox can do with one request. */
export type Script = EnvelopeScript | FaultScript | PageScript | TrickScript;

/** One documented answer: the document numbers that get it, what is sent, and how a client must read it. */
export interface ScriptedAnswer {
  readonly passport: string;
  readonly unzr: string;
  /** More than one where a client may choose, for example at which point it gives up. */
  readonly clientSees: readonly ClientSees[];
  readonly description: string;
  readonly script: Script;
}
