import { z } from 'zod';
import { textLike } from '../http';

/** A text of any length that is no UNZR is told so, rather than how long it is; the pattern is quick with all. */
const UNZR = textLike(/^[0-9]{8}-[0-9]{5}$/, { least: 0, most: Infinity });

/** What is to be asked. */
export const SYNC = z.strictObject({ unzr: UNZR });

/** What is to be read. */
export const READ = z.object({ unzr: UNZR });
