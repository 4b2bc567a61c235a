export { AuthenticateToken } from './authenticate-token';
export type { Grant } from './grant';
export { IssueToken } from './issue-token';
export { type LocalWish, MakeLocalToken } from './make-local-token';
export { MithrilModule } from './mithril.module';
export { oldTokens } from './old-tokens';
export { type NewUser, type User, UserRepository } from './user.repository';
