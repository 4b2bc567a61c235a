import type { Metrics } from '../../observability';
import type { RegisterGateRepository } from './register-gate.repository';

/** Shows the installation's breakers at each collection: by them an operator learns that the register is down. */
export function showGate(gate: Pick<RegisterGateRepository, 'breakerStates'>, metrics: Metrics): void {
  metrics.refreshBy(async () => {
    for (const { method, is_open_to_all: isOpenToAll } of await gate.breakerStates()) {
      metrics.gateOpen.set({ method }, isOpenToAll ? 1 : 0);
    }
  });
}
