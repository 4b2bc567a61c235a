/** A message of PostgreSQL's protocol. */
export interface Message {
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
  read(bytes: Buffer): Message[] {
    this.rest = Buffer.concat([this.rest, bytes]);
    const messages: Message[] = [];
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
