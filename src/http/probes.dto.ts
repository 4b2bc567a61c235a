import { z } from 'zod';
import type { Description } from './openapi/description';

const READINESS = z.strictObject({
  database: z.enum(['up', 'down']),
  redis: z.enum(['up', 'down', 'not_needed']),
  migrations: z.enum(['applied', 'pending', 'unknown']),
});

export const LIVENESS: Description = {
  summary: 'Whether the process is alive',
  answer: { schema: z.strictObject({ status: z.literal('alive') }), example: { status: 'alive' } },
};

export const READY: Description = {
  summary: 'Whether the process may get requests',
  answer: { schema: READINESS, example: { database: 'up', redis: 'up', migrations: 'applied' } },
  otherAnswers: {
    503: { schema: READINESS, example: { database: 'down', redis: 'up', migrations: 'unknown' } },
  },
};

export const FIGURES: Description = {
  summary: 'All figures, for Prometheus',
  media: 'text/plain',
  answer: { schema: z.string(), example: '# TYPE job_runs_total counter\n' },
};
