import { DefaultNamingStrategy } from 'typeorm';

/** Properties are written as in the code, columns as in SQL: `dmsPassport.syncedAt` is `dms_passport_synced_at`. */
export class SnakeCaseNames extends DefaultNamingStrategy {
  override columnName(
    propertyName: string,
    customName: string | undefined,
    embeddedPrefixes: string[],
  ): string {
    return embeddedPrefixes.join('') + (customName ?? snakeCase(propertyName));
  }
}

export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
