/** A page or a part of one: a file of `views/`, and the type of what it shows. */
export interface View<Model extends object> {
  /** The name of the file below `views/`, without `.eta`. */
  readonly name: string;
  /** Models that the tests render in both languages; `freeText` is for every value that people or registers wrote. */
  readonly examples: (freeText: string) => readonly Model[];
}

const VIEWS: View<object>[] = [];

/**
 * Declares a view beside its model. Give examples of every case the template distinguishes, an empty list too: a test
 * renders all of them with hostile texts and fails on a missing key.
 */
export function view<Model extends object>(name: string, examples: View<Model>['examples']): View<Model> {
  const declared = { name, examples };
  VIEWS.push(declared);
  return declared;
}

/** Every view that was declared. */
export const allViews = (): readonly View<object>[] => VIEWS;

/** The answer of a page that sends the browser to another one: after every change, so that "back" repeats nothing. */
export class SeeOther {
  /** @param path below `/console`; @param note what the next page shows once, a key of `text.notes`. */
  constructor(
    readonly path: string,
    readonly note?: string,
  ) {}
}

/** The answer of a page with another status than 200, such as a form that is shown again with its faults (422). */
export class WithStatus<Model extends object> {
  constructor(
    readonly status: number,
    readonly model: Model,
  ) {}
}

export type PageAnswer<Model extends object> = Model | WithStatus<Model> | SeeOther;
