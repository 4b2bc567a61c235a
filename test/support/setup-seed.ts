import fc from 'fast-check';

/** Any number; the same one for everybody, so that a red build is red for its change and not for its luck. */
const SEED = 20_261_121;

// With FRESH_SEEDS=1 the generated tests look at new cases; what they then find becomes a named case beside the rule.
if (process.env['FRESH_SEEDS'] !== '1') fc.configureGlobal({ seed: SEED });
