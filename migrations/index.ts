import { CreateSchemas1700000000000 } from './1700000000000-create-schemas';
import { CreatePersons1700000000100 } from './1700000000100-create-persons';
import { CreatePersonVerifications1700000000200 } from './1700000000200-create-person-verifications';
import { CreateVerificationWork1700000000300 } from './1700000000300-create-verification-work';
import { CreateRecords1700000000350 } from './1700000000350-create-records';
import { CreateParties1700000000400 } from './1700000000400-create-parties';
import { CreateDmsPassport1700000000450 } from './1700000000450-create-dms-passport';
import { IndexDmsPassport1700000000451 } from './1700000000451-index-dms-passport';
import { CreateRegisterLimiter1700000000500 } from './1700000000500-create-register-limiter';
import { CreateLegalEntities1700000000600 } from './1700000000600-create-legal-entities';
import { CreateMithril1700000000650 } from './1700000000650-create-mithril';
import { CreateRelationships1700000000700 } from './1700000000700-create-relationships';
import { IndexThirdPersons1700000000701 } from './1700000000701-index-third-persons';
import { CreateSignUps1700000000750 } from './1700000000750-create-sign-ups';
import { CreateMediaUploads1700000000800 } from './1700000000800-create-media-uploads';
import { CreatePersonSearch1700000000900 } from './1700000000900-create-person-search';
import { IndexPersonSearch1700000000901 } from './1700000000901-index-person-search';
import { CreateMvsPassport1700000001000 } from './1700000001000-create-mvs-passport';
import { IndexMvsPassport1700000001001 } from './1700000001001-index-mvs-passport';
import { CreateUnzr1700000001050 } from './1700000001050-create-unzr';
import { IndexUnzr1700000001051 } from './1700000001051-index-unzr';
import { CreateVerificationLists1700000001100 } from './1700000001100-create-verification-lists';
import { CreateUnzrInfo1700000001150 } from './1700000001150-create-unzr-info';
import { IndexRelationshipLists1700000001250 } from './1700000001250-index-relationship-lists';
import { CheckParties1700000001300 } from './1700000001300-check-parties';
import { SelectParties1700000001301 } from './1700000001301-select-parties';
import { CreateCheckRequests1700000001310 } from './1700000001310-create-check-requests';
import { IndexUnendingChecks1700000001311 } from './1700000001311-index-unending-checks';
import { IndexOldRows1700000001400 } from './1700000001400-index-old-rows';
import { PurgeRecords1700000001450 } from './1700000001450-purge-records';
import { VacuumPersons1700000001500 } from './1700000001500-vacuum-persons';
import { IndexOldPartyLocks1700000001600 } from './1700000001600-index-old-party-locks';
import { IndexFinishedRuns1700000001650 } from './1700000001650-index-finished-runs';
import { FoldTaxIds1700000001700 } from './1700000001700-fold-tax-ids';
import { IndexFoldedTaxIds1700000001701 } from './1700000001701-index-folded-tax-ids';
import { ApproveRelationships1700000001750 } from './1700000001750-approve-relationships';
import { UniqueTaxNumbers1700000001751 } from './1700000001751-unique-tax-numbers';
import { NormalizePersonSearch1700000001800 } from './1700000001800-normalize-person-search';
import { IndexNormalizedSearch1700000001801 } from './1700000001801-index-normalized-search';
import { DropFoldedSearch1700000001802 } from './1700000001802-drop-folded-search';
import { OrderActivityLocks1700000001900 } from './1700000001900-order-activity-locks';
import { RecordRunPeriod1700000001910 } from './1700000001910-record-run-period';
import { LeastPrivilege1700000002000 } from './1700000002000-least-privilege';
import { PauseJobs1700000002100 } from './1700000002100-pause-jobs';
import { CreateProcesses1700000002150 } from './1700000002150-create-processes';
import { CreateRunProgress1700000002151 } from './1700000002151-create-run-progress';
import { IndexPersonLookup1700000002200 } from './1700000002200-index-person-lookup';
import { IndexWorkLists1700000002250 } from './1700000002250-index-work-lists';

/** All migrations, oldest first. Add a new one at the end. */
export const MIGRATIONS = [
  CreateSchemas1700000000000,
  CreatePersons1700000000100,
  CreatePersonVerifications1700000000200,
  CreateVerificationWork1700000000300,
  CreateRecords1700000000350,
  CreateParties1700000000400,
  CreateDmsPassport1700000000450,
  IndexDmsPassport1700000000451,
  CreateRegisterLimiter1700000000500,
  CreateLegalEntities1700000000600,
  CreateMithril1700000000650,
  CreateRelationships1700000000700,
  IndexThirdPersons1700000000701,
  CreateSignUps1700000000750,
  CreateMediaUploads1700000000800,
  CreatePersonSearch1700000000900,
  IndexPersonSearch1700000000901,
  CreateMvsPassport1700000001000,
  IndexMvsPassport1700000001001,
  CreateUnzr1700000001050,
  IndexUnzr1700000001051,
  CreateVerificationLists1700000001100,
  CreateUnzrInfo1700000001150,
  IndexRelationshipLists1700000001250,
  CheckParties1700000001300,
  SelectParties1700000001301,
  CreateCheckRequests1700000001310,
  IndexUnendingChecks1700000001311,
  IndexOldRows1700000001400,
  PurgeRecords1700000001450,
  VacuumPersons1700000001500,
  IndexOldPartyLocks1700000001600,
  IndexFinishedRuns1700000001650,
  FoldTaxIds1700000001700,
  IndexFoldedTaxIds1700000001701,
  ApproveRelationships1700000001750,
  UniqueTaxNumbers1700000001751,
  NormalizePersonSearch1700000001800,
  IndexNormalizedSearch1700000001801,
  DropFoldedSearch1700000001802,
  OrderActivityLocks1700000001900,
  RecordRunPeriod1700000001910,
  LeastPrivilege1700000002000,
  PauseJobs1700000002100,
  CreateProcesses1700000002150,
  CreateRunProgress1700000002151,
  IndexPersonLookup1700000002200,
  IndexWorkLists1700000002250,
] as const;
