/** What a proposed weight consists of. */
import type { Curve } from '../catalogue/weights.js';

/** A feature of the project's own that a signal needs. */
export interface OwnFeature {
  readonly is: Readonly<Record<string, string>>;
  /** Event types that do not count. */
  readonly except?: readonly string[];
  readonly unit: string;
  readonly says: string;
}

/** A proposed weight. */
export interface Signal {
  readonly name: string;
  readonly points: number;
  readonly earns: Curve;
  /** The words of a reader for it; undefined: those of the catalogue. */
  readonly phrase: string | undefined;
  readonly because: string;
  /** Undefined for a feature of the catalogue. */
  readonly feature?: OwnFeature | undefined;
}

/** A signal before its points are known. */
export interface Draft extends Omit<Signal, 'points'> {
  /** How much it says, compared with the others. */
  readonly strength: number;
}
