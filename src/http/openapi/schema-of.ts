import { z } from 'zod';

/** A schema in the words of JSON Schema, 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The library writes these formats out as long patterns as well; the name says it. */
const FORMATS_ENOUGH = new Set(['date-time', 'date', 'uuid', 'email']);

/** The schema of a request (`input`) or of an answer (`output`) in the words of JSON Schema. */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...told } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => {
      if (FORMATS_ENOUGH.has(jsonSchema.format ?? '')) delete jsonSchema.pattern;
      // To the library it means that a list is not changed here; to a reader, that he must not send it.
      delete jsonSchema.readOnly;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return told;
}

/** An object that has exactly these properties. */
export function exactly(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', additionalProperties: false, required: Object.keys(properties), properties };
}

/** A time of an answer. */
export const toldAt = z.iso.datetime();

/** A day of an answer. */
export const toldDay = z.iso.date();

/** An id of an answer, in lower case. */
export const toldId = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
