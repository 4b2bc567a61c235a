/** The four questions that the ministry's register answers, by their service codes. */
export type RegisterMethod = keyof typeof METHODS;

/**
 * The register's methods. The key is the service code and the name of the body's one element; `asks` are the fields
 * of the question in the order in which they are written; `settings` is the method's part in the names of its
 * settings; `status` is the field that holds the number.
 */
export const METHODS = {
  CheckPassportDMSStatus: {
    settings: 'CHECK_PASSPORT_DMS_STATUS',
    asks: ['PassType', 'PasSerial', 'PasNumber'],
    status: 'PasStatus',
  },
  CheckPassportStatus: {
    settings: 'CHECK_PASSPORT_STATUS',
    asks: ['PassType', 'PasSerial', 'PasNumber'],
    status: 'PasStatus',
  },
  checkunzr: {
    settings: 'CHECKUNZR',
    asks: ['familyName', 'givenName', 'patronymicName', 'dateBirth', 'UNZR'],
    status: 'Status',
    description: 'Description',
  },
  unzr: {
    settings: 'UNZR',
    asks: ['unzr'],
    status: null,
  },
} as const;
