export { IssueToken, type Grant } from './issue-token';
export { MithrilModule } from './mithril.module';
export { type NewUser, type User, UserRepository } from './user.repository';
