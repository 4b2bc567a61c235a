export { MithrilModule } from './mithril.module';
export { type Grant, oldTokens, TokenRepository } from './token.repository';
export { type NewUser, type UserAccount, UserRepository } from './user.repository';
