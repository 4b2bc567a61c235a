export { MvsPassportModule, MvsPassportWorkerModule } from './mvs-passport.module';
export { MVS_PASSPORT_ANSWERS, MvsPassportStream } from './mvs-passport.stream';
