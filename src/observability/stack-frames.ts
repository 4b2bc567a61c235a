import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Enough to find the place, short enough for a log line. */
const MOST_FRAMES = 8;

const LOCATION = /\(?((?:file:\/\/)?\/[^()\s]+):(\d+):\d+\)?$/;
const PLAIN_PATH = /^[\w@.-]+(\/[\w@.-]+)*$/;

/**
 * The part of a stack after the message. A message may span lines and may look like a frame; so when it is
 * not found where the runtime puts it, the whole stack is given up.
 */
function linesAfterMessage(stack: string, message: string): string[] {
  const start = stack.indexOf(message);
  if (start < 0) return [];
  return stack
    .slice(start + message.length)
    .split('\n')
    .slice(1);
}

function placeOf(line: string): string | undefined {
  const [, location, lineNumber] = LOCATION.exec(line.trim()) ?? [];
  if (location === undefined || lineNumber === undefined) return undefined;
  const path = location.startsWith('file://') ? fileURLToPath(location) : location;
  const inside = relative(process.cwd(), path).split(sep).join('/');
  // Frames of libraries say nothing about where our code went wrong.
  if (!PLAIN_PATH.test(inside) || inside.startsWith('..') || inside.startsWith('node_modules/'))
    return undefined;
  return `${inside}:${lineNumber}`;
}

/** Where in our own code an error came by: file and line only, relative to the project. */
export function stackFrames(error: Error): string[] {
  const { stack, message } = error;
  if (typeof stack !== 'string' || typeof message !== 'string') return [];
  return linesAfterMessage(stack, message)
    .map(placeOf)
    .filter((place) => place !== undefined)
    .slice(0, MOST_FRAMES);
}
