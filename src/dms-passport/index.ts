export { DmsPassportModule, DmsPassportWorkerModule } from './dms-passport.module';
export { DmsPassportOfPartiesStream, DmsPassportStream } from './dms-passport.stream';
export { DMS_PASSPORT_ANSWERS, type DmsPassportAnswer } from './dms-passport.stream';
