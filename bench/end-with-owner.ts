/**
 * Loaded into every program that is started for a measurement. However the benchmark ends, the channel to it closes,
 * and nothing of it is left behind.
 */
process.once('disconnect', () => process.exit(0));
