/**
 * Ask for it with `@Inject(WORKER_ID) worker: string`: a UUID of this process, new at every start. Claims, runs and
 * places at the register are held in its name.
 */
export const WORKER_ID = Symbol('WORKER_ID');
