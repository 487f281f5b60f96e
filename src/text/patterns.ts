/** Text in patterns: regular expressions that mean exactly some text, and names with `*` for any text. */

/** A regular expression, of JavaScript and RE2 alike, that matches exactly this text. */
export const escapePattern = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

/** A name in which `*` stands for any text, as a regular expression for the whole of a text. */
export const wildcardPattern = (name: string): RegExp =>
  new RegExp(`^${name.split('*').map(escapePattern).join('.*')}$`, 's');
