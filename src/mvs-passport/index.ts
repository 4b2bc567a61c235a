export { MvsPassportModule, MvsPassportWorkerModule } from './mvs-passport.module';
export { MvsPassportStream } from './mvs-passport.stream';
export { MVS_PASSPORT_ANSWERS } from './mvs-passport.stream';
