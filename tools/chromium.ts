/** The browser of the tests and of the pictures. */
export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** The shared memory of a container is too small for Chromium, and root has no sandbox there. */
export const FLAGS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
