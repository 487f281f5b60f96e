/** What is known of a log at some moments of its history. */

/** The features of a log at one moment. */
export interface Moment {
  /** Relation of one row per user: user_id, the features as values, and the time of the user's last event as `LAST`. */
  readonly users: string;
  /** Relation of the anonymous ids that belong to a user by then, with that user; undefined if the log has none. */
  readonly identities: string | undefined;
}

/** The features of a log at some moments, which are known. */
export interface Moments {
  /**
   * The features as of a moment, the same values as `features --as-of` computes. It is good until another is asked for.
   *
   * @param asOf one of the moments, in microseconds since 1970
   * @param wanted the features that are needed, by name; they must need no others
   */
  readonly at: (asOf: bigint, wanted?: readonly string[]) => Promise<Moment>;
}
