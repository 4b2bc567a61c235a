import { GraphQLScalarType } from 'graphql';

/** A text on the way in, judged by the rule of the field it is meant for: only then is it known who may ask. */
const asSent = (value: unknown): unknown => value;

/** Tells a moment as REST does. */
function told(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}

/** The scalars that the language does not have. */
export const SCALARS = {
  UUID: new GraphQLScalarType({ name: 'UUID', serialize: told, parseValue: asSent }),
  Date: new GraphQLScalarType({ name: 'Date', serialize: told, parseValue: asSent }),
  DateTime: new GraphQLScalarType({ name: 'DateTime', serialize: told, parseValue: asSent }),
};
