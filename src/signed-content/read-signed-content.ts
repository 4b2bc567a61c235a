import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { SignedContent } from './check-container';
import { contentOf, type CheckEnd } from './check-end';
import { CheckThreads } from './check-threads';

/** Reads what somebody signed, after his signature has been proved. */
@Injectable()
export class ReadSignedContent implements OnApplicationShutdown {
  constructor(private readonly threads: CheckThreads) {}

  async run(container: Uint8Array): Promise<SignedContent> {
    return contentOf((await this.threads.run(container)) as CheckEnd);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.threads.close();
  }
}
