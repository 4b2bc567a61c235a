/** How a person confirms what is done in his name. */
export const AUTHENTICATION_METHOD_TYPES = ['OTP', 'OFFLINE', 'THIRD_PERSON', 'NA'] as const;

export type AuthenticationMethodType = (typeof AUTHENTICATION_METHOD_TYPES)[number];
