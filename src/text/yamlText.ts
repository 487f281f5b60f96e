/** Text as YAML holds it. */

/** Text as YAML writes it on one line: as it is if nothing in it has a meaning there, otherwise in quotes. */
export const scalar = (text: string): string => {
  if (/^[A-Za-z_][\w.-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)) return text;
  return /^[\u0020-\u007E]*$/.test(text) ? `'${text.replaceAll("'", "''")}'` : JSON.stringify(text);
};
