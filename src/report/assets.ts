/** The style and the script of the page, from the files beside this one in src. */
import { readFileSync } from 'node:fs';
import type { Assets } from './page.js';

const read = (name: string): string => readFileSync(new URL(`../../src/report/${name}`, import.meta.url), 'utf8');

/** A text without comments of whole lines, indentation and blank lines, which mean nothing in CSS and JavaScript. */
const compact = (text: string): string =>
  text
    .replaceAll(/^[ \t]*(?:\/\/.*|\/\*[^*]*\*\/)$/gm, '')
    .replaceAll(/^[ \t]+/gm, '')
    .replaceAll(/\n{2,}/g, '\n')
    .trim();

/** Reads both. */
export const readAssets = (): Assets => ({ style: compact(read('browser.css')), script: compact(read('browser.js')) });
