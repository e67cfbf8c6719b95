/** Characters that a stranger's text has by default at most: as many as a host name. */
const MAX = 253;

/**
 * What shows nothing, or changes how the text around it shows: controls (C0, C1), formats (the bidirectional ones among
 * them), halves of characters, line and paragraph separators, fillers.
 * https://www.unicode.org/reports/tr44/#General_Category_Values
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * A text that somebody else wrote, fit for one line of a log, a result or a terminal: what is not printable becomes `?`,
 * and more than two blanks one (many would push what follows to the start of a terminal's next line). An excess of length
 * is cut off before anything else is done with the text.
 *
 * @param most characters that are left, the `…` for those cut off among them.
 */
export function printable(text: string, most = MAX): string {
  // A character has at most two units. Those that are cut off here are more than `most` in any case.
  const start = text.slice(0, 2 * (most + 1));
  // By code points: a cut through a surrogate pair would leave half a character.
  const clean = [...start.replace(UNPRINTABLE, '?').replace(/\s{3,}|[^\S ]+/gu, ' ')];
  const isCut = start.length < text.length || clean.length > most;
  return isCut ? `${clean.slice(0, most - 1).join('')}…` : clean.join('');
}

/** Entries of a list that are told of by default. */
const SHOWN = 20;

/**
 * A list for a message: its first entries, and how many more there are.
 *
 * @param shown how many entries are told of.
 */
export function listed(entries: readonly string[], separator = '; ', shown = SHOWN): string {
  const rest = entries.length - shown;
  return [...entries.slice(0, shown), ...(rest > 0 ? [`and ${rest} more`] : [])].join(separator);
}
