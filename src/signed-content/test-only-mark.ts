/**
 * What every certificate of the project's own test authority names as its organisation. The program refuses to
 * trust such a certificate in production, whatever file it came in.
 */
export const TEST_ONLY_ORGANISATION = 'TEST ONLY - certifies made-up people';
