import { type Identifiers, IDENTIFIERS, SOAP_11, SOAP_12, XROAD, escapeText } from './envelope';

/** Everything of a message except its id and its values. */
export interface RequestForm {
  readonly soapVersion: '1.1' | '1.2';
  readonly client: Identifiers;
  readonly service: Identifiers;
  readonly userId: string;
  readonly protocolVersion: string;
  readonly serviceCode: string;
  readonly bodyNamespace: string;
  readonly fields: readonly string[];
}

/** Writes a message with this id and these values, in the order of the form's fields. */
export type WriteRequest = (messageId: string, values: readonly string[]) => string;

/** Prepares everything that is the same in all messages, so that one message costs a few joins. */
export function requestWriter(form: RequestForm): WriteRequest {
  const opening = openingOf(form);
  const pieces = form.fields.map((field, index) => {
    const closed = index === 0 ? '' : `</m:${form.fields[index - 1]}>`;
    return `${closed}<m:${field}>`;
  });
  const [first = ''] = pieces;
  pieces[0] = `${afterId(form)}${first}`;
  const closing = `</m:${form.fields.at(-1)}></m:${form.serviceCode}></soap:Body></soap:Envelope>`;
  return (messageId, values) => {
    let message = opening + messageId;
    for (let index = 0; index < pieces.length; index += 1) {
      message += pieces[index] + escapeText(values[index] ?? '');
    }
    return message + closing;
  };
}

/** No white space between the elements of the header: some providers refuse it. */
function openingOf({ soapVersion, client, service, userId }: RequestForm): string {
  const envelope = soapVersion === '1.2' ? SOAP_12 : SOAP_11;
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    `<soap:Envelope xmlns:soap="${envelope}" xmlns:xro="${XROAD}" xmlns:iden="${IDENTIFIERS}"><soap:Header>` +
    `<xro:client iden:objectType="SUBSYSTEM">${written(client)}</xro:client>` +
    `<xro:service iden:objectType="SERVICE">${written(service)}</xro:service>` +
    `<xro:userId>${escapeText(userId)}</xro:userId><xro:id>`
  );
}

function afterId({ protocolVersion, serviceCode, bodyNamespace }: RequestForm): string {
  return (
    `</xro:id><xro:protocolVersion>${escapeText(protocolVersion)}</xro:protocolVersion></soap:Header>` +
    `<soap:Body><m:${serviceCode} xmlns:m="${escapeText(bodyNamespace)}">`
  );
}

function written(identifiers: Identifiers): string {
  return identifiers.map(([name, value]) => `<iden:${name}>${escapeText(value)}</iden:${name}>`).join('');
}
