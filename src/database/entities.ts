import { DmsPassportData } from './mimir/dms-passport-data.entity';
import { MvsPassportData } from './mimir/mvs-passport-data.entity';
import { RegisterBreaker } from './mimir/register-breaker.entity';
import { RegisterCallCount } from './mimir/register-call-count.entity';
import { RegisterPermit } from './mimir/register-permit.entity';
import { RegisterRate } from './mimir/register-rate.entity';
import { RegisterWorker } from './mimir/register-worker.entity';
import { UnzrData } from './mimir/unzr-data.entity';
import { UnzrInfo } from './mimir/unzr-info.entity';
import { Client } from './mithril/client.entity';
import { GlobalUserRole } from './mithril/global-user-role.entity';
import { Role } from './mithril/role.entity';
import { Token } from './mithril/token.entity';
import { User } from './mithril/user.entity';
import { AuditLog } from './mpi/audit-log.entity';
import { CheckRequest } from './mpi/check-request.entity';
import { ConfidantPersonRelationshipDocument } from './mpi/confidant-person-relationship-document.entity';
import { ConfidantPersonRelationship } from './mpi/confidant-person-relationship.entity';
import { JobRunCount } from './mpi/job-run-count.entity';
import { DueCount } from './mpi/due-count.entity';
import { JobRunSample } from './mpi/job-run-sample.entity';
import { JobRun } from './mpi/job-run.entity';
import { JobSchedule } from './mpi/job-schedule.entity';
import { MediaUpload } from './mpi/media-upload.entity';
import { PersonAddress } from './mpi/person-address.entity';
import { PersonAuthenticationMethod } from './mpi/person-authentication-method.entity';
import { PersonDocument } from './mpi/person-document.entity';
import { PersonPhone } from './mpi/person-phone.entity';
import { PersonVerification } from './mpi/person-verification.entity';
import { Person } from './mpi/person.entity';
import { ProgramInstance } from './mpi/program-instance.entity';
import { SignUp } from './mpi/sign-up.entity';
import { StatusChangeEvent } from './mpi/status-change-event.entity';
import { VerificationClaim } from './mpi/verification-claim.entity';
import { VerificationLock } from './mpi/verification-lock.entity';
import { GlobalParameter } from './prm/global-parameter.entity';
import { LegalEntity } from './prm/legal-entity.entity';
import { PartyDocument } from './prm/party-document.entity';
import { PartyVerificationLock } from './prm/party-verification-lock.entity';
import { PartyVerification } from './prm/party-verification.entity';
import { Party } from './prm/party.entity';

/** Every entity of the four schemas. */
export const ENTITIES = [
  Person,
  PersonPhone,
  PersonAddress,
  PersonDocument,
  PersonAuthenticationMethod,
  PersonVerification,
  ConfidantPersonRelationship,
  ConfidantPersonRelationshipDocument,
  SignUp,
  MediaUpload,
  VerificationClaim,
  VerificationLock,
  CheckRequest,
  JobRun,
  JobSchedule,
  JobRunCount,
  JobRunSample,
  DueCount,
  ProgramInstance,
  StatusChangeEvent,
  AuditLog,
  DmsPassportData,
  MvsPassportData,
  UnzrData,
  UnzrInfo,
  RegisterWorker,
  RegisterPermit,
  RegisterRate,
  RegisterBreaker,
  RegisterCallCount,
  Party,
  PartyDocument,
  PartyVerification,
  PartyVerificationLock,
  LegalEntity,
  GlobalParameter,
  User,
  Role,
  GlobalUserRole,
  Client,
  Token,
] as const;
