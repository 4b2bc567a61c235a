/** The envelope of SOAP 1.1. */
export const SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/';
/** The envelope of SOAP 1.2. */
export const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope';
/** The elements of the X-Road header. */
export const XROAD = 'http://x-road.eu/xsd/xroad.xsd';
/** The parts of the `client` and `service` of that header. */
export const IDENTIFIERS = 'http://x-road.eu/xsd/identifiers';

/** True for either version: a security server may answer in the one that was not asked in. */
export function isSoapNamespace(uri: string): boolean {
  return uri === SOAP_12 || uri === SOAP_11;
}
