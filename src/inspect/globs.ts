/** File names in `files:`, which takes patterns. */

/** A name with the characters of patterns escaped. */
export const escapeGlob = (name: string): string => name.replaceAll(/[*?[\]{}()!+@\\]/g, String.raw`\$&`);
