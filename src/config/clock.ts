/** The present moment. Rules get it as a value; who calls them asks here. */
export type Clock = () => Date;

/** Ask for it with `@Inject(CLOCK) clock: Clock`. A test sets it to a birthday. */
export const CLOCK = Symbol('CLOCK');

export const SYSTEM_CLOCK: Clock = () => new Date();
