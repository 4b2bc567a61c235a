import { AnyText, MayBeAbsent, Text } from '../../http';

/** Our tokens have 43 characters. */
const LONGEST_TOKEN = 4096;

/** Long enough for any page of ours with its filters. */
const LONGEST_PATH = 2000;

export class SignInQuery {
  @MayBeAbsent()
  @AnyText()
  return?: string;
}

/** The code of a link that signs in once. */
export class SignInLinkForm {
  @Text({ most: LONGEST_TOKEN })
  code!: string;
}

export class SignInForm {
  @Text({ most: LONGEST_TOKEN })
  token!: string;

  @MayBeAbsent()
  @Text({ most: LONGEST_PATH })
  return?: string;
}
