/** The order of text by its bytes in UTF-8, as the engines have it; that of JavaScript differs beyond U+FFFF. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
