/** A name as it is saved: trimmed, and with one blank wherever there was any white space between its words. */
export function savedName(name: string): string {
  return name.trim().replace(/\s+/g, ' ');
}
