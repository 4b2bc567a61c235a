import type { ScriptedAnswer } from './answer-script';

/**
 * Documented answers that a client must understand. In all tables the last four digits of the passport
 * and of the UNZR are the same; the series ТТ and the birth date 1990-01-01 mark the documented numbers.
 */
export const READABLE_ANSWERS = {
  FOUND: {
    passport: 'ТТ000001',
    unzr: '19900101-00001',
    clientSees: ['FOUND'],
    description: 'The document is in the register.',
    script: { sends: 'envelope', statuses: ['1'] },
  },
  NOT_FOUND: {
    passport: 'ТТ000002',
    unzr: '19900101-00002',
    clientSees: ['NOT_FOUND'],
    description: 'The document is not in the register; the method `unzr` answers an empty body child.',
    script: { sends: 'envelope', statuses: ['0'] },
  },
  MINUS_1: {
    passport: 'ТТ000003',
    unzr: '19900101-00003',
    clientSees: ['register_error'],
    description: 'The register reports missing or wrong mandatory fields.',
    script: { sends: 'envelope', statuses: ['-1'] },
  },
  MINUS_2: {
    passport: 'ТТ000004',
    unzr: '19900101-00004',
    clientSees: ['register_error'],
    description: 'The register reports an internal error.',
    script: { sends: 'envelope', statuses: ['-2'] },
  },
  OTHER_PREFIXES: {
    passport: 'ТТ000005',
    unzr: '19900101-00005',
    clientSees: ['FOUND'],
    description: 'Other prefixes, another order of header elements, another wrapper name.',
    script: { sends: 'envelope', statuses: ['1'], look: 'other_prefixes' },
  },
  DEFAULT_NAMESPACE: {
    passport: 'ТТ000006',
    unzr: '19900101-00006',
    clientSees: ['NOT_FOUND'],
    description: 'The envelope and the body child use default namespaces.',
    script: { sends: 'envelope', statuses: ['0'], look: 'default_namespace' },
  },
  CDATA: {
    passport: 'ТТ000007',
    unzr: '19900101-00007',
    clientSees: ['FOUND'],
    description: 'The status is in a CDATA section.',
    script: { sends: 'envelope', statuses: ['<![CDATA[1]]>'] },
  },
  CHARACTER_REFERENCE: {
    passport: 'ТТ000008',
    unzr: '19900101-00008',
    clientSees: ['FOUND'],
    description: 'The status is a character reference.',
    script: { sends: 'envelope', statuses: ['&#x31;'] },
  },
  COMMENT: {
    passport: 'ТТ000009',
    unzr: '19900101-00009',
    clientSees: ['FOUND'],
    description: 'There is a comment beside the status.',
    script: { sends: 'envelope', statuses: ['<!-- 0 -->1'] },
  },
  PADDED: {
    passport: 'ТТ000010',
    unzr: '19900101-00010',
    clientSees: ['NOT_FOUND'],
    description: 'There is white space around the status.',
    script: { sends: 'envelope', statuses: ['\n\t 0 \r\n'] },
  },
  BYTE_ORDER_MARK: {
    passport: 'ТТ000011',
    unzr: '19900101-00011',
    clientSees: ['FOUND'],
    description: 'The answer starts with a UTF-8 byte order mark.',
    script: { sends: 'envelope', statuses: ['1'], look: 'byte_order_mark' },
  },
  MULTIPART: {
    passport: 'ТТ000012',
    unzr: '19900101-00012',
    clientSees: ['FOUND'],
    description: 'multipart/related: the envelope is the root part, an attachment follows.',
    script: { sends: 'envelope', statuses: ['1'], look: 'multipart' },
  },
  SLOW: {
    passport: 'ТТ000013',
    unzr: '19900101-00013',
    clientSees: ['NOT_FOUND'],
    description: 'The answer arrives after three seconds.',
    script: { sends: 'envelope', statuses: ['0'], afterMs: 3000 },
  },
  PHOTO: {
    passport: 'ТТ000014',
    unzr: '19900101-00014',
    clientSees: ['FOUND'],
    description: 'Method `unzr`: an unknown element `photo` of 900 KB Base64. Otherwise as FOUND.',
    script: { sends: 'envelope', statuses: ['1'], photoCharacters: 921_600 },
  },
  NO_DOCUMENTS: {
    passport: 'ТТ000015',
    unzr: '19900101-00015',
    clientSees: ['FOUND'],
    description: 'Method `unzr`: a person without documents. Otherwise as FOUND.',
    script: { sends: 'envelope', statuses: ['1'], documents: 0 },
  },
  MANY_DOCUMENTS: {
    passport: 'ТТ000016',
    unzr: '19900101-00016',
    clientSees: ['FOUND'],
    description: 'Method `unzr`: a person with twelve documents. Otherwise as FOUND.',
    script: { sends: 'envelope', statuses: ['1'], documents: 12 },
  },
} as const satisfies Record<string, ScriptedAnswer>;
