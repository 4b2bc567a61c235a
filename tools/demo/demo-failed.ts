/** Why the demo cannot go on, in a sentence of our own that may be shown. */
export class DemoFailed extends Error {}
