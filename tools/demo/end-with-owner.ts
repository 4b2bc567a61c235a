/**
 * Loaded first into every program the demo starts. The channel to the demo closes when the demo is gone, however it
 * went: then this program ends at once, because its servers are going too. Whom it held, its lease gives back.
 */
const FAILED = 1;

if (!process.connected) process.exit(FAILED);
process.once('disconnect', () => process.exit(FAILED));
// The listener would keep the program alive that otherwise has nothing left to do.
process.channel?.unref();
