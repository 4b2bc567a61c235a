export { inCamelCase } from './input-names';
export { type Connection, connectionOf, type PageAsked, type Window, windowOf } from './connection';
export { databaseIdOf, globalId } from './connection';
export { GraphqlModule } from './graphql.module';
export { withInputNames } from './input-names';
