export { MithrilModule } from './mithril.module';
export { type Grant, oldTokens, TokenRepository, WORKING_DAY_HOURS } from './token.repository';
export { type NewUser, type UserAccount, UserRepository } from './user.repository';
