import {
  URL_EXAMPLES,
  connectionUrl,
  milliseconds,
  optionalOneOf,
  optionalText,
  optionalWhole,
  positive,
  text,
  whole,
  yesOrNo,
} from './setting-kinds';

/** The pause of the circuit breaker doubles up to ten minutes. */
const LONGEST_BREAKER_PAUSE_MS = 600_000;

const serviceVersion = () => optionalText('v1');
const action = () => optionalText('urn:CheckPassportDMSStatus');
const soapVersion = () => optionalOneOf(['1.1', '1.2'], '1.2');
const bodyNamespace = () => optionalText('urn:eis:mvs');

/** What a ministry may set differently for one of its methods. Unset: as for all methods. */
type MethodSettings<M extends string> = Record<
  `TREMBITA_${M}_SERVICE_VERSION`,
  ReturnType<typeof serviceVersion>
> &
  Record<`TREMBITA_${M}_ACTION`, ReturnType<typeof action>> &
  Record<`TREMBITA_${M}_SOAP_VERSION`, ReturnType<typeof soapVersion>> &
  Record<`TREMBITA_${M}_BODY_NAMESPACE`, ReturnType<typeof bodyNamespace>>;

function settingsOfMethod<const M extends string>(method: M): MethodSettings<M> {
  return {
    [`TREMBITA_${method}_SERVICE_VERSION`]: serviceVersion(),
    [`TREMBITA_${method}_ACTION`]: action(),
    [`TREMBITA_${method}_SOAP_VERSION`]: soapVersion(),
    [`TREMBITA_${method}_BODY_NAMESPACE`]: bodyNamespace(),
    // TypeScript widens computed template keys to string; the four lines above are the four of the type.
  } as MethodSettings<M>;
}

/** The register: its address, our identity there, deadlines and limits. */
export const TREMBITA_ENVIRONMENT = {
  TREMBITA_URL: connectionUrl(['http:', 'https:'], URL_EXAMPLES.TREMBITA_URL),
  TREMBITA_TLS_CA: optionalText('/etc/trembita/ca.pem'),
  TREMBITA_TLS_CERT: optionalText('/etc/trembita/client.pem'),
  TREMBITA_TLS_KEY: optionalText('/etc/trembita/client.key'),

  TREMBITA_SEVDEIR_INSTANCE: text('SEVDEIR-TEST'),
  TREMBITA_SEVDEIR_USERID: text('ehealth'),
  TREMBITA_SEVDEIR_PROTOCOL_VERSION: text('4.0'),
  TREMBITA_MVS_CLIENT_MEMBER_CLASS: text('GOV'),
  TREMBITA_MVS_CLIENT_MEMBER_CODE: text('00000000'),
  TREMBITA_MVS_CLIENT_SUBSYSTEM_CODE: text('ehealth'),
  TREMBITA_MVS_SERVICE_MEMBER_CLASS: text('GOV'),
  TREMBITA_MVS_SERVICE_MEMBER_CODE: text('00000001'),
  TREMBITA_MVS_SERVICE_SUBSYSTEM_CODE: text('20_EIS_prod'),
  /** The real namespace comes with the ministry's WSDL. */
  TREMBITA_MVS_BODY_NAMESPACE: text('urn:eis:mvs'),
  ...settingsOfMethod('CHECK_PASSPORT_DMS_STATUS'),
  ...settingsOfMethod('CHECK_PASSPORT_STATUS'),
  ...settingsOfMethod('CHECKUNZR'),
  ...settingsOfMethod('UNZR'),

  /** Off only for a security server that is known to answer without the header that was sent. */
  TREMBITA_ECHO_CHECK: yesOrNo(true),
  /** 1 MiB: an answer has a few kilobytes; the limit bounds memory. */
  TREMBITA_MAX_RESPONSE_BYTES: whole({ min: 1024, max: 1_073_741_824, fallback: 1_048_576 }),
  TREMBITA_TIMEOUT_MS: milliseconds(30_000),
  TREMBITA_CONNECT_TIMEOUT_MS: milliseconds(5_000),
  TREMBITA_CONCURRENCY: whole({ min: 1, max: 10_000, fallback: 20 }),
  TREMBITA_CONCURRENCY_PER_WORKER: whole({ min: 1, max: 10_000, fallback: 20 }),
  TREMBITA_RATE_PER_SECOND: optionalWhole({ min: 1, max: 1_000_000, example: 50 }),
  TREMBITA_BREAKER_SHARE: positive({ max: 1, fallback: 0.5, unit: 'a share' }),
  TREMBITA_BREAKER_MIN_CALLS: whole({ min: 1, max: 100_000, fallback: 20 }),
  TREMBITA_BREAKER_OPEN_MS: milliseconds(30_000, LONGEST_BREAKER_PAUSE_MS),
};
