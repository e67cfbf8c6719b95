import { createInterface } from 'node:readline/promises';

/** Asks somebody a question that is answered by yes or no. */
export type Confirm = (question: string) => Promise<boolean>;

export const YES_OPTION = { yes: 'do not ask, for scripts' } as const;

/**
 * Asks on the terminal. Only the whole word is a yes.
 *
 * @param isAnswered whether the answer was given as an option: then nobody is asked.
 * @throws Error where there is no terminal to ask on.
 */
export function confirmOn(
  { input, output }: { readonly input: NodeJS.ReadStream; readonly output: NodeJS.WriteStream },
  isAnswered: boolean,
): Confirm {
  return async (question) => {
    if (isAnswered) return true;
    if (!input.isTTY) throw new Error('There is no terminal to ask on, so nothing was changed: add --yes.');
    const terminal = createInterface({ input, output });
    try {
      return (await terminal.question(`${question} Type yes: `)).trim().toLowerCase() === 'yes';
    } finally {
      terminal.close();
    }
  };
}
