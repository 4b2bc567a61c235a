import { Get } from '@nestjs/common';
import { Needs } from '../../http';
import { type RatePoint, type RunningRun, RunProgressRepository } from '../../jobs';
import { type Condition, type Overview, OverviewService, type StreamProgress } from '../../verifications';
import type { LiveSource } from '../frame/live-streams.service';
import { ConsoleController, Live, Page } from '../frame/page.decorator';
import { view } from '../frame/view';

/** How the checks of all streams go on, and the speed of the last minutes. */
interface OverviewModel extends Overview {
  readonly rates: readonly RatePoint[];
}

const AT = new Date('2026-03-02T01:04:00Z');

const RUN: RunningRun = {
  job: 'dms-passport-persons',
  id: '5a5b1c9e-0000-4000-8000-000000000005',
  startedAt: AT,
  done: 8_640,
  perSecond1m: 35.8,
  perSecond10m: 36,
  isStalled: false,
  isRefused: false,
  hasForeignAnswers: false,
};

const IDLE: StreamProgress = {
  job: 'unzr-persons',
  stream: 'unzr',
  subject: 'persons',
  due: undefined,
  claimed: 0,
  waitingForRetry: 0,
  cannotBeChecked: 0,
  run: undefined,
  doneAt: undefined,
  limitedBy: undefined,
};

const BUSY: StreamProgress = {
  ...IDLE,
  job: RUN.job,
  due: { due: 61_200, countedAt: AT },
  run: RUN,
  doneAt: AT,
  limitedBy: 'register',
};

const conditionsAbout = (about: string): readonly Condition[] => [
  { name: 'ProcessDown', severity: 'critical', about },
  { name: 'RunFailed', severity: 'warning', about: RUN.job },
  { name: 'RegisterCircuitOpen', severity: 'warning', about: 'checkunzr' },
];

const OVERVIEW_MODELS = (freeText: string): readonly OverviewModel[] => [
  {
    at: AT,
    streams: [BUSY, IDLE],
    conditions: conditionsAbout(freeText),
    rates: [
      { at: AT, perSecond: new Map([[RUN.job, 36]]) },
      { at: AT, perSecond: new Map() },
    ],
  },
  { at: AT, streams: [IDLE], conditions: [], rates: [] },
];

const OVERVIEW_PAGE = view<OverviewModel>('overview', OVERVIEW_MODELS);
const OVERVIEW_PART = view<OverviewModel>('overview-part', OVERVIEW_MODELS);

/** How the checks go on. */
@ConsoleController('overview')
export class OverviewPageController {
  constructor(
    private readonly overview: OverviewService,
    private readonly progress: RunProgressRepository,
  ) {}

  @Get()
  @Needs('job:read', { of: 'NHS' })
  @Page(OVERVIEW_PAGE)
  async show(): Promise<OverviewModel> {
    const [overview, rates] = await Promise.all([this.overview.read(), this.progress.rates()]);
    return { ...overview, rates };
  }

  @Live('overview', OVERVIEW_PART)
  @Needs('job:read', { of: 'NHS' })
  live(): LiveSource<OverviewModel> {
    return { key: 'overview', load: () => this.show() };
  }
}
