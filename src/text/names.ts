/** Names of columns and event types as logs spell them, for comparison and for reuse. */

/** A name without case, accents and anything that separates words: `User ID`, user_id and UserId are `userid`. */
export const bareName = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');

/** The words of a name in lower case: `userSignedUp`, `User Signed-Up` and `user_signed_up` are user, signed, up. */
export const wordsOf = (name: string): string[] =>
  name
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** The same without accents: `Événement` is evenement. */
export const plainWordsOf = (name: string): string[] => wordsOf(name.normalize('NFKD').replaceAll(/\p{Mark}/gu, ''));

/** A name as a column of ours: lower-case letters, digits and `_`, beginning with a letter; empty if nothing is left. */
export const columnName = (name: string): string =>
  plainWordsOf(name)
    .join('_')
    .replaceAll(/[^a-z0-9_]/g, '')
    .replaceAll(/_+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, 48)
    .replace(/_+$/, '');
