/** The known name that looks most like this one, if one does: at most a third of its letters differ. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((each) => ({ each, distance: distanceOf(name.toLowerCase(), each.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance);
  return best && best.distance <= Math.ceil(best.each.length / 3) ? best.each : undefined;
}

/** A sentence of the settings about a key that is not known, with the key that looks like it in place of all that are. */
export function withNearestKey(sentence: string): string {
  const [, key = '', known = ''] = /\.(\w+) is not a known key: known are (.*)\.$/.exec(sentence) ?? [];
  const meant = nearest(key, known.split(', '));
  return meant ? sentence.replace(/known are .*/, `did you mean ${meant}?`) : sentence;
}

/** How many letters must be put in, left out or replaced to make one text the other (Levenshtein's distance). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const letter of one) {
    let diagonal = row[0] ?? 0;
    let left = diagonal + 1;
    row = row.map((above, column) => {
      if (column > 0) left = Math.min(left + 1, above + 1, diagonal + (letter === other[column - 1] ? 0 : 1));
      diagonal = above;
      return left;
    });
  }
  return row.at(-1) ?? 0;
}
