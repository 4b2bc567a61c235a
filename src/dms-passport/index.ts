export { DmsPassportModule, DmsPassportWorkerModule } from './dms-passport.module';
export {
  DMS_PASSPORT_ANSWERS,
  type DmsPassportAnswer,
  DmsPassportOfPartiesStream,
  DmsPassportStream,
} from './dms-passport.stream';
