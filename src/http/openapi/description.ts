import { SetMetadata } from '@nestjs/common';
import type { z } from 'zod';
import type { RefusalCode } from '../../domain/refusal';

/** What something looks like, and one that is made up. */
export interface Shown {
  readonly schema: z.ZodType;
  readonly example: unknown;
}

/** A part of a path. */
interface ShownPart extends Shown {
  readonly example: string;
}

/** What only the author of a call knows about it. The rest of its description follows from its decorators. */
export interface Description {
  /** One line. */
  readonly summary: string;
  /** What the line has no room for. */
  readonly says?: string;
  /** Parameters of the path that are no ids. */
  readonly path?: Readonly<Record<string, ShownPart>>;
  /** The schema the call reads its query with; page and page size are added to every list. */
  readonly query?: Shown;
  /** The schema the call reads its body with. */
  readonly body?: Shown & {
    /** A body at fault is refused as a whole; its fields are not told. */
    readonly isToldAsWhole?: true;
  };
  /** Schemas that the words above speak of, by their names. */
  readonly schemas?: Readonly<Record<string, Shown>>;
  /** What stands in `data`: of a list, one entry. Without an envelope, the whole answer. */
  readonly answer: Shown;
  readonly isList?: true;
  /** The content type where it is not JSON. */
  readonly media?: string;
  /** Answers of another status that are no refusals. */
  readonly otherAnswers?: Readonly<Record<number, Shown>>;
  /** The refusals of its own. Those of access, of reading a request and of the server stand at every call anyway. */
  readonly refusals?: readonly RefusalCode[];
}

/** Under this key a handler describes itself. */
export const DESCRIPTION = Symbol('description');

/** Describes a call for `/docs`; tests hold its answers against it. */
export const Describes = (description: Description) => SetMetadata(DESCRIPTION, description);
