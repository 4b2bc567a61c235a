export { MithrilModule } from './mithril.module';
export { type Grant, oldTokens } from './token.repository';
export { TokenService } from './token.service';
export { type NewUser, type UserAccount, UserRepository } from './user.repository';
