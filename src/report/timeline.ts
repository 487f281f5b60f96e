/** What one person did, over time. */

/** The sessions of a person, and the actions that are marked in them. */
export interface Timeline {
  /** In order; `at` is when a session began, in milliseconds since 1970. */
  readonly sessions: readonly { readonly at: number; readonly events: number }[];
  /** In order; `type` is an event type in our words. */
  readonly acts: readonly { readonly at: number; readonly type: string }[];
}
