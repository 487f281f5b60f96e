/** A setting that is proposed, and why. */
import type { ReadingInput } from '../config/schema.js';

/** A setting of an entry, with the reason for it. */
export interface Setting {
  readonly key: keyof ReadingInput;
  readonly value: string | readonly string[] | Readonly<Record<string, string>>;
  /** A line for each; for a mapping, by its keys. */
  readonly why: readonly string[] | Readonly<Record<string, string>>;
}
