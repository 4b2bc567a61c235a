export { day, id, isStorable, saysPattern, text, textLike } from './body-fields';
export { createApplication } from './create-application';
export { HttpModule } from './http.module';
export { OnEveryPort } from './internal-port.guard';
export { listenDoor, type Door, type DoorAddresses } from './listen-door';
export { ListAnswer, parsePaging, type PageRequest } from './paging';
export { parseBody } from './parse-body';
export { ParseId } from './parse-id';
export type { Probe, ReadinessProbes } from './readiness';
