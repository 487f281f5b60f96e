/**
 * Exact quotients in SQL, in integers: binary fractions would round 2.675 down and lose the digits of large sums.
 *
 * A number is held in units of 10^-10 (HUGEINT), a quotient in ten-thousandths. A quotient is unknown if the divisor is
 * 10^25 or more, or the quotient 10^28 or more, so that no step needs more than 127 bits.
 */

/** Decimals of a number that is calculated with. */
export const SCALE = 10;

/** Units in 1. */
const ONE = `${10n ** BigInt(SCALE)}::HUGEINT`;

/** Divisors and quotients this large, and larger, are unknown. */
const [DIVISOR_LIMIT, QUOTIENT_LIMIT] = [10n ** 25n, 10n ** 28n];

/** The statements that define what the functions below use; run once on an engine. */
export const DECIMAL_MACROS = `
  CREATE TEMP MACRO long_division(a, b) AS
    (a // b) * 10000 + ((a % b) * 100 // b) * 100 + ((a % b) * 100 % b * 200 + b) // (2 * b);
  CREATE TEMP MACRO quotient_of_counts(a, b) AS CASE WHEN b <> 0 THEN long_division(a, b) END;
  CREATE TEMP MACRO quotient(a, b) AS
    CASE WHEN b <> 0 AND abs(b) < ${DIVISOR_LIMIT * 10n ** BigInt(SCALE)} AND abs(a) // abs(b) < ${QUOTIENT_LIMIT}
    THEN sign(a) * sign(b) * long_division(abs(a), abs(b)) END;
  CREATE TEMP MACRO print_quotient(q) AS
    CASE WHEN q IS NOT NULL
    THEN concat(CASE WHEN q < 0 THEN '-' END, abs(q) // 10000, CASE WHEN q % 10000 <> 0 THEN concat('.', substr((10000 + abs(q) % 10000)::VARCHAR, 2,
      CASE WHEN q % 1000 = 0 THEN 1 WHEN q % 100 = 0 THEN 2 WHEN q % 10 = 0 THEN 3 ELSE 4 END)) END) END;
  CREATE TEMP MACRO units(x) AS
    trunc(x)::HUGEINT * ${ONE} + ((x - trunc(x)) * ${ONE}::DECIMAL(11, 0))::HUGEINT`;

/** A cell or a number as an exact decimal; NULL if it is none, or beyond 28 digits before the point. */
export const decimal = (sql: string): string => `try_cast(${sql} AS DECIMAL(38, ${SCALE}))`;

/** A decimal in units. */
export const units = (decimalSql: string): string => `units(${decimalSql})`;

/** A whole number in units. */
export const unitsOfCount = (sql: string): string => `${sql}::HUGEINT * ${ONE}`;

/** A quotient, which is in ten-thousandths, in units. */
export const unitsOfQuotient = (sql: string): string => `${sql}::HUGEINT * ${10n ** BigInt(SCALE - 4)}`;

/**
 * One number divided by another of the same unit, in ten-thousandths, halves rounded away from zero. NULL if the divisor
 * is 0, or something is unknown or too large.
 */
export const quotient = (of: string, per: string): string => `quotient(${of}, ${per})`;

/**
 * The same for whole numbers of at least 0 (BIGINT), with a divisor of up to 10^16: a tenth of the time.
 */
export const quotientOfCounts = (of: string, per: string): string => `quotient_of_counts(${of}, ${per})`;

/** A quotient as text without trailing zeros. */
export const printQuotient = (sql: string): string => `print_quotient(${sql})`;

/** A decimal as text without trailing zeros. */
export const printDecimal = (sql: string): string =>
  `CASE WHEN contains(${sql}::VARCHAR, '.') THEN rtrim(rtrim(${sql}::VARCHAR, '0'), '.') ELSE ${sql}::VARCHAR END`;
