import type { Settings } from '../config/env';
import type { RegisterMethod } from './register-gate';
import type { Identifiers } from './soap/check-echo';
import { METHODS } from './soap/methods.table';

/** What may differ from method to method. */
export interface MethodSettings {
  readonly soapVersion: '1.1' | '1.2';
  readonly action: string;
  readonly bodyNamespace: string;
  readonly client: Identifiers;
  readonly service: Identifiers;
}

/** Files, or nothing: then the machine's own authorities are trusted and we show no certificate. */
export interface TlsFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** What the client needs to know, freed from the names of the environment. */
export interface TrembitaSettings {
  readonly url: string;
  readonly tls: TlsFiles;
  readonly userId: string;
  readonly protocolVersion: string;
  readonly echoCheck: boolean;
  readonly maxResponseBytes: number;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  /** In production an answer of the simulator must never decide about a person. */
  readonly refuseSandbox: boolean;
  readonly methods: Readonly<Record<RegisterMethod, MethodSettings>>;
}

/** Translates the settings of the program. */
export function trembitaSettings(settings: Settings): TrembitaSettings {
  return {
    url: settings.TREMBITA_URL,
    tls: {
      ca: settings.TREMBITA_TLS_CA,
      cert: settings.TREMBITA_TLS_CERT,
      key: settings.TREMBITA_TLS_KEY,
    },
    userId: settings.TREMBITA_SEVDEIR_USERID,
    protocolVersion: settings.TREMBITA_SEVDEIR_PROTOCOL_VERSION,
    echoCheck: settings.TREMBITA_ECHO_CHECK,
    maxResponseBytes: settings.TREMBITA_MAX_RESPONSE_BYTES,
    timeoutMs: settings.TREMBITA_TIMEOUT_MS,
    connectTimeoutMs: settings.TREMBITA_CONNECT_TIMEOUT_MS,
    refuseSandbox: settings.NODE_ENV === 'production',
    methods: {
      CheckPassportDMSStatus: methodSettings(settings, 'CheckPassportDMSStatus'),
      CheckPassportStatus: methodSettings(settings, 'CheckPassportStatus'),
      checkunzr: methodSettings(settings, 'checkunzr'),
      unzr: methodSettings(settings, 'unzr'),
    },
  };
}

function methodSettings(settings: Settings, method: RegisterMethod): MethodSettings {
  const { settings: name } = METHODS[method];
  const version = settings[`TREMBITA_${name}_SERVICE_VERSION`] ?? '';
  return {
    soapVersion: settings[`TREMBITA_${name}_SOAP_VERSION`] ?? '1.2',
    action: settings[`TREMBITA_${name}_ACTION`] ?? `urn:${method}`,
    bodyNamespace: settings[`TREMBITA_${name}_BODY_NAMESPACE`] ?? settings.TREMBITA_MVS_BODY_NAMESPACE,
    client: [
      ['xRoadInstance', settings.TREMBITA_SEVDEIR_INSTANCE],
      ['memberClass', settings.TREMBITA_MVS_CLIENT_MEMBER_CLASS],
      ['memberCode', settings.TREMBITA_MVS_CLIENT_MEMBER_CODE],
      ['subsystemCode', settings.TREMBITA_MVS_CLIENT_SUBSYSTEM_CODE],
    ],
    service: [
      ['xRoadInstance', settings.TREMBITA_SEVDEIR_INSTANCE],
      ['memberClass', settings.TREMBITA_MVS_SERVICE_MEMBER_CLASS],
      ['memberCode', settings.TREMBITA_MVS_SERVICE_MEMBER_CODE],
      ['subsystemCode', settings.TREMBITA_MVS_SERVICE_SUBSYSTEM_CODE],
      ['serviceCode', method],
      // An empty version is left out, not sent empty: the provider would look for a version named "".
      ...(version === '' ? [] : [['serviceVersion', version] as const]),
    ],
  };
}
