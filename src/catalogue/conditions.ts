/** Conditions on one cell of a row: the same words in the catalogue, in `where` and in `conversion` of gesture.yaml. */

/**
 * One column and what its cell must be: exactly one test, or both bounds of a range. Text compares byte for byte. A cell
 * that is unknown meets only the tests that begin with `not_`.
 */
export interface Condition {
  readonly column: string;
  readonly equals?: string | undefined;
  readonly in?: readonly string[] | undefined;
  /** An RE2 regular expression that must match somewhere in the cell. */
  readonly matches?: string | undefined;
  readonly not_equals?: string | undefined;
  readonly not_in?: readonly string[] | undefined;
  /** An RE2 regular expression that must not match anywhere in the cell. */
  readonly not_matches?: string | undefined;
  /** A number that the cell must reach. */
  readonly at_least?: number | undefined;
  /** A number that the cell must stay under. */
  readonly below?: number | undefined;
}

/** Something that a user did: a row that meets all conditions, unless a later row that meets `undoneBy` takes it back. */
export interface Action {
  readonly is: readonly Condition[];
  readonly undoneBy?: readonly Condition[] | undefined;
}

/** The condition that a row is an event of a type. */
export const isType = (type: string): Condition => ({ column: 'event_type', equals: type });

/** The action that is an event of a type, whatever follows. */
export const eventOf = (type: string): Action => ({ is: [isType(type)] });

/** True of a condition on a number. */
export const isNumeric = ({ at_least: least, below }: Condition): boolean => least !== undefined || below !== undefined;

/** The event types that a condition names, exactly; a pattern names none. */
export const typesNamedBy = ({ column, equals, in: several }: Condition): string[] =>
  column === 'event_type' ? [equals, ...(several ?? [])].filter((type) => type !== undefined) : [];

/** The regular expression of a condition, if it has one. */
export const patternOf = ({ matches, not_matches: not }: Condition): string | undefined => matches ?? not;
