import { mistreatCalls, type Mistreatment, SLOWLY } from './mistreat-calls';
import { type Drill, play } from './play';

const MODES: readonly Mistreatment[] = [
  'foreign_id',
  'foreign_service',
  'foreign_client',
  'missing_id',
  'no_header',
  'previous_answer',
].map((mode): Mistreatment => [mode, 'foreign_answer']);

/** D12: good answers that belong to other questions. */
export const swapAnswers: Drill = {
  name: 'swap-answers',
  code: 'D12',
  says: 'the register answers with foreign ids and with the answer before',
  short: true,
  play: (stage) =>
    play(stage, { name: 'swap-answers', persons: 260, ...SLOWLY }, (scene) => mistreatCalls(scene, MODES)),
};
