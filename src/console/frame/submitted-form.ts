import type { Type } from '@nestjs/common';
import { type FieldRule, Refusal } from '../../domain/refusal';
import { validated } from '../../http';

/** What is wrong with one field of a form. `text.faults` has a sentence for each rule. */
export interface FormFault {
  /** The name of the field, or empty when the form as a whole is at fault. */
  readonly field: string;
  readonly rule: FieldRule;
}

/** What was entered, by field; undefined like an empty field. */
type Entered = Readonly<Record<string, string | undefined>>;

/** What a form shows again: what was entered, and what is wrong with it. */
export interface FormState {
  readonly values: Entered;
  readonly faults: readonly FormFault[];
}

/** A form that nobody has submitted yet, perhaps with some fields filled in. */
export const freshForm = (values: Entered = {}): FormState => ({ values, faults: [] });

/** The faults of fields that a refusal names. Every other error is thrown on. */
export function faultsIn(error: unknown): FormFault[] {
  if (!(error instanceof Refusal) || error.code !== 'validation_failed') throw error;
  const faults = error.details.faults ?? [];
  return faults.map(({ entry, rule }) => ({ field: entry.replace(/^\$\.?/, ''), rule }));
}

/** A form as it was submitted. It is validated by the same classes as the calls. */
export class SubmittedForm<Input extends object> {
  /** What was entered, to be shown again. */
  readonly values: Entered;

  constructor(
    private readonly type: Type<Input>,
    body: unknown,
  ) {
    this.values = (body ?? {}) as Entered;
  }

  /** Refuses a form at fault, which ends in an error page. */
  input(): Promise<Input> {
    return validated(this.type, this.values);
  }

  /** The input, or the state of the form with its faults, to be shown again with status 422. */
  async read(): Promise<{ readonly input: Input } | { readonly faulty: FormState }> {
    try {
      return { input: await this.input() };
    } catch (error) {
      return { faulty: this.withFaults(faultsIn(error)) };
    }
  }

  /** The state of the form with these faults. */
  withFaults(faults: readonly FormFault[]): FormState {
    return { values: this.values, faults };
  }
}
