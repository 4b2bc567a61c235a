export { inCamelCase } from './camel-case';
export { type Connection, connectionOf, type PageAsked, type Window, windowOf } from './connection';
export { databaseIdOf, globalId } from './global-id';
export { GraphqlModule } from './graphql.module';
export { withInputNames } from './input-names';
