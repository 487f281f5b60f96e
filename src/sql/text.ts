/** SQL text from names and values: everything that is not ours is quoted here and nowhere else. */

/** A name as an identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A value as a string literal. */
export const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** Items of a list, one per line. */
export const lines = (items: readonly string[]): string => items.join(',\n    ');
