/** The version of gesture, as package.json has it. */
import { createRequire } from 'node:module';

const found: { version: string } = createRequire(import.meta.url)('../../package.json');

/** The version of gesture, such as `1.0.0`. */
export const VERSION: string = found.version;
