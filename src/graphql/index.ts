export { inCamelCase } from './graphql-errors';
export { type Connection, connectionOf, type PageAsked, type Window, windowOf } from './connection';
export { databaseIdOf, globalId } from './connection';
export { GraphqlModule } from './graphql.module';
export { withInputNames } from './graphql-errors';
