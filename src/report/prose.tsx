/** Sentences of the program on the page. */

/** A sentence in which `commands` stand between backticks, as they do at a terminal. */
export const Prose = ({ text }: { readonly text: string }) => (
  <>{text.split(/`([^`]+)`/).map((part, i) => (i % 2 === 1 ? <code>{part}</code> : part))}</>
);
