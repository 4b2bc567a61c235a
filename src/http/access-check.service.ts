import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LOGGED_AS, type LoggedWords } from '../observability';
import { ACCESS } from './access.decorator';
import { DeclaredCalls } from './declared-calls.service';

/** Some handlers do not declare who may call them. Their names come from the source code. */
export class UndecidedAccess extends Error {
  readonly [LOGGED_AS]: LoggedWords;

  constructor(handlers: readonly string[]) {
    const sentence = `${handlers.join(', ')}: who may call this? Declare it with @Needs, @WithoutToken or @InternalOnly.`;
    super(sentence);
    this[LOGGED_AS] = { code: 'access_undecided', sentence };
  }
}

/** Refuses to start while a handler does not declare who may call it: a forgotten decorator must not open a call. */
@Injectable()
export class AccessCheck implements OnModuleInit {
  constructor(private readonly calls: DeclaredCalls) {}

  onModuleInit(): void {
    const undecided = this.calls
      .all()
      .filter((call) => this.calls.metadataOf(call, ACCESS) === undefined)
      .map(({ controller, handler }) => `${controller.name}.${handler.name}`);
    if (undecided.length > 0) throw new UndecidedAccess(undecided);
  }
}
