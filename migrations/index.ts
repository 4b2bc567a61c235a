import { CreateSchemas1700000000000 } from './1700000000000-create-schemas';
import { CreatePersons1700000000100 } from './1700000000100-create-persons';
import { CreatePersonVerifications1700000000200 } from './1700000000200-create-person-verifications';
import { CreateVerificationWork1700000000300 } from './1700000000300-create-verification-work';
import { CreateRecords1700000000350 } from './1700000000350-create-records';
import { CreateParties1700000000400 } from './1700000000400-create-parties';
import { CreateDmsPassport1700000000450 } from './1700000000450-create-dms-passport';
import { CreateRegisterGate1700000000500 } from './1700000000500-create-register-gate';

/** All steps of the schema, oldest first. A new one is added at the end. */
export const MIGRATIONS = [
  CreateSchemas1700000000000,
  CreatePersons1700000000100,
  CreatePersonVerifications1700000000200,
  CreateVerificationWork1700000000300,
  CreateRecords1700000000350,
  CreateParties1700000000400,
  CreateDmsPassport1700000000450,
  CreateRegisterGate1700000000500,
] as const;
