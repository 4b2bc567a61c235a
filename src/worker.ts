import { ownSettingsOrExit } from './config/own-settings';
import { serve } from './serve';

/** The door of jobs and timetable. */
void serve({ settings: ownSettingsOrExit('worker'), door: 'worker', works: true });
