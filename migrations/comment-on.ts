import type { QueryRunner } from 'typeorm';

/** Writes comments on a table and its columns, so that the schema explains itself. */
export async function commentOn(
  queryRunner: QueryRunner,
  table: string,
  words: { table: string; columns: Readonly<Record<string, string>> },
): Promise<void> {
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const columns = {
    id: 'Identifier of the row.',
    inserted_at: 'When the row was written.',
    updated_at: 'When the row was last changed.',
    ...words.columns,
  };
  await queryRunner.query(`COMMENT ON TABLE ${table} IS ${literal(words.table)}`);
  for (const [column, text] of Object.entries(columns)) {
    await queryRunner.query(`COMMENT ON COLUMN ${table}."${column}" IS ${literal(text)}`);
  }
}
