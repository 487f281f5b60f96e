/** One entry of a list on a terminal: numbers in a column, then words that are never broken, then dim details. */
import { displayWidth, paint, type Screen, wrapped } from './columns.js';
import { printable } from './printable.js';

/** Blanks before words that are too long to stand beside the numbers. */
const HANGING = 4;

/**
 * The lines of an entry. Details stand beside the words if all fit into one line, otherwise below. Text with a word too long
 * for the room beside the numbers begins near the edge.
 *
 * @param numbers text that ends with blanks, with colours if the screen has them
 * @param width the width of the numbers
 */
export const entry = (numbers: string, width: number, words: string, details: string, screen: Screen): string[] => {
  const room = screen.width - width;
  const beside = (text: string): boolean => Math.max(...printable(text).split(' ').map(displayWidth)) <= room;
  const indented = (text: string): string[] => {
    const indent = beside(text) ? width : HANGING;
    return wrapped(text, screen.width - indent).map((line) => ' '.repeat(indent) + line);
  };
  const dim = (text: string): string => paint(screen, 'dim', text);
  const whole = `${words}  ${details}`;
  if (details !== '' && displayWidth(printable(whole)) <= room) {
    return [numbers + printable(words) + dim(`  ${printable(details)}`)];
  }
  const said = indented(words);
  const first = beside(words) ? [numbers + (said.shift() ?? '').slice(width)] : [numbers.trimEnd()];
  return [...first, ...said, ...(details === '' ? [] : indented(details).map(dim))];
};
