import { resolve } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Refusal } from '../domain/refusal';
import type { SignedContent } from './check-container';
import type { CheckEnd } from './check-end';
import { CheckThreads } from './check-threads';

/** Reads what somebody signed, after his signature has been proved. */
@Injectable()
export class ReadSignedContent implements OnApplicationShutdown {
  constructor(private readonly threads: CheckThreads) {}

  async run(container: Uint8Array): Promise<SignedContent> {
    const end = (await this.threads.run(container)) as CheckEnd;
    if (end.kind === 'refused') throw new Refusal(end.code);
    if (end.kind === 'failed') throw failureIn(end.places);
    return { content: end.content, signedAt: new Date(end.signedAtMs), signer: end.signer };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.threads.close();
  }
}

/** An error that leads to where it happened in the thread, and says nothing else. */
function failureIn(places: readonly string[]): Error {
  const error = new Error('A signature could not be checked.');
  error.stack = [`Error: ${error.message}`, ...places.map((place) => `    at ${resolve(place)}:1`)].join(
    '\n',
  );
  return error;
}
