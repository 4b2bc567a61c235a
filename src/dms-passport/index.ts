export { DmsPassportModule } from './dms-passport.module';
export { DmsPassportStream } from './dms-passport.stream';
export { DmsPassportRepository, type DmsPassportQuestion } from './dms-passport.repository';
export { DMS_PASSPORT_ANSWERS, type DmsPassportAnswer } from './dms-passport.table';
