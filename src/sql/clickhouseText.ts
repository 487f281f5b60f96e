/** Text and exact numbers in the SQL of ClickHouse: the spellings that its others are made from. */

/** A value as a string literal; a backslash begins an escape there. */
export const literal = (value: string): string =>
  `'${value.replaceAll(/[\\']/g, String.raw`\$&`).replaceAll('\0', String.raw`\0`)}'`;

/** A name as an identifier. */
export const quoted = (name: string): string => `"${name.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;

/** True of a cell in which a regular expression matches somewhere. `.` matches a newline there unless told otherwise. */
export const matches = (cell: string, pattern: string, ignoreCase = false): string =>
  `match(${cell}, ${literal(`(?${ignoreCase ? 'i' : ''}-s)${pattern}`)})`;

/** True of a cell that a regular expression matches as a whole. */
export const matchesFully = (cell: string, pattern: string): string =>
  `match(${cell}, ${literal(`^(?-s:${pattern})\\z`)})`;

/** A power of ten as a whole number of 256 bits. */
export const powerOfTen = (power: number): string => `toInt256('1${'0'.repeat(power)}')`;

/**
 * A value that is calculated once and used several times, under a name: planning a query takes as long as it would be if
 * all of it were written out.
 */
export const bound = (name: string, sql: string, body: string): string => `arrayMap(${name} -> ${body}, [${sql}])[1]`;

/**
 * A number below a power of ten in size, as a decimal with ten digits after the point, halves away from zero; NULL if it is
 * none. The engine itself cuts digits off, so it is read with one digit more.
 */
export const decimal = (sql: string, digits = 28): string =>
  bound(
    'cut',
    `reinterpret(toDecimal256OrNull(toString(${sql}), 11), 'Int256')`,
    `CASE WHEN abs(cut) < ${powerOfTen(digits + 11)} - 5 THEN reinterpret(intDiv(cut + 5 * sign(cut), toInt256(10)), 'Decimal(76, 10)') END`,
  );

/** A decimal in units of 10^-10. */
export const units = (decimalSql: string): string => `reinterpret(${decimalSql}, 'Int256')`;
