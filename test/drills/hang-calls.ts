import { mistreatCalls, type Mistreatment, SLOWLY } from './mistreat-calls';
import { type Drill, play } from './play';

const MODES: readonly Mistreatment[] = [
  ['hang', 'timeout'],
  ['hang_after_headers', 'timeout'],
  ['drip', 'timeout'],
  ['closed', 'connection'],
  ['reset', 'connection'],
  ['closed_mid_body', 'connection'],
  ['endless_headers', 'connection', 'too_large'],
  ['huge', 'too_large'],
  ['gzip_bomb', 'too_large', 'unreadable_answer'],
];

/** D10: the register hangs, drips, closes and resets connections, and sends without end. */
export const hangCalls: Drill = {
  name: 'hang-calls',
  code: 'D10',
  says: 'the register hangs, drips, closes, resets, sends 10 GB',
  short: false,
  play: (stage) =>
    play(
      stage,
      {
        name: 'hang-calls',
        persons: 400,
        ...SLOWLY,
        settings: { ...SLOWLY.settings, TREMBITA_TIMEOUT_MS: '1000' },
      },
      (scene) => mistreatCalls(scene, MODES),
    ),
};
