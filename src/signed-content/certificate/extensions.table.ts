/** Extensions of certificates that are read, by what they are called in RFC 5280 and RFC 3739. */
export const EXTENSIONS = {
  subjectDirectoryAttributes: '2.5.29.9',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  qualifiedStatements: '1.3.6.1.5.5.7.1.3',
} as const;

/**
 * Extensions that may be marked critical. Those that are not read only tell where to look things up or under which
 * policy a certificate was issued; a critical one outside this list may take the certificate's meaning away.
 */
export const UNDERSTOOD_WHEN_CRITICAL: ReadonlySet<string> = new Set([
  ...Object.values(EXTENSIONS),
  /** Alternative names of the subject and of the issuer. */
  '2.5.29.17',
  '2.5.29.18',
  /** Where revocation lists are, and policies. */
  '2.5.29.31',
  '2.5.29.32',
]);

/** Attributes of a subject, from X.520, and the national ones of the subject directory attributes. */
export const SUBJECT = {
  surname: '2.5.4.4',
  serialNumber: '2.5.4.5',
  organization: '2.5.4.10',
  givenName: '2.5.4.42',
  /** The number of a person in the register of taxpayers. */
  drfo: '1.2.804.2.1.1.1.11.1.4.1.1',
  /** The number of an organisation in the register of organisations. */
  edrpou: '1.2.804.2.1.1.1.11.1.4.2.1',
} as const;

/** Statements of a qualified certificate about its kind, from ETSI EN 319 412-5, and the older national purpose. */
export const QUALIFIED = {
  type: '0.4.0.1862.1.6',
  seal: '0.4.0.1862.1.6.2',
  sealPurpose: '1.2.804.2.1.1.1.3.9',
} as const;

/** What ETSI EN 319 412-1 puts before the number of a taxpayer of Ukraine. */
export const DRFO_PREFIX = 'TINUA-';
