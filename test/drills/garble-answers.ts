import { mistreatCalls, type Mistreatment, SLOWLY } from './mistreat-calls';
import { type Drill, play } from './play';

const UNREADABLE = ['html', 'garbage', 'nothing', 'cut_off', 'doctype', 'two_body_children', 'windows_1251'];
const UNREADABLE_STATUSES = ['repeated_status', 'word_status'];

const MODES: readonly Mistreatment[] = [
  ...[...UNREADABLE, ...UNREADABLE_STATUSES].map((mode): Mistreatment => [mode, 'unreadable_answer']),
  ['deep_nesting', 'unreadable_answer', 'too_large'],
  ['unknown_status', 'register_error'],
  ['fault_11', 'fault_server'],
  ['fault_http_200', 'fault_server'],
  ['fault_configuration_12', 'fault_configuration'],
  ['http_503', 'http_error'],
];

/** D11: the register answers with pages, garbage, contradictions and faults. */
export const garbleAnswers: Drill = {
  name: 'garble-answers',
  code: 'D11',
  says: 'the register answers HTML, garbage, contradictions, faults',
  short: true,
  play: (stage) =>
    play(stage, { name: 'garble-answers', persons: 600, ...SLOWLY }, (scene) => mistreatCalls(scene, MODES)),
};
