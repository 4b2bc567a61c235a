import { ownSettingsOrExit } from './config/own-settings';
import { serve } from './serve';

/** The HTTP door; with `--with-worker` the same process works on jobs as well. */
void serve({
  settings: ownSettingsOrExit('http'),
  door: 'http',
  works: process.argv.includes('--with-worker'),
});
