/** Sentences of the program on the page. */

/** A sentence in which `commands`, between backticks as at a terminal, and --flags are set as code. */
export const Prose = ({ text }: { readonly text: string }) => (
  <>
    {text
      .split(/(`[^`]+`|--[a-z][\w-]*)/)
      .map((part, i) => (i % 2 === 1 ? <code>{part.replaceAll('`', '')}</code> : part))}
  </>
);
