import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { METHODS, type RegisterMethod } from './register-methods.table';
import type { Identifiers } from './soap/envelope';

/** What may differ from method to method. */
export interface MethodSettings {
  readonly soapVersion: '1.1' | '1.2';
  readonly action: string;
  readonly bodyNamespace: string;
  readonly client: Identifiers;
  readonly service: Identifiers;
}

/** Paths of PEM files. Without them the system's authorities are trusted and we send no client certificate. */
export interface TlsFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** The settings of the program that the register's client uses, without the names of the environment. */
@Injectable()
export class TrembitaSettings {
  readonly url: string;
  readonly tls: TlsFiles;
  readonly userId: string;
  readonly protocolVersion: string;
  readonly echoCheck: boolean;
  readonly maxResponseBytes: number;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  /** In production an answer of the sandbox must never decide about a person. */
  readonly refuseSandbox: boolean;
  readonly methods: Readonly<Record<RegisterMethod, MethodSettings>>;

  constructor(@Inject(SETTINGS) settings: Settings) {
    this.url = settings.TREMBITA_URL;
    this.tls = {
      ca: settings.TREMBITA_TLS_CA,
      cert: settings.TREMBITA_TLS_CERT,
      key: settings.TREMBITA_TLS_KEY,
    };
    this.userId = settings.TREMBITA_SEVDEIR_USERID;
    this.protocolVersion = settings.TREMBITA_SEVDEIR_PROTOCOL_VERSION;
    this.echoCheck = settings.TREMBITA_ECHO_CHECK;
    this.maxResponseBytes = settings.TREMBITA_MAX_RESPONSE_BYTES;
    this.timeoutMs = settings.TREMBITA_TIMEOUT_MS;
    this.connectTimeoutMs = settings.TREMBITA_CONNECT_TIMEOUT_MS;
    this.refuseSandbox = settings.NODE_ENV === 'production';
    this.methods = {
      CheckPassportDMSStatus: methodSettings(settings, 'CheckPassportDMSStatus'),
      CheckPassportStatus: methodSettings(settings, 'CheckPassportStatus'),
      checkunzr: methodSettings(settings, 'checkunzr'),
      unzr: methodSettings(settings, 'unzr'),
    };
  }
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
