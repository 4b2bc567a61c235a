import { Get } from '@nestjs/common';
import { Needs } from '../../http';
import { type MethodState, type RegisterState, RegisterStateRepository } from '../../mvs-trembita';
import type { LiveSource } from '../frame/live-streams.service';
import { ConsoleController, Live, Page } from '../frame/page.decorator';
import { view } from '../frame/view';

const AT = new Date('2026-03-02T01:04:00Z');

const CLOSED: MethodState = {
  method: 'unzr',
  state: 'closed',
  openUntil: null,
  probeBy: null,
  probeUntil: null,
  answeredAt: AT,
  calls: 40,
  failures: 0,
};

const REGISTER_MODELS = (): readonly RegisterState[] => [
  {
    methods: [
      CLOSED,
      { ...CLOSED, method: 'checkunzr', state: 'open', openUntil: AT, answeredAt: null },
      {
        ...CLOSED,
        method: 'CheckPassportStatus',
        state: 'half_open',
        openUntil: AT,
        probeBy: 'worker',
        probeUntil: AT,
      },
    ],
    permits: { held: 20, limit: 20 },
    rate: { perSecond: 1.4, limit: 50 },
  },
  { methods: [CLOSED], permits: { held: 0, limit: 20 }, rate: { perSecond: 0, limit: null } },
];

const REGISTER_PAGE = view<RegisterState>('register', REGISTER_MODELS);
const REGISTER_PART = view<RegisterState>('register-part', REGISTER_MODELS);

/** What all workers share about the register. */
@ConsoleController('register')
export class RegisterPageController {
  constructor(private readonly states: RegisterStateRepository) {}

  @Get()
  @Needs('job:read', { of: 'NHS' })
  @Page(REGISTER_PAGE)
  show(): Promise<RegisterState> {
    return this.states.read();
  }

  @Live('register', REGISTER_PART)
  @Needs('job:read', { of: 'NHS' })
  live(): LiveSource<RegisterState> {
    return { key: 'register', load: () => this.states.read() };
  }
}
