import picocolors from 'picocolors';

/** Colours for a text; without colours, each gives the text back as it is. */
export type Paint = ReturnType<typeof picocolors.createColors>;

export const plain: Paint = picocolors.createColors(false);

/** Colours for a stream: only on a terminal, and not where NO_COLOR is set. */
export function paintFor({ isTTY }: { readonly isTTY?: boolean }): Paint {
  return picocolors.createColors(isTTY === true && picocolors.isColorSupported);
}
